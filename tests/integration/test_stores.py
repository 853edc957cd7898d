"""The stores on a real MongoDB beside the ones in memory that unit tests use: the same in, the same out."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import bson
import pytest

from deploy.local.mongod import SNAPSHOT_SECONDS
from services.contracts.submissions import ContactGiven
from services.metrics.adapters.cell_store import CellStore
from services.metrics.adapters.generations import FIRST, cells_of
from services.metrics.adapters.sheets import writes
from services.metrics.domain.cells import DIMENSION_SETS, DIMENSIONS, Sums
from services.metrics.domain.measures import MEASURES
from services.metrics.domain.months import with_months
from services.metrics.domain.periods import Period, day_of
from services.metrics.domain.rollups import Among
from services.metrics.domain.units import moves
from services.metrics.ports import CellQuery, CellsAway
from services.notify.adapters.store import NotifyStore
from services.notify.handlers import Telling
from services.routing.adapters.case_reader import MongoCaseReader
from services.routing.adapters.case_store import MOST_BESIDE, MongoCaseStore
from services.routing.domain.case import Command
from services.routing.domain.cursor import Waiting
from services.routing.handlers import Bench, key_of
from services.runtime.mongo import Database
from tests.unit.metrics.memory import MemoryCells
from tests.unit.metrics.test_worked_example import SHANGHAI
from tests.unit.routing.street import RULES, T0, actor, ask, judged, of_a_stranger, submission


async def written(database: Database, operations: Mapping[str, Sequence[Any]]) -> None:
    for collection, made in operations.items():
        if made:
            await database[collection].bulk_write(list(made), ordered=False)


COMMANDS: list[Command] = [
    submission("1", category="leak", contact_digest="right"),
    ask("sign", "department"),
    ask("close", "source", action_id="too-early"),
    ask("sign", "department", reason="another body under the same id"),
    submission("2", category="what"),
    ask("dispatch", "dispatcher", number="2", action_id="d2", department="roads"),
    submission("2", category="what", title="其他"),
    submission("3", category="leak", source="hotline"),
    ask("return", "department"),
    ask("dispatch", "dispatcher", action_id="d1", department="roads"),
    ask("sign", actor("department", "roads"), action_id="s2"),
    ask("reply", actor("department", "roads")),
]


async def play(database: Database, sizes: Sequence[int]) -> MongoCaseStore:
    """As the worker does it, in batches of these sizes."""
    store, rest, next_seq = MongoCaseStore(database), list(COMMANDS), 1
    await store.prepare()
    for size in sizes:
        batch, rest = rest[:size], rest[size:]
        bench = Bench(0, next_seq, await store.load([key_of(command) for command in batch]), RULES)
        lines: list[Mapping[str, Any]] = []
        for command in batch:
            made = bench.judge(command, T0)
            lines += [store.line(item) for item in made]
            bench.keep(made)
        await written(database, store.writes(0, bench.changed, bench.newest, lines))
        next_seq = bench.next_seq
    return store


@pytest.mark.parametrize("sizes", [[12], [1] * 12, [3, 5, 4]])
async def test_routing_loads_what_the_store_in_memory_loads(database: Database, sizes: list[int]) -> None:
    store, memory = await play(database, sizes), judged(COMMANDS)
    keys = [key_of(command) for command in COMMANDS]
    assert await store.load(keys) == memory.loaded(keys)
    reader = MongoCaseReader(database)
    for name in memory.cases:
        found = await reader.one(name)
        assert found is not None
        assert found[0] == memory.loaded_case(name)
        timeline = await reader.timeline(name)
        assert timeline.facts == [fact for fact in memory.facts if fact.case_id == name and not of_a_stranger(fact)]


async def test_an_action_s_outcome_is_its_first_fact(database: Database) -> None:
    await play(database, [12])
    reader, case = MongoCaseReader(database), COMMANDS[0].case_id
    signed = await reader.outcome(case, "department:housing", "a-sign")
    assert signed is not None
    assert signed.outcome == "applied"
    assert await reader.outcome(case, "department:housing", "never") is None
    assert await reader.outcome(case, "source:grid", "submit") is None


async def test_pages_of_cases_give_each_once_and_what_changed_since_again(database: Database) -> None:
    await play(database, [12])
    reader = MongoCaseReader(database)
    seen, cursor, more = list[str](), {0: 0}, True
    while more:
        listed = await reader.page({}, cursor, 1)
        seen += [case.case_id for case, _ in listed.cases]
        cursor, more = dict(listed.cursor), listed.more
    assert sorted(seen) == sorted(set(seen)) == sorted({command.case_id for command in COMMANDS})
    assert (await reader.page({}, cursor, 10)).cases == []
    only = await reader.page({"departments": "housing"}, {0: 0}, 10)
    assert {case.source_id for case, _ in only.cases} == {"1", "3"}
    assert [case.source_id for case, _ in await reader.queue(None, 10)] == []


async def test_what_a_stranger_is_refused_stands_beside_the_case_the_newest_of_it_and_is_judged_once(
    database: Database,
) -> None:
    store, stranger = MongoCaseStore(database), actor("department", "parks")
    await store.prepare()
    asked = [ask("sign", stranger, action_id=f"a{number}", reason="长" * 500) for number in range(MOST_BESIDE + 10)]
    bench = Bench(0, 1, await store.load([]), RULES)
    commands: list[Command] = [submission(category="leak"), *asked]
    for command in commands:
        made = bench.judge(command, T0)
        bench.keep(made)
        await written(database, store.writes(0, bench.changed, bench.newest, [store.line(fact) for fact in made]))
    (kept,) = [found async for found in database["beside"].find()]
    assert len(kept["outcomes"]) == MOST_BESIDE
    assert len(bson.encode(kept)) < 256_000, "without what was said"
    reader, case = MongoCaseReader(database), asked[0].case_id
    assert len((await reader.timeline(case)).facts) == len(bench.changed[case].steps), "nothing of it in the case"
    for number, known in ((0, False), (9, False), (10, True), (MOST_BESIDE + 9, True)):
        found = await reader.outcome(case, stranger.sender, f"a{number}")
        assert (found is not None and found.refusal is not None and found.refusal.code == "unknown_case") is known
        again = Bench(0, 1_000, await store.load([key_of(asked[number])]), RULES)
        assert (again.judge(asked[number], T0) == []) is known
    assert await reader.outcome(case, "department:roads", "a100") is None, "its sender's alone"


async def test_the_queue_gives_each_waiting_case_once_the_longest_waiting_first(database: Database) -> None:
    many = [submission(str(number)) for number in range(7)]
    store = MongoCaseStore(database)
    await store.prepare()
    bench = Bench(0, 1, await store.load([key_of(command) for command in many]), RULES)
    lines: list[Mapping[str, Any]] = []
    for command in many:
        made = bench.judge(command, T0)
        lines += [store.line(item) for item in made]
        bench.keep(made)
    await written(database, store.writes(0, bench.changed, bench.newest, lines))
    reader, after, seen = MongoCaseReader(database), None, list[str]()
    while page := await reader.queue(after, 2):
        seen += [case.case_id for case, _ in page]
        after = Waiting.of(page[-1][0].summary.received_at, page[-1][0].case_id)
    waiting = [case for case in bench.changed.values() if case.summary.state in ("received", "accepted")]
    assert len(waiting) > 2  # more than a page, received at one instant
    assert seen == [case.case_id for case in sorted(waiting, key=lambda case: (case.summary.received_at, case.case_id))]


async def test_notify_s_feed_gives_each_notice_once_in_order_and_contacts_only_where_they_belong(
    database: Database,
) -> None:
    store, facts = NotifyStore(database), judged(COMMANDS).facts
    await store.prepare()
    case, next_seq = COMMANDS[0].case_id, 1
    right = ContactGiven(case_id=case, name="甲", phone="13800138000", digest="right")
    for fact in facts:
        telling = Telling(0, next_seq, await store.load([fact.case_id]))
        telling.fact(fact)
        if fact.action == "submit" and fact.case_id == case:
            telling.contact(right)
        await written(database, store.writes(0, telling.cases, telling.contacts, telling.kept))
        next_seq = telling.next_seq
    assert await store.contact(case) == right
    assert await store.contact(COMMANDS[4].case_id) is None
    kept = await store.case(case)
    assert kept is not None
    assert (kept.lead, kept.signed_by, kept.state) == ("roads", "roads", "replied")
    given, place = list[str](), dict[int, int]()
    while True:
        items, place = await store.feed("housing", place, 1)
        if not items:
            break
        given += [item.id for item in items]
    whole, _ = await store.feed("housing", {}, 100)
    assert given == [item.id for item in whole]
    assert [item.rsplit("/", 2)[1] for item in given] == ["assigned", "assigned", "withdrawn"]
    await store.record_look(case, actor("department"))
    assert await database["looks"].count_documents({"case_id": case}) == 1
    await store.mark_erased(case)
    assert await store.contact(case) is None


async def test_cells_sum_to_what_memory_sums_to_whatever_is_asked(database: Database) -> None:
    facts, store = judged(COMMANDS).facts, CellStore(database, "metrics", SHANGHAI)
    await store.prepare()
    for partition, part in enumerate((facts[:5], facts[5:])):
        for some in (part[:2], part[2:]):
            sums = Sums()
            for fact in some:
                sums.add(list(moves(fact, SHANGHAI)))
            await written(database, writes(FIRST, partition, with_months(sums.sheets(), SHANGHAI)))
    dice = random.Random(7)
    today, bases = day_of(T0, SHANGHAI), list(MEASURES)
    values = {
        "channel": ["grid", "no"],
        "department": ["housing", "roads", "none"],
        "category": ["leak", "none"],
        "grid": ["g07", "none"],
        "urgency": ["normal", "urgent"],
    }
    queries = []
    for _ in range(200):
        dims = dice.choice(DIMENSION_SETS)
        named = dice.sample([name for name in DIMENSIONS if name in dims], dice.randrange(len(dims) + 1))
        step = timedelta(days=1)
        queries.append(
            CellQuery(
                basis=dice.choice(bases),
                period=Period(
                    begin=dice.choice([None, today, today + step]), end=dice.choice([None, today + step, today])
                ),
                dims=dims,
                only=tuple((name, among(dice, values[name])) for name in named),
                bucketed=dice.random() < 0.3,
            )
        )
    found, expected = await store.read(queries), await MemoryCells(facts).read(queries)
    assert any(expected.sums)
    for query, ours, theirs in zip(queries, found.sums, expected.sums, strict=True):
        assert _without_zeros(ours) == _without_zeros(theirs), query


async def test_a_reading_that_takes_longer_than_the_past_is_kept_says_what_to_do(database: Database) -> None:
    store = CellStore(database, "metrics", SHANGHAI)
    await store.prepare()
    moving = {"_id": 'cohort/total/2026-03-01T16:00/""/0'}

    async def write() -> None:
        while True:
            await database[cells_of(FIRST)].update_one(moving, {"$inc": {"own.valid": 1}}, upsert=True)

    async def kept(seconds: int) -> None:
        await database.client.admin.command("setParameter", 1, minSnapshotHistoryWindowInSeconds=seconds)

    writing = asyncio.create_task(write())
    query = CellQuery(basis="cohort", period=Period(), dims=())

    async def read_until_it_fails() -> None:
        while True:
            await store.read([query] * 20)

    await kept(0)
    try:
        with pytest.raises(CellsAway, match="ask for a shorter period"):
            await asyncio.wait_for(read_until_it_fails(), 60)
        await kept(SNAPSHOT_SECONDS)
        await store.read([query] * 20)
    finally:
        await kept(SNAPSHOT_SECONDS)
        writing.cancel()


def among(dice: random.Random, values: Sequence[str]) -> Among:
    """One of them, some, or all but some."""
    return Among(tuple(dice.sample(values, dice.choice([1, 1, min(2, len(values))]))), outside=dice.random() < 0.3)


def _without_zeros(sums: Mapping[tuple[str, ...], Mapping[str, int]]) -> dict[tuple[str, ...], dict[str, int]]:
    plain = {values: {name: count for name, count in tally.items() if count} for values, tally in sums.items()}
    return {values: tally for values, tally in plain.items() if tally}
