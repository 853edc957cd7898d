"""What a decision depends on besides the case: the directory of its day."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, TypeVar

import msgspec

from services.contracts.directory import Category, Channel, Department

Row = TypeVar("Row", bound=msgspec.Struct)
DEFAULT_HOURS = 7 * 24.0
"""To reply, elapsed, where neither the source nor the category says."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """The directory as far as cases need it, at `version`."""

    version: int = 0
    departments: Mapping[str, Department] = {}
    categories: Mapping[str, Category] = {}
    channels: Mapping[str, Channel] = {}

    def category(self, code: str | None) -> Category | None:
        """The category, None where there is none of that code."""
        return self.categories.get(code) if code else None

    def time_to_reply(self, code: str | None) -> timedelta:
        """By the category, else the default; elapsed hours."""
        row = self.category(code)
        return timedelta(hours=row.hours if row and row.hours is not None else DEFAULT_HOURS)


def rules_of(version: int, rows: Mapping[str, Mapping[str, Any]]) -> Rules:
    """The part of a directory (kind → id → row) that decisions look at."""
    return Rules(
        version=version,
        departments=_of(rows.get("department", {}), Department),
        categories=_of(rows.get("category", {}), Category),
        channels=_of(rows.get("channel", {}), Channel),
    )


def _of(rows: Mapping[str, Any], kind: type[Row]) -> Mapping[str, Row]:
    return {row_id: row for row_id, row in rows.items() if isinstance(row, kind)}
