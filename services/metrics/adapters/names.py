"""Display names and assessments (考核), from the directory."""

from collections.abc import Mapping

from services.contracts.directory import Assessment
from services.runtime.directory import Directory

from ..domain.cells import NONE
from ..domain.spans import Turn

_NOTHING: Mapping[str, Mapping[str, str]] = {
    "department": {"zh": "未派单", "en": "Not dispatched"},
    "category": {"zh": "未分类", "en": "No category"},
}


class DirectoryNames:
    """Names as the directory has them now."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    def label(self, dimension: str, value: str) -> Mapping[str, str]:
        """{"zh": …, "en": …}; the value itself where it has no name."""
        row = self._directory.snapshot.get(dimension, value)
        name = getattr(row, "name", "") or value
        if row is None and value == NONE and dimension in _NOTHING:
            return _NOTHING[dimension]
        return {"zh": name, "en": getattr(row, "name_en", "") or name}

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
