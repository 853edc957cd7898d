"""What a decision depends on besides the case: the directory of its day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.cases import Dimensions
from services.contracts.directory import Calendar, Category, Channel, Department, Grid, History, Policy
from services.contracts.promises import Terms

from .deadlines.calendar import WorkCalendar, work_calendar
from .deadlines.terms import terms_for
from .ground import Ground

Row = TypeVar("Row", bound=msgspec.Struct)
SHANGHAI = ZoneInfo("Asia/Shanghai")


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The directory as far as cases need it, at `version`."""

    version: int = 0
    zone: ZoneInfo = SHANGHAI
    departments: Mapping[str, Department] = {}
    categories: Mapping[str, Category] = {}
    channels: Mapping[str, Channel] = {}
    policies: Mapping[str, Policy] = {}
    calendars: Mapping[str, Calendar] = {}
    histories: Mapping[str, History] = {}
    ground: Ground = Ground({})
    known_terms: dict[Dimensions, Terms] = {}

    def category(self, code: str | None) -> Category | None:
        """The category, None where there is none of that code."""
        return self.categories.get(code) if code else None

    def standing(self, department: str) -> str:
        """The department, or the last of those that took over from it."""
        seen = {department}
        while (row := self.departments.get(department)) is not None and row.successor not in (None, *seen):
            department = row.successor or department
            seen.add(department)
        return department

    def terms(self, dims: Dimensions) -> Terms:
        """What policies say for a case of these dimensions."""
        asked = Dimensions(
            channel=dims.channel, category=dims.category, urgency=dims.urgency, department=dims.department
        )
        found = self.known_terms.get(asked)
        if found is None:
            found = self.known_terms[asked] = terms_for(
                channel=dims.channel,
                category=dims.category,
                urgency=dims.urgency,
                department=dims.department,
                policies=self.policies,
                categories=self.categories,
                departments=self.departments,
                version=self.version,
            )
        return found

    def calendar(self, terms: Terms) -> WorkCalendar:
        """Of the lead's department, or the deployment's own, named `default`."""
        return work_calendar(self.calendars.get(terms.calendar or "default"), self.zone)

    def ended(self, source: str, told_at: datetime) -> bool:
        """Whether the source has declared that its past, as far as it was told by then, is told whole."""
        row = self.histories.get(source)
        return row is not None and told_at <= row.ended_at


def rules_of(version: int, rows: Mapping[str, Mapping[str, Any]], zone: ZoneInfo = SHANGHAI) -> Rules:
    """The part of a directory (kind → id → row) that decisions look at."""
    return Rules(
        version=version,
        zone=zone,
        departments=_of(rows.get("department", {}), Department),
        categories=_of(rows.get("category", {}), Category),
        channels=_of(rows.get("channel", {}), Channel),
        policies=_of(rows.get("policy", {}), Policy),
        calendars=_of(rows.get("calendar", {}), Calendar),
        histories=_of(rows.get("history", {}), History),
        ground=Ground(_of(rows.get("grid", {}), Grid)),
        known_terms={},
    )


def _of(rows: Mapping[str, Any], kind: type[Row]) -> Mapping[str, Row]:
    return {row_id: row for row_id, row in rows.items() if isinstance(row, kind)}
