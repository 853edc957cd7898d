"""Display names, assessments (考核) and alert rules (预警), from the directory."""

from collections.abc import Iterator, Mapping

from services.contracts.directory import Alert, Assessment, Category, Community, Grid, Row
from services.runtime.directory import Directory, DirectorySnapshot

from ..domain.cells import NONE
from ..domain.rollups import Rollups, base, levels
from ..domain.spans import Turn

_NOWHERE = {"zh": "无网格", "en": "No grid"}
_NO_CATEGORY = {"zh": "未分类", "en": "No category"}
_NOTHING: Mapping[str, Mapping[str, str]] = {
    "department": {"zh": "未派单", "en": "Not dispatched"},
    "category": _NO_CATEGORY,
    "category_1": _NO_CATEGORY,
    "category_2": _NO_CATEGORY,
    "grid": _NOWHERE,
    "community": _NOWHERE,
    "street": _NOWHERE,
}
_URGENCY: Mapping[str, Mapping[str, str]] = {
    "normal": {"zh": "一般", "en": "Normal"},
    "urgent": {"zh": "紧急", "en": "Urgent"},
}


class DirectoryNames:
    """Names as the directory has them now; of rows that were removed the last they had."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._made_of: DirectorySnapshot | None = None
        self._rollups = Rollups()

    def label(self, dimension: str, value: str) -> Mapping[str, str]:
        """{"zh": …, "en": …}; the value itself where it has no name."""
        if dimension == "urgency":
            return _URGENCY.get(value, {"zh": value, "en": value})
        row = self._directory.snapshot.last("category" if base(dimension) == "category" else dimension, value)
        name = getattr(row, "name", "") or value
        if row is None and value == NONE and dimension in _NOTHING:
            return _NOTHING[dimension]
        return {"zh": name, "en": getattr(row, "name_en", "") or name}

    def rollups(self) -> Rollups:
        """What lies in what; made once for each version of the directory."""
        snapshot = self._directory.snapshot
        if self._made_of is not snapshot:
            self._rollups, self._made_of = Rollups(of=dict(_rolled(snapshot.rows))), snapshot
        return self._rollups

    def inhabitants(self, dimension: str, value: str) -> int | None:
        """Of a community, or of all communities of a street that say it."""
        rows = self._directory.snapshot.rows.get("community", {})
        if dimension == "community":
            return getattr(rows.get(value), "inhabitants", None)
        if dimension != "street":
            return None
        told = [row.inhabitants for row in rows.values() if isinstance(row, Community) and row.street == value]
        known = [one for one in told if one is not None]
        return sum(known) if known and len(known) == len(told) else None

    def turns(self) -> Mapping[str, Turn]:
        """Assessment → when its months and years begin."""
        rows = self._directory.snapshot.rows.get("assessment", {})
        return {
            row_id: Turn(day=row.month_begins_on, month=row.year_begins_in)
            for row_id, row in rows.items()
            if isinstance(row, Assessment)
        }

    def weights(self, assessment: str) -> Mapping[str, float]:
        """Rate → its weight in the score; {} where there is no such assessment."""
        row = self._directory.snapshot.get("assessment", assessment)
        return row.score if isinstance(row, Assessment) else {}

    def alerts(self) -> Mapping[str, Alert]:
        """The rules, by id."""
        rows = self._directory.snapshot.rows.get("alert", {})
        return {row_id: row for row_id, row in rows.items() if isinstance(row, Alert)}


def _rolled(rows: Mapping[str, Mapping[str, Row]]) -> Iterator[tuple[str, Mapping[str, str]]]:
    grids = {name: row.community for name, row in rows.get("grid", {}).items() if isinstance(row, Grid)}
    streets = {name: row.street for name, row in rows.get("community", {}).items() if isinstance(row, Community)}
    yield "community", grids
    yield "street", {grid: streets.get(community, NONE) for grid, community in grids.items()}
    yield from levels({code: row.parent for code, row in rows.get("category", {}).items() if isinstance(row, Category)})
