"""The book of alerts on a real MongoDB beside the one in memory that unit tests use: the same in, the same out."""

from collections.abc import Sequence
from typing import Any

import msgspec
import pytest

from services.contracts.alerts import AlertChanged, AlertFigure
from services.metrics.adapters.alert_store import AlertStore
from services.metrics.ports import AlertBook, KeptAlerts
from services.runtime.mongo import Database
from tests.unit.metrics.cases import at
from tests.unit.metrics.memory import MemoryAlerts

FIGURE = AlertFigure(
    rate="handled", definition=1, basis="cohort", reading="full", group={"category": "a.b$漏水"}, value=0.25, n=4,
    threshold=0.5, begin=at("04-01 00:00"), position={"0": 3, "11": 9},
)  # fmt: skip


def change(name: str, version: int, **more: Any) -> AlertChanged:
    return AlertChanged(
        id=name,
        version=version,
        state="raised" if version % 2 else "cleared",
        at=at("04-11 09:30"),
        since=at("04-11 09:30"),
        rule="low",
        kind="rate_below",
        name="低",
        figure=FIGURE,
        **more,
    )


@pytest.fixture(params=["memory", "mongo"])
async def book(request: pytest.FixtureRequest, database: Database) -> AlertBook:
    if request.param == "memory":
        return MemoryAlerts()
    store = AlertStore(database)
    await store.prepare()
    await store.prepare()
    return store


def told(kept: KeptAlerts) -> Sequence[tuple[str, int]]:
    return sorted((one.id, one.version) for one in kept.untold)


async def test_what_is_kept_comes_back_and_is_untold_until_it_is_told(book: AlertBook) -> None:
    assert await book.load() == KeptAlerts(untold=[])
    a, b = change("low/category=a.b$漏水", 1), change("low", 1)
    assert await book.change(a)
    assert await book.change(b)
    kept = await book.load()
    assert kept.changes == {a.id: a, b.id: b}
    assert kept.figures == {a.id: FIGURE, b.id: FIGURE}
    assert msgspec.json.encode(kept.changes[a.id]) == msgspec.json.encode(a), "to the byte"
    assert told(kept) == [(b.id, 1), (a.id, 1)]
    await book.told(a)
    assert told(await book.load()) == [(b.id, 1)]
    await book.told(b)
    assert await book.change(change(a.id, 2))
    kept = await book.load()
    assert told(kept) == [(a.id, 2)]
    assert kept.figures.keys() == {b.id}, "of those that stand"


async def test_a_version_that_is_there_is_not_kept_again(book: AlertBook) -> None:
    first = change("low", 1)
    assert await book.change(first)
    assert not await book.change(change("low", 1, name_en="another"))
    assert not await book.change(change("low", 3))
    assert await book.change(change("low", 2))
    assert not await book.change(change("low", 2, name_en="another"))
    assert (await book.load()).changes == {"low": change("low", 2)}


async def test_whoever_publishes_what_others_have_gone_on_from_lets_the_newest_be_told_again(book: AlertBook) -> None:
    await book.change(change("low", 1))
    await book.change(change("low", 2))
    await book.told(change("low", 2))
    assert told(await book.load()) == []
    await book.told(change("low", 1))
    assert told(await book.load()) == [("low", 2)]


async def test_what_was_seen_and_up_to_where_is_kept(book: AlertBook) -> None:
    await book.change(change("low", 1))
    newer = msgspec.structs.replace(FIGURE, n=5)
    await book.judged({"low": newer}, {"0": 4, "1": 2}, at("04-11 09:31"))
    kept = await book.load()
    assert (kept.figures, kept.position, kept.at) == ({"low": newer}, {"0": 4, "1": 2}, at("04-11 09:31"))
    assert kept.changes == {"low": change("low", 1)}
    await book.judged({}, {"0": 9, "1": 2}, at("04-11 09:32"))
    kept = await book.load()
    assert (kept.figures, kept.position, kept.at) == ({"low": newer}, {"0": 9, "1": 2}, at("04-11 09:32"))
