"""Evidence and cells of one history on a real MongoDB: they agree at the newest position, and evidence at any other."""

import random
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32

import msgspec
import pytest

from services.contracts.cases import CaseFact
from services.contracts.codec import Event
from services.contracts.topics import CASES
from services.metrics.adapters import evidence_store
from services.metrics.adapters.cell_store import CellStore
from services.metrics.adapters.evidence_store import EvidenceStore
from services.metrics.adapters.generations import FIRST
from services.metrics.adapters.sheets import writes as cell_writes
from services.metrics.domain import recounts, slices
from services.metrics.domain.cells import DIMENSION_SETS, DIMENSIONS, Sums, add
from services.metrics.domain.measures import MEASURES
from services.metrics.domain.months import month_of, with_months
from services.metrics.domain.periods import Period, day_of, marked
from services.metrics.domain.rates import CATALOGUE
from services.metrics.domain.receipts import Asked, Share
from services.metrics.domain.units import moves
from services.metrics.past import Past
from services.metrics.ports import CellQuery
from services.metrics.recounts import Recounts
from services.metrics.stream.evidence import CaseReader
from services.runtime.batches import Batch, Fold, Incoming
from services.runtime.ledger import Entry, Ledger
from services.runtime.mongo import Database
from tests.integration.test_stores import _without_zeros, among, written
from tests.properties.test_figures import STREET, told
from tests.recount.calendar import ZONE
from tests.unit.metrics.memory import MemoryCells

BEGAN = datetime(2026, 5, 4, 3, 59, 58, tzinfo=UTC)
PARTITIONS = 2


def history() -> list[list[CaseFact]]:
    """The facts of two partitions."""
    facts = told(STREET, seed=41, cases=60).facts
    parts = [[one for one in facts if crc32(one.case_id.encode()) % PARTITIONS == part] for part in range(PARTITIONS)]
    return [[msgspec.structs.replace(one, seq=seq) for seq, one in enumerate(part, 1)] for part in parts]


async def kept(database: Database, partition: int, facts: Sequence[CaseFact], size: int) -> None:
    """As the two readers do it, batch by batch, a fact a second; evidence's is still under way when the next is
    folded."""
    store, under_way = EvidenceStore(database), list[Fold]()
    await store.prepare()
    cases = CaseReader(store, ZONE, evidence_store.writes)
    for number, begin in enumerate(range(0, len(facts), size), 1):
        sums = Sums()
        records = [
            record(fact, BEGAN + timedelta(seconds=begin + place))
            for place, fact in enumerate(facts[begin : begin + size])
        ]
        before = under_way[0] if under_way else None
        batch = Batch(partition=partition, number=number, records=records, next_seq=1, before=before)
        fold = (await cases.load([batch]))[partition]
        for one, fact in zip(records, facts[begin:], strict=False):
            sums.add(list(moves(fact, ZONE)))
            fold.apply(one)
        await written(database, cell_writes(FIRST, partition, with_months(sums.sheets(), ZONE)))
        if under_way:
            await written(database, under_way.pop().writes())
        under_way.append(fold)
    for last in under_way:
        await written(database, last.writes())
    for reader, generation in (("evidence", evidence_store.GENERATION), ("metrics", FIRST)):
        entry = Entry(partition=partition, epoch=1, last_seq=len(facts))
        await Ledger(database, reader, generation).found(entry)


def record(fact: CaseFact, at: datetime) -> Incoming:
    event = Event(id=str(fact.seq), source="/test", time=at, data=fact)
    return Incoming(
        topic=CASES.name, partition=fact.partition, offset=fact.seq, timestamp=at, key=fact.case_id, event=event
    )


def questions(seed: int, number: int) -> list[CellQuery]:
    dice, today, day = random.Random(seed), day_of(history()[0][0].at, ZONE), timedelta(days=1)
    edges = [None, *(today + day * step for step in (-40, -1, 0, 1, 3, 30, 75))]
    values = {
        "channel": ["grid", "hotline", "no"],
        "department": [*sorted(STREET["department"])[:3], "none"],
        "category": [*sorted(STREET["category"])[:2], "none"],
        "grid": [*sorted(STREET["grid"])[:12], "none"],
        "urgency": ["normal", "urgent"],
    }
    found = []
    for _ in range(number):
        dims = dice.choice(DIMENSION_SETS)
        named = dice.sample([name for name in DIMENSIONS if name in dims], dice.randrange(len(dims) + 1))
        period = Period(begin=dice.choice(edges), end=dice.choice(edges))
        only = tuple((name, among(dice, values[name])) for name in named)
        found.append(
            CellQuery(
                basis=dice.choice(list(MEASURES)), period=period, dims=dims, only=only, bucketed=dice.random() < 0.3
            )
        )
    return found


@pytest.mark.parametrize("size", [1_000, 7])
async def test_cells_and_evidence_agree_whatever_is_asked(database: Database, size: int) -> None:
    cells, evidence = CellStore(database, "metrics", ZONE), EvidenceStore(database)
    await cells.prepare()
    for partition, facts in enumerate(history()):
        await kept(database, partition, facts, size)
    position = await evidence.position()
    assert position == {partition: len(facts) for partition, facts in enumerate(history())}
    asked = questions(size, 120)
    held, counted = await cells.read(asked), await Past(evidence, position).read(asked)
    assert any(held.sums)
    for query, ours, theirs in zip(asked, held.sums, counted.sums, strict=True):
        assert _without_zeros(ours) == _without_zeros(theirs), query
    monthly = [msgspec.structs.replace(query, bucketed=True, by_month=True) for query in asked]
    held, counted = await cells.read(monthly), await Past(evidence, position).read(monthly)
    for query, ours, theirs in zip(monthly, held.sums, counted.sums, strict=True):
        assert _by_month(ours) == _by_month(theirs), query
    for query in asked:
        parted = await cells.parted(query)
        assert parted.position == position
        for partition in range(PARTITIONS):
            alone = await Past(evidence, {partition: position[partition]}).read([query])
            summed: dict[str, int] = {}
            for tally in alone.sums[0].values():
                add(summed, tally)
            assert _without_zeros({(): parted.sums[partition]}) == _without_zeros({(): summed}), (query, partition)


def _by_month(sums: Mapping[tuple[str, ...], Mapping[str, int]]) -> dict[tuple[str, ...], dict[str, int]]:
    found: dict[tuple[str, ...], dict[str, int]] = {}
    for (bucket, *values), tally in sums.items():
        add(found.setdefault((month_of(marked(bucket), ZONE).isoformat(), *values), {}), tally)
    return _without_zeros(found)


async def test_the_past_is_what_the_cells_were_then(database: Database) -> None:
    facts = history()[0]
    await kept(database, 0, facts, 50)
    evidence = EvidenceStore(database)
    for seq in (0, 1, len(facts) // 2, len(facts) - 1):
        asked = questions(seq, 20)
        then, found = await MemoryCells(facts[:seq]).read(asked), await Past(evidence, {0: seq}).read(asked)
        for query, ours, theirs in zip(asked, found.sums, then.sums, strict=True):
            assert _without_zeros(ours) == _without_zeros(theirs), (seq, query)


async def test_a_time_is_a_position_to_the_second_and_over_minutes(database: Database) -> None:
    facts = history()[0]
    assert len(facts) > 130
    await kept(database, 0, facts, 40)
    evidence = EvidenceStore(database)
    for seconds in (-100, 0, 1, 2, 3, 61, 62, 63, 64, 125):
        at = BEGAN + timedelta(seconds=seconds)
        assert await evidence.position_at(at) == {0: max(0, seconds)}, at
    assert await evidence.position_at(BEGAN + timedelta(days=90)) == {0: len(facts)}


async def test_a_receipt_is_read_in_parts_and_its_pages_in_the_order_of_ids(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts, parts = history(), 0
    for partition, there in enumerate(facts):
        await kept(database, partition, there, 100)
    evidence = EvidenceStore(database)
    position = await evidence.position()
    monkeypatch.setattr(evidence_store, "AT_ONCE", 7)
    monkeypatch.setattr(recounts, "FIRST", 3)
    monkeypatch.setattr(slices, "SLICE", 5)
    for name in ("replied_count", "satisfied", "on_time", "speed_closed"):
        row = CATALOGUE[name]
        asked = Asked(row=row, basis=row.bases[0], scope="full", period=Period())
        async for chunk in evidence.chunks(asked.row.cells(asked.basis), asked.period, {}):
            assert len(list(chunk())) <= 7
            parts += 1
        counting = Recounts(evidence)
        found = await counting.of(asked, position, lambda _: True)
        for side in recounts.SIDES:
            whole = [one async for part in counting.shares(asked, position, side) for one in part]
            assert found.counts[side] == len(whole) == len({one.case_id for one in whole}), "each case once"
            pages, after = list[Share](), ""
            while page := await counting.page(found, asked, position, side, after, 4):
                pages += page
                after = page[-1].case_id
            assert pages == sorted(whole, key=lambda one: one.case_id), (name, side)
    assert parts > 20


async def test_the_next_page_does_not_read_what_is_not_on_it(database: Database) -> None:
    await kept(database, 0, history()[0], 100)
    ids = sorted(await database[evidence_store.CASES].distinct("_id"))
    page = {"$gt": ids[len(ids) // 3], "$lte": ids[len(ids) // 3 + 3]}
    query = {"keys": {"$elemMatch": {"$gte": "cohort//", "$lte": "cohort//~"}}, "_id": page}
    plan = await database.command(
        "explain", {"find": evidence_store.CASES, "filter": query}, verbosity="executionStats"
    )
    stats = plan["executionStats"]
    keys = await database[evidence_store.CASES].distinct("keys")
    days = sum(key.startswith("cohort//") for key in keys)
    assert stats["nReturned"] > 0
    assert stats["totalDocsExamined"] == stats["nReturned"]
    assert stats["totalKeysExamined"] <= stats["nReturned"] + 2 * days + 2, "a jump for each day, nothing in between"
