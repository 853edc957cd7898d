"""What the directory's rows say of a case: its terms, whom a category goes to, who took over from whom."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from .case import Case, Json
from .places import grid_of

Directory = Mapping[str, Mapping[str, Json]]
Terms = dict[str, Any]

NO_LIMIT_SAID = {"hours": 168}
DEFAULTS: Mapping[str, Any] = {
    "remind_at": None,
    "stopped_by_hold": [],
    "escalation": [],
    "step": {"workdays": 1},
    "most_redos": 3,
    "most_transfers": 3,
    "longest_extension": None,
    "archive_after_days": 14,
    "redo_if_unsolved": False,
    "reopen_main": False,
    "publish_from": "closed",
}
"""Where no policy says anything."""
CRITERIA = ("category", "department", "urgency", "channel")
"""Of equally many criteria those count first that have one of the first."""


class Rules(NamedTuple):
    """The directory as decisions look at it."""

    directory: Directory

    def category(self, code: object) -> Json | None:
        """Its row."""
        return self.directory["category"].get(str(code))

    def department_of(self, case: Case) -> str | None:
        """Whom the case's category goes to: where that department is closed, its last successor."""
        department = (self.category(case["category"]) or {}).get("department")
        return None if department is None else self.standing(department)

    def successor(self, department: str) -> str | None:
        """Of a closed department."""
        successor: str | None = self.directory["department"].get(department, {}).get("successor")
        return successor

    def standing(self, department: str) -> str:
        """The department itself, or the last of those that took over."""
        while (then := self.successor(department)) is not None:
            department = then
        return department

    def terms(self, case: Case) -> Terms:
        """What a case is promised as it stands: each field by the matching policy that is closest to it."""
        closest = self._matching(case)
        terms: Terms = {
            field: next((row[field] for row in closest if row.get(field) is not None), default)
            for field, default in DEFAULTS.items()
        }
        limits: dict[str, Json] = {}
        for row in reversed(closest):
            limits |= row.get("limits") or {}
        limits["reply"] = self._reply(case, closest)
        named = self._calendar(case["department"])
        return terms | {"limits": limits, "calendar_id": named, "calendar": self.calendar(named)}

    def calendar(self, name: str) -> Json:
        """As it is today: a promise names its calendar, days off may still be announced."""
        found: Json = self.directory.get("calendar", {}).get(name, {})
        return found

    def history_ended(self, source: str) -> str | None:
        """Up to when the source has told its past whole."""
        ended: str | None = self.directory.get("history", {}).get(source, {}).get("ended_at")
        return ended

    def grid_of(self, place: Json | None) -> str | None:
        """Where a place is."""
        return grid_of(place, self.directory.get("grid", {}))

    def _matching(self, case: Case) -> list[Json]:
        """The closest first."""
        above = self.with_those_above(case["category"])
        found: list[tuple[tuple[Any, ...], Json]] = []
        for name, row in self.directory.get("policy", {}).items():
            wanted = {field: row[field] for field in CRITERIA if row.get(field) is not None}
            if all(row_says in above if field == "category" else case[field] == row_says
                   for field, row_says in wanted.items()):  # fmt: skip
                depth = above.index(wanted["category"]) if "category" in wanted else len(above)
                lacks = tuple(field not in wanted for field in CRITERIA[1:])
                found.append(((-len(wanted), "category" not in wanted, depth, *lacks, name), row))
        return [row for _, row in sorted(found, key=lambda one: one[0])]

    def _reply(self, case: Case, closest: list[Json]) -> Json:
        """A policy for the category, the deepest one; the hours of the category or the nearest above; any policy."""
        above = self.with_those_above(case["category"])
        saying = [row for row in closest if (row.get("limits") or {}).get("reply")]
        for code in above:
            for row in saying:
                if row.get("category") == code:
                    return dict(row["limits"]["reply"])
        for code in above:
            hours = (self.category(code) or {}).get("hours")
            if hours is not None:
                return {"hours": hours}
        return dict(saying[0]["limits"]["reply"]) if saying else NO_LIMIT_SAID

    def with_those_above(self, category: str | None) -> list[str]:
        """The category, its parent, and so on."""
        found: list[str] = []
        while category is not None and category not in found:
            found.append(category)
            category = (self.category(category) or {}).get("parent")
        return found

    def _calendar(self, department: str | None) -> str:
        """Of the department or the nearest above it, else the deployment's."""
        seen: set[str] = set()
        while department is not None and department not in seen:
            seen.add(department)
            row = self.directory["department"].get(department, {})
            if row.get("calendar") is not None:
                return str(row["calendar"])
            department = row.get("parent")
        return "default"
