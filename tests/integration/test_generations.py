"""Two generations of cells on a real MongoDB: compared at the same position, switched in one instant."""

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest
from pymongo.errors import OperationFailure

from services.metrics.adapters import comparison as comparing
from services.metrics.adapters import generations as module
from services.metrics.adapters.comparison import Comparison
from services.metrics.adapters.generations import Generations, Standing, StillBehind, cells_of
from services.runtime.ledger import Entry, Ledger, positions
from services.runtime.mongo import Database

SHEET = "cohort/total/2026-03-01T16:00/"


async def stands(database: Database, generation: str, at: Mapping[int, int]) -> None:
    for partition, seq in at.items():
        await Ledger(database, "metrics", generation).found(Entry(partition=partition, epoch=1, last_seq=seq))


async def holds(database: Database, generation: str, partition: int, value: str = "", **own: int) -> None:
    sheet: dict[str, Any] = {"value": value, "own": own}
    await database[cells_of(generation)].replace_one({"_id": f'{SHEET}"{value}"/{partition}'}, sheet, upsert=True)


async def begun(database: Database) -> tuple[Generations, Standing]:
    made = Generations(database, "metrics")
    return made, await made.begin(anew=False)


async def test_a_partition_is_compared_where_both_stand_at_the_same_position(database: Database) -> None:
    _, standing = await begun(database)
    read, fresh = standing.current, standing.fresh
    assert fresh is not None
    await stands(database, read, {0: 5, 1: 9})
    await stands(database, fresh, {0: 5, 1: 8})
    await holds(database, read, 0, valid=3, closed=0)
    await holds(database, fresh, 0, valid=3)
    await holds(database, read, 1, valid=1)
    comparison = Comparison(database, "metrics", standing)
    found = comparison.found
    assert await comparison.step()
    assert (found.position, found.sheets, found.differing) == ({0: 5}, 1, 0), "0 is what is not there"
    assert not await comparison.step()
    assert (comparison.missing, comparison.whole, found.sheets) == ({1}, False, 1)
    await stands(database, fresh, {1: 9})
    await holds(database, fresh, 1, valid=2)
    assert await comparison.step()
    assert comparison.whole
    assert (found.position, found.sheets, found.differing) == ({0: 5, 1: 9}, 2, 1)
    (one,) = found.first
    assert (one.sheet, one.read, one.fresh) == (f'{SHEET}""/1', {"own..valid": 1}, {"own..valid": 2})


async def test_a_sheet_that_one_of_them_lacks_is_a_difference(database: Database) -> None:
    _, standing = await begun(database)
    for generation in (standing.current, standing.fresh):
        await stands(database, generation or "", {0: 1})
    await holds(database, standing.current, 0, valid=1)
    comparison = Comparison(database, "metrics", standing)
    assert await comparison.step()
    assert comparison.whole
    assert comparison.found.differing == 1


async def test_each_stretch_waits_for_its_partitions_by_itself(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "AT_ONCE", 3)
    _, standing = await begun(database)
    read, fresh = standing.current, standing.fresh
    assert fresh is not None
    for generation in (read, fresh):
        await stands(database, generation, {0: 1, 1: 1})
        for value in "abcd":
            for partition in (0, 1):
                await holds(database, generation, partition, value, valid=1)
    await holds(database, fresh, 1, "d", valid=2)
    await holds(database, fresh, 0, "e", valid=1)
    comparison = Comparison(database, "metrics", standing)
    assert await comparison.step()
    assert comparison.found.sheets == 3
    # both go on, one faster: of the second stretch one partition waits, and nothing is compared twice
    await stands(database, read, {0: 2, 1: 2})
    await stands(database, fresh, {0: 2})
    assert await comparison.step()
    assert (comparison.missing, comparison.found.sheets) == ({1}, 4)
    await stands(database, fresh, {1: 2})
    while not comparison.whole:
        assert await comparison.step()
    found = comparison.found
    assert (found.sheets, found.position) == (9, {0: 2, 1: 2})
    assert [one.sheet for one in found.first] == [f'{SHEET}"d"/1', f'{SHEET}"e"/0']


async def test_the_switch_waits_until_the_fresh_ones_are_nowhere_behind(database: Database) -> None:
    made, standing = await begun(database)
    await stands(database, standing.current, {0: 5, 1: 9})
    await stands(database, standing.fresh or "", {0: 6, 1: 8})
    switching = asyncio.create_task(made.switch(standing))
    await asyncio.sleep(0.3)
    assert not switching.done()
    assert (await made.standing()).current == standing.current
    # whoever counts the read ones cannot commit meanwhile
    ledger = database["ledger"]
    with pytest.raises(OperationFailure, match=r"WriteConflict|Write conflict"):
        async with await database.client.start_session() as session, session.start_transaction():
            await ledger.update_many({"_id": {"$regex": standing.current}}, {"$set": {"last_seq": 99}}, session=session)
    await stands(database, standing.fresh or "", {1: 9})
    async with asyncio.timeout(30):
        await switching
    now = await made.standing()
    assert (now.current, now.fresh) == (standing.fresh, None)


async def test_one_that_does_not_catch_up_changes_nothing(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.2)
    made, standing = await begun(database)
    await stands(database, standing.current, {0: 5})
    with pytest.raises(StillBehind):
        await made.switch(standing)
    assert await made.standing() == standing
    assert await positions(database, "metrics", generation=standing.current) == {0: 5}


async def test_what_was_begun_goes_on_and_anew_is_another_whose_leftovers_are_dropped(database: Database) -> None:
    made, first = await begun(database)
    assert await made.begin(anew=False) == first
    await stands(database, first.fresh or "", {0: 5})
    await holds(database, first.fresh or "", 0, valid=1)
    second = await made.begin(anew=True)
    assert second.current == first.current
    assert second.fresh not in (first.fresh, None)
    assert cells_of(first.fresh or "") not in await database.list_collection_names()
    assert await positions(database, "metrics", generation=first.fresh or "") == {}
