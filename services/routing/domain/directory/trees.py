"""What has a parent or a successor never comes back to itself; categories have three levels."""

from collections.abc import Iterator, Mapping

from services.contracts.directory import Category

from .flaw import Flaw, flaw
from .references import Rows

TREES = (("department", "parent"), ("department", "successor"), ("category", "parent"))
LEVELS = 3


def tree_flaws(rows: Rows) -> Iterator[Flaw]:
    """One for each circle, and one for each category that is too deep."""
    for kind, field in TREES:
        above = {name: getattr(row, field) for name, row in rows.get(kind, {}).items() if getattr(row, field)}
        for circle in _circles(above):
            round_ = " → ".join((*circle, circle[0]))
            yield flaw(
                kind, circle[0], field, "cycle",
                f"绕成一圈：{round_}；断开其中一处", f"goes round: {round_}; break it in one place",
            )  # fmt: skip
    parents = {name: row.parent for name, row in rows.get("category", {}).items() if isinstance(row, Category)}
    for name in parents:
        way = _upward(name, parents)
        if len(way) > LEVELS and name not in way[1:]:
            text = f"类别至多 {LEVELS} 级（{' → '.join(way)}）；上移一级", f"at most {LEVELS} levels: move it one up"
            yield flaw("category", name, "parent", "too_deep", *text)


def _circles(above: Mapping[str, str]) -> Iterator[list[str]]:
    seen: set[str] = set()
    for start in above:
        way: list[str] = []
        at: str | None = start
        while at is not None and at not in seen:
            seen.add(at)
            way.append(at)
            at = above.get(at)
        if at in way:
            yield way[way.index(at) :]


def _upward(name: str, above: Mapping[str, str | None]) -> list[str]:
    way = [name]
    while (parent := above.get(way[-1])) is not None and len(way) <= LEVELS:
        way.append(parent)
    return way
