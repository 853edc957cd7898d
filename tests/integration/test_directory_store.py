"""The directory's store on a real MongoDB: one change at a time, all of it or nothing, and its records in order."""

import asyncio
from collections.abc import Sequence
from typing import Any, cast

import pytest

from services.contracts.codec import decode
from services.contracts.directory import DirectoryChanged
from services.routing.adapters.directory_store import DirectoryStore
from services.routing.domain.directory.change import RowChange
from services.routing.ports import DirectoryMoved
from services.runtime.batches import Outgoing
from services.runtime.health import Health
from services.runtime.mongo import Database
from services.runtime.producer import Producer

HOUSING, ROADS = {"name": "房管"}, {"name": "市政"}


class Log:
    """Where records go."""

    def __init__(self) -> None:
        self.records: list[Outgoing] = []

    async def publish(self, records: Sequence[Outgoing]) -> None:
        self.records += records

    @property
    def told(self) -> list[tuple[int, str, str, Any]]:
        changes = [cast(DirectoryChanged, decode(one.value, one.headers).data) for one in self.records]
        return [(change.version, change.kind, change.id, change.row) for change in changes]


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
async def store(database: Database, log: Log) -> DirectoryStore:
    made = DirectoryStore(database, cast(Producer, log), Health("routing", "test"))
    await made.prepare("")
    return made


def change(kind: str, row_id: str, row: dict[str, Any] | None) -> RowChange:
    return RowChange(kind=kind, id=row_id, row=row)


async def test_a_change_of_several_kinds_is_one_and_only_what_differs_is_published(
    store: DirectoryStore, log: Log
) -> None:
    leak = {"name": "漏水", "department": "housing"}
    given = [change("department", "housing", HOUSING), change("category", "leak", leak)]
    assert await store.change(given, 0) == [1, 2]
    again = [*given, change("department", "roads", ROADS), change("category", "leak", None), change("grid", "g", None)]
    assert await store.change([again[0], *again[2:]], 2) == [1, 3, 4, 4]
    await store.publish()
    await store.publish()
    assert log.told == [
        (1, "department", "housing", HOUSING),
        (2, "category", "leak", leak),
        (3, "department", "roads", ROADS),
        (4, "category", "leak", None),
    ]
    assert await store.rows("category") == {}
    assert await store.rows("department") == {
        "housing": {"row": HOUSING, "version": 1},
        "roads": {"row": ROADS, "version": 3},
    }


async def test_what_was_judged_by_another_directory_changes_nothing(store: DirectoryStore, log: Log) -> None:
    await store.change([change("department", "housing", HOUSING)], 0)
    with pytest.raises(DirectoryMoved) as caught:
        await store.change([change("department", "roads", ROADS)], 0)
    assert caught.value.version == 1
    assert await store.row("department", "roads") is None
    await store.publish()
    assert [version for version, *_ in log.told] == [1]


async def test_of_many_at_once_by_the_same_directory_one_goes_through(store: DirectoryStore, log: Log) -> None:
    found = await asyncio.gather(
        *(store.change([change("department", f"d{number}", ROADS)], 0) for number in range(8)), return_exceptions=True
    )
    assert sum(isinstance(one, DirectoryMoved) for one in found) == 7
    await store.publish()
    assert len(log.told) == 1


async def test_thousands_of_rows_are_one_change(store: DirectoryStore, log: Log) -> None:
    ring = [[116.0 + number / 1000, 39.0] for number in range(30)]
    row = {"name": "格", "name_en": "", "community": "c", "polygon": [ring]}
    given = [change("grid", f"g{number}", row) for number in range(6_000)]
    assert (await store.change(given, 0))[-1] == 6_000
    assert await store.change(given, 6_000) == list(range(1, 6_001))
    await store.publish()
    assert [version for version, *_ in log.told] == list(range(1, 6_001))


async def test_a_first_admin_key_that_was_withdrawn_stays_so_until_another_is_told(
    store: DirectoryStore, log: Log, database: Database
) -> None:
    first, second = "a" * 64, "b" * 64
    await asyncio.gather(store.prepare(first), store.prepare(first))
    assert await store.row("key", first) == {"row": {"role": "admin", "label": "first"}, "version": 1}
    await store.change([change("key", first, None)])
    await store.prepare(first)
    assert await store.row("key", first) is None
    await store.publish()
    told = [DirectoryChanged(kind=kind, id=name, version=at, row=row) for at, kind, name, row in log.told]  # type: ignore[arg-type]  # kinds as they were told
    assert [one.version for one in told] == [1, 2]
    for collection in ("directory", "directory_state"):
        await database[collection].drop()
    await DirectoryStore.restore(database, told)
    await store.prepare(first)
    assert await store.row("key", first) is None
    await store.prepare(second)
    assert await store.row("key", second) is not None
