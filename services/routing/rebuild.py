"""Makes routing's store again from what routing has published: `python -m services.routing rebuild`.

For when the store is lost, or was restored from an older copy and routing has halted. No routing may run meanwhile.
The directory comes from its topic, cases and timelines from `cases`; commands are then read again from their beginning,
where every one that has a fact is recognised by its digest. Until a partition is finished the ledger does not know of
it, so a rebuild that was cut short leaves a store with which routing halts; begin again.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from services.contracts.cases import CaseFact
from services.contracts.codec import decode
from services.contracts.directory import DirectoryChanged
from services.contracts.topics import CASES, DIRECTORY
from services.runtime.ledger import Entry, Ledger
from services.runtime.mongo import Database
from services.runtime.span import span

from .adapters.case_store import MongoCaseStore
from .adapters.directory_store import DirectoryStore
from .domain.rules import Rules
from .handlers import Bench
from .ports import CommandKey

GROUP = "mingshao.routing"
BATCH = 2_000
Told = Callable[[int, int], None]
"""Facts read so far, and facts in all."""


class RoutingRuns(Exception):
    """A routing process is a member of the group; it would write into the store that is being made."""


class BrokenLog(Exception):
    """A sequence number is missing in `cases`, or a record cannot be read: restore the log first."""


async def rebuild(bootstrap: str, database: Database, partitions: int, told: Told) -> None:
    """Drop the store and make it again. RoutingRuns, BrokenLog (the store is as it was, where the log ends before it
    or has lost its beginning), and the clients' errors."""
    await _require_stopped(bootstrap)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        store, ledger = MongoCaseStore(database), Ledger(database, "routing")
        await ledger.prepare()
        await look(consumer, {number: (await ledger.look(number)).next_seq for number in range(partitions)})
        await database.client.drop_database(database.name)
        await store.prepare()
        await ledger.prepare()
        rows = [change async for change in _records(consumer, TopicPartition(DIRECTORY.name, 0))]
        await DirectoryStore.restore(database, [row for row in rows if isinstance(row, DirectoryChanged)])
        parts = [TopicPartition(CASES.name, number) for number in range(partitions)]
        total, done = sum((await consumer.end_offsets(parts)).values()), 0

        def counted(facts: int) -> None:
            nonlocal done
            done += facts
            told(done, total)

        for partition in parts:
            entry = await _partition(consumer, partition, database, store, counted)
            await ledger.found(entry)
    finally:
        await consumer.stop()


async def look(consumer: Any, next_seqs: Mapping[int, int]) -> None:
    """Whether all that the store has is on the log, before anything is dropped; `next_seqs`: partition → the number of
    the next fact, as the store knows it. BrokenLog."""
    there = await consumer.topics()
    for name in (DIRECTORY.name, CASES.name):
        if name not in there:
            raise BrokenLog(f"{name} is not on this log: restore it first. The store is as it was.")
    parts = [TopicPartition(CASES.name, number) for number in next_seqs]
    every = [TopicPartition(DIRECTORY.name, 0), *parts]
    begins, ends = await consumer.beginning_offsets(every), await consumer.end_offsets(every)
    for partition in every:
        if begins[partition] > 0 or (partition.topic == DIRECTORY.name and not ends[partition]):
            place = f"{partition.topic}/{partition.partition}"
            raise BrokenLog(f"the beginning of {place} is gone: restore the log first. The store is as it was.")
    for partition in parts:
        last, known = await _last(consumer, partition, ends[partition]), next_seqs[partition.partition] - 1
        if last < known:
            raise BrokenLog(
                f"{CASES.name}/{partition.partition} ends with fact {last}, the store has {known}: restore the log "
                "first, what it lacks is nowhere else. The store is as it was."
            )


async def _last(consumer: Any, partition: TopicPartition, end: int) -> int:
    """The highest number among the last facts of a partition, 0 where it has none."""
    seqs = [0]
    async for record in span(consumer, partition, max(0, end - BATCH), end):
        with suppress(ValueError):
            seqs.append(decode(record.value, record.headers).sequence or 0)
    return max(seqs)


async def _partition(
    consumer: Any, partition: TopicPartition, database: Database, store: MongoCaseStore, counted: Callable[[int], None]
) -> Entry:
    entry, batch = Entry(partition=partition.partition, epoch=0), list[CaseFact]()

    async def kept() -> None:
        nonlocal entry
        loaded = await store.load([CommandKey.answered(fact) for fact in batch])
        bench = Bench(partition.partition, entry.next_seq, loaded, Rules())
        bench.keep(batch)
        operations = store.writes(
            partition.partition, bench.changed, bench.newest, [store.line(fact) for fact in batch]
        )
        for collection, made in operations.items():
            if made:
                await database[collection].bulk_write(list(made), ordered=False)
        version = max([entry.directory_version, *(fact.directory_version for fact in batch)])
        entry = Entry(partition=partition.partition, epoch=0, next_seq=bench.next_seq, directory_version=version)
        batch.clear()

    expected = 1
    async for fact in _records(consumer, partition):
        counted(1)
        if not isinstance(fact, CaseFact) or fact.seq < expected:
            continue  # published again by a later owner
        if fact.seq != expected:
            raise BrokenLog(f"{CASES.name}/{partition.partition}: sequence {fact.seq} follows {expected - 1}")
        expected += 1
        batch.append(fact)
        if len(batch) == BATCH:
            await kept()
    await kept()
    return entry


async def _records(consumer: Any, partition: TopicPartition) -> AsyncIterator[Any]:
    """The messages of one partition up to its present end."""
    async for record in span(consumer, partition):
        try:
            yield decode(record.value, record.headers).data if record.value is not None else None
        except ValueError:
            yield None  # a stranger's record: readers make a dead letter of it, and its absence shows as a gap


async def _require_stopped(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        (answer,) = await admin.describe_consumer_groups([GROUP])
        _, _, state, _, _, members, *_ = answer.groups[0]
    finally:
        await admin.close()
    if members or state not in ("Empty", "Dead"):  # one that is joining just now is not yet a member
        raise RoutingRuns(
            f"routing runs ({len(members)} members, {state}): stop them first, and wait for the group to notice"
        )
