"""How sheets stand in MongoDB: one document for each and partition, moved by `$inc`. docs/adr/0009 says why.

A sheet belongs to one partition, so no two owners write one document. On it, `own` are the measures of the sheet's own
cell, and each dimension that tells cells apart maps its values to theirs.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec
from pymongo import UpdateOne

from ..domain.cells import SHEETS, Cell, CellKey, Sheet, Tally
from ..domain.periods import mark, marked
from .generations import cells_of

OWN = "own"
ESCAPED = str.maketrans({"%": "%25", ".": "%2E", "$": "%24", "\0": "%00"})
"""What a field's name may not hold where `$inc` names its path; `unquote` gives it back."""
_DIMS = {lies: dims for dims, lies in SHEETS.items()}


def writes(
    generation: str, partition: int, sheets: Mapping[Sheet, Mapping[Cell, Tally]]
) -> dict[str, Sequence[UpdateOne]]:
    """A batch's changes as upserts, one for each sheet of the generation."""
    return {cells_of(generation): [_move(partition, sheet, cells) for sheet, cells in sheets.items()]}


def sheet_id(partition: int, sheet: Sheet) -> str:
    """The same sheet has the same id for ever: basis, dimension, bucket (UTC), value as JSON, partition.

    Ids are in the order in which they are read, so no second index is needed; it would cost as much as the sheets.
    """
    value = msgspec.json.encode(sheet.value).decode()
    return f"{prefix(sheet.basis, sheet.dimension)}{mark(sheet.bucket)}/{value}/{partition}"


def prefix(basis: str, dimension: str) -> str:
    """What the ids of all sheets of a basis and dimension begin with; the bucket's mark follows."""
    return f"{basis}/{dimension}/"


def sheet_of(document: Mapping[str, Any]) -> tuple[int, Sheet]:
    """Which partition's and which sheet a document is; the other way round from `sheet_id`."""
    basis, dimension, bucket, rest = document["_id"].split("/", 3)
    return int(rest.rpartition("/")[2]), Sheet(basis, marked(bucket), dimension, document["value"])


def cells_on(document: Mapping[str, Any]) -> dict[CellKey, dict[str, int]]:
    """Its cells, without the measures that have come to nothing."""
    _, sheet = sheet_of(document)
    found: dict[CellKey, dict[str, int]] = {}
    for inner, cells in document.items():
        if inner in ("_id", "value"):
            continue
        for name, tally in ({"": cells} if inner == OWN else cells).items():
            told = None if inner == OWN else inner
            key = cell_key(sheet, told, "" if told is None else unquote(name))
            found[key] = {measure: count for measure, count in tally.items() if count}
    return found


def cell_key(sheet: Sheet, inner: str | None, value: str) -> CellKey:
    """The cell of a sheet that has this value in its inner dimension (None: the sheet's own cell)."""
    dims = _DIMS[sheet.dimension, inner]
    named = {sheet.dimension: sheet.value, inner: value}
    return CellKey(sheet.basis, sheet.bucket, dims, tuple(named[name] for name in dims))


def _move(partition: int, sheet: Sheet, cells: Mapping[Cell, Tally]) -> UpdateOne:
    moved: dict[str, int] = {}
    for cell, tally in cells.items():
        path = _path(*cell)
        for measure, count in tally.items():
            moved[f"{path}.{measure}"] = count
    return UpdateOne(
        {"_id": sheet_id(partition, sheet)}, {"$inc": moved, "$setOnInsert": {"value": sheet.value}}, upsert=True
    )


def _path(inner: str | None, value: str) -> str:
    return OWN if inner is None else f"{inner}.{value.translate(ESCAPED)}"
