"""Two generations of cells against each other, partition by partition, each where both stand at the same position."""

from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

import msgspec
from motor.motor_asyncio import AsyncIOMotorClientSession

from services.runtime.ledger import positions
from services.runtime.mongo import Database

from .generations import Standing, cells_of
from .sheets import OWN

SHOWN = 20
Numbers = Mapping[str, int]


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One sheet that differs: what stands on it as it is read and as it was counted anew, by line (inner dimension,
    value, measure, with dots between), of those lines that differ."""

    sheet: str
    read: Numbers
    fresh: Numbers


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """So far: where each partition was compared, how many sheets, how many of them differ, and the first of those."""

    position: dict[int, int] = {}
    sheets: int = 0
    differing: int = 0
    first: list[Difference] = []


async def compare(database: Database, reader: str, standing: Standing, before: Compared) -> Compared:
    """`before`, and those partitions that stand at the same position now. PyMongoError."""
    assert standing.fresh is not None
    async with await database.client.start_session(snapshot=True) as session:
        read = await positions(database, reader, generation=standing.current, session=session)
        fresh = await positions(database, reader, generation=standing.fresh, session=session)
        same = {part: seq for part, seq in read.items() if part not in before.position and fresh.get(part) == seq}
        if not same:
            return before
        sheets, differing, first = before.sheets, before.differing, list(before.first)
        ours = [_sheets(database, generation, same, session) for generation in (standing.current, standing.fresh)]
        async for name, left, right in _side_by_side(*ours):
            sheets += 1
            # a sum that has come to nothing stands as 0 where its parts came in two batches
            if left != right and (unlike := _unlike(_lines(left), _lines(right))):
                differing += 1
                if len(first) < SHOWN:
                    here, there = unlike
                    first.append(Difference(sheet=name, read=here, fresh=there))
    return Compared(position=before.position | same, sheets=sheets, differing=differing, first=first)


Sheets = AsyncIterator[tuple[str, Mapping[str, Any]]]


async def _sheets(
    database: Database, generation: str, partitions: Collection[int], session: AsyncIOMotorClientSession
) -> Sheets:
    """In the order of their ids."""
    wanted = {str(partition) for partition in partitions}
    async for sheet in database[cells_of(generation)].find(session=session).sort("_id", 1):
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
