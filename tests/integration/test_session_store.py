"""Sign-ins on a real MongoDB: ended by one instance they are ended for all, and they go by themselves."""

from datetime import UTC, datetime, timedelta

import pytest

from services.metrics.adapters.session_store import COLLECTION, SessionStore
from services.runtime.mongo import Database
from services.runtime.sessions import Session

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def session(number: int, key: str = "k") -> Session:
    made = NOW + timedelta(minutes=number)
    return Session(
        id=f"{key}{number}", key=key, role="dashboard", directory=7, made_at=made, expires_at=made + timedelta(hours=12)
    )


@pytest.fixture
async def instances(database: Database) -> list[SessionStore]:
    made = [SessionStore(database), SessionStore(database)]
    for one in made:
        await one.prepare()
    return made


async def test_what_one_instance_keeps_and_ends_is_so_for_all(instances: list[SessionStore]) -> None:
    here, there = instances
    await here.keep(session(1), 10)
    assert await there.one("k1", NOW) == session(1)
    await there.end("k1")
    assert await here.one("k1", NOW) is None
    await there.end("k1")


async def test_one_that_is_over_is_none_though_it_is_still_there(instances: list[SessionStore]) -> None:
    here, _ = instances
    await here.keep(session(0), 10)
    assert await here.one("k0", NOW + timedelta(hours=12, seconds=-1)) is not None
    assert await here.one("k0", NOW + timedelta(hours=12)) is None


async def test_the_oldest_of_a_key_go_and_all_of_them_once_it_is_withdrawn(instances: list[SessionStore]) -> None:
    here, _ = instances
    other = session(0, "other")
    await here.keep(other, 2)
    for number in (2, 1, 3, 4):
        await here.keep(session(number), 2)
    assert [await here.one(f"k{number}", NOW) is not None for number in (1, 2, 3, 4)] == [False, False, True, True]
    await here.end_all("k")
    assert [await here.one(f"k{number}", NOW) for number in (3, 4)] == [None, None]
    assert await here.one("other0", NOW) == other


async def test_they_go_by_themselves_once_they_are_over(database: Database, instances: list[SessionStore]) -> None:
    indexes = await database[COLLECTION].index_information()
    assert [one["expireAfterSeconds"] for one in indexes.values() if one["key"] == [("expires_at", 1)]] == [0]
