"""A change of the directory: what it would leave behind is judged, then it is put in an order for readers."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from services.contracts.directory import Grid, Policy, Row

from .flaw import BadDirectory, Flaw
from .polygons import overlap_flaws
from .references import Rows, history_flaws, reference_flaws
from .rows import read
from .sizes import count_flaws
from .times import twin_flaws
from .trees import tree_flaws

Wanted = Mapping[str, Mapping[str, Any]]
"""Kind → id → row as it came, None to remove it."""
ORDER = (
    "calendar", "assessment", "department", "post", "street", "community", "grid", "channel", "category", "policy",
    "alert", "key", "history",
)  # fmt: skip
"""Whom a row names comes before it, so that who reads in between finds it: rows are read one after the other."""


class RowChange(msgspec.Struct, frozen=True, kw_only=True):
    """One row set, all of its fields filled in, or removed (None)."""

    kind: str
    id: str
    row: dict[str, Any] | None


def judged(standing: Rows, wanted: Wanted) -> list[RowChange]:
    """The changes in order, removals last. BadDirectory."""
    made: dict[str, dict[str, Row | None]] = {}
    flaws: list[Flaw] = []
    for kind, rows in wanted.items():
        made[kind], found = read(kind, rows)
        flaws += found
    flaws = flaws or _whole(standing, made)
    if flaws:
        raise BadDirectory(flaws)
    sets = [_change(kind, row_id, row) for kind in ORDER for row_id, row in made.get(kind, {}).items() if row]
    gone = [
        _change(kind, row_id, None) for kind in ORDER[::-1] for row_id, row in made.get(kind, {}).items() if not row
    ]
    return sets + gone


def _whole(standing: Rows, made: Mapping[str, Mapping[str, Row | None]]) -> list[Flaw]:
    after = dict(standing)
    for kind, rows in made.items():
        merged = {**standing.get(kind, {}), **rows}
        after[kind] = {row_id: row for row_id, row in merged.items() if row is not None}
    if many := [*count_flaws(after, made)]:
        return many
    gone = {(kind, row_id) for kind, rows in made.items() for row_id, row in rows.items() if row is None}
    return [
        *reference_flaws(after, gone),
        *tree_flaws(after),
        *twin_flaws(cast(Mapping[str, Policy], after.get("policy", {}))),
        *history_flaws(after, made.get("history", {}).keys()),
        *overlap_flaws(cast(Mapping[str, Grid], after.get("grid", {})), made.get("grid", {}).keys()),
    ]


def _change(kind: str, row_id: str, row: Row | None) -> RowChange:
    # by way of JSON: what comes back from the store and the log has lists, no tuples
    return RowChange(kind=kind, id=row_id, row=msgspec.json.decode(msgspec.json.encode(row)))
