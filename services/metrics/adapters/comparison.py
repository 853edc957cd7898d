"""Two generations of cells against each other, stretch by stretch of their sheets; of each partition where both stand
at the same position.

A stretch is read in one snapshot. All sheets at once could take longer than MongoDB keeps the past (ADR 0021).
"""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

import msgspec
from motor.motor_asyncio import AsyncIOMotorClientSession

from services.runtime.ledger import positions
from services.runtime.mongo import Database

from ..domain.slices import Ids
from .generations import Standing, cells_of
from .sheets import OWN

AT_ONCE = 1_000
"""Sheets of a stretch."""
SHOWN = 20
Numbers = Mapping[str, int]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet that differs: what stands on it as it is read and as it was counted anew, by line (inner dimension,
    value, measure, with dots between), of those lines that differ."""

    sheet: str
    read: Numbers
    fresh: Numbers


class Compared(msgspec.Struct, kw_only=True):
    """So far: where each partition was compared last, how many sheets, how many of them differ, and the first of
    those."""

    position: dict[int, int] = {}
    sheets: int = 0
    differing: int = 0
    first: list[Difference] = []


class Comparison:
    """Of one standing. `whole` once every sheet of every partition was compared."""

    def __init__(self, database: Database, reader: str, standing: Standing) -> None:
        assert standing.fresh is not None
        self._database = database
        self._reader = reader
        self._generations = (standing.current, standing.fresh)
        self._stretch: Ids | None = None
        self._done: set[int] = set()
        self.found = Compared()
        self.whole = False
        self.missing: set[int] = set()
        """Partitions that wait, with this stretch, for both to stand at the same position."""

    async def step(self) -> bool:
        """Compare, of the next stretch, those partitions that stand at the same position now. False where none does.
        PyMongoError."""
        async with await self._database.client.start_session(snapshot=True) as session:
            read, fresh = [
                await positions(self._database, self._reader, generation=one, session=session)
                for one in self._generations
            ]
            same = {part: seq for part, seq in read.items() if part not in self._done and fresh.get(part) == seq}
            stretch = self._stretch = self._stretch or await self._next("", session)
            if same:
                await self._compare(stretch, same, session)
            self._done |= same.keys()
            self.missing = read.keys() - self._done
            if not self.missing:
                self._done.clear()
                self.whole = stretch.upto is None
                self._stretch = None if stretch.upto is None else await self._next(stretch.upto, session)
        return bool(same)

    async def _next(self, after: str, session: AsyncIOMotorClientSession) -> Ids:
        sheets = self._database[cells_of(self._generations[0])]
        edge = sheets.find({"_id": {"$gt": after}}, {"_id": 1}, session=session).sort("_id", 1).skip(AT_ONCE - 1)
        found = await edge.limit(1).to_list(1)
        return Ids(after, found[0]["_id"] if found else None)

    async def _compare(self, stretch: Ids, same: Mapping[int, int], session: AsyncIOMotorClientSession) -> None:
        found = self.found
        ours = [_sheets(self._database, one, stretch, same, session) for one in self._generations]
        async for name, left, right in _side_by_side(*ours):
            found.sheets += 1
            # a sum that has come to nothing stands as 0 where its parts came in two batches
            if left != right and (unlike := _unlike(_lines(left), _lines(right))):
                found.differing += 1
                if len(found.first) < SHOWN:
                    here, there = unlike
                    found.first.append(Difference(sheet=name, read=here, fresh=there))
        found.position.update(same)


Sheets = AsyncIterator[tuple[str, Mapping[str, Any]]]


async def _sheets(
    database: Database, generation: str, stretch: Ids, partitions: Collection[int], session: AsyncIOMotorClientSession
) -> Sheets:
    """In the order of their ids."""
    wanted = {str(partition) for partition in partitions}
    ids = {"$gt": stretch.after} | ({} if stretch.upto is None else {"$lte": stretch.upto})
    async for sheet in database[cells_of(generation)].find({"_id": ids}, session=session).sort("_id", 1):
        name = sheet.pop("_id")
        if name.rpartition("/")[2] in wanted:
            yield name, sheet


async def _side_by_side(left: Sheets, right: Sheets) -> AsyncIterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """Both of the same name; {} where one has none."""
    one, other = await anext(left, None), await anext(right, None)
    while one is not None or other is not None:
        name = min(found[0] for found in (one, other) if found is not None)
        here = one[1] if one is not None and one[0] == name else {}
        there = other[1] if other is not None and other[0] == name else {}
        yield name, here, there
        if one is not None and one[0] == name:
            one = await anext(left, None)
        if other is not None and other[0] == name:
            other = await anext(right, None)


def _lines(sheet: Mapping[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for inner, cells in sheet.items():
        if inner != "value":
            for value, tally in ({"": cells} if inner == OWN else cells).items():
                found |= {f"{inner}.{value}.{measure}": count for measure, count in tally.items() if count}
    return found


def _unlike(left: Numbers, right: Numbers) -> tuple[Numbers, Numbers] | None:
    names = [name for name in sorted({*left, *right}) if left.get(name, 0) != right.get(name, 0)]
    if not names:
        return None
    return {name: left.get(name, 0) for name in names}, {name: right.get(name, 0) for name in names}
