"""The hot loop of every reading service: take, fetch, fold, commit, publish; one transaction per round.

The ledger alone decides what was applied; Kafka's committed offsets serve lag monitoring. An error from I/O means
forget and take again; an error from pure code means that record is a dead letter; a gap means halt.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import IllegalStateError

from services.contracts.topics import REPLAYS, Topic

from . import clients
from .batches import Batch, Reader
from .directory import Directory
from .failpoints import Failpoints
from .folding import Folded, Gap, fold_batch, read
from .health import Health
from .instruments import Instruments
from .lag import LagWatch
from .ledger import Generation, Ledger, RolledBack
from .logs import get_logger
from .mongo import Database
from .ownership import Owned, Ownership, admit, tell_kafka
from .pace import Pace
from .producer import Producer
from .taking import Taking

ROUND_RECORDS = 2_500
"""Records of one partition in one round; the next round's are read while this one is committed."""
FOLD_SECONDS = 0.5
"""Folding shares the loop with the group's heartbeats."""
UNSETTLED_SECONDS = 120.0
"""A member that the group has lost while Kafka slept may wait for ever; it joins anew."""
SESSION_TIMEOUT_MS = 10_000
"""After so long without a heartbeat the group gives a worker's partitions to the others."""


class Worker:
    """One process's share of a reader's partitions."""

    def __init__(
        self,
        *,
        service: str,
        topics: Sequence[Topic],
        reader: Reader,
        database: Database,
        producer: Producer,
        directory: Directory,
        health: Health,
        bootstrap: str,
        sequence_of: Topic | None = None,
        writes_to: Topic | None = None,
        failpoint: str = "",
        group: str | None = None,
        instruments: Instruments | None = None,
        generation: Generation = 1,
        session_timeout_ms: int = SESSION_TIMEOUT_MS,
    ) -> None:
        self._service = service
        self._topics = (*topics, REPLAYS[service])
        self._replays = REPLAYS[service].name
        self._sequence_topic = sequence_of.name if sequence_of else None
        self._reader = reader
        self._database = database
        self._producer = producer
        self._directory = directory
        self._health = health
        self._bootstrap = bootstrap
        self._group = group or f"mingshao.{service}"
        self._failpoints = Failpoints(failpoint)
        self._ledger = Ledger(database, service, generation, self._failpoints)
        self._session_timeout_ms = session_timeout_ms
        self._instruments = instruments or Instruments(health.registry)
        self._ownership = Ownership()
        self._taking = Taking(
            ledger=self._ledger,
            directory=directory,
            producer=producer,
            ownership=self._ownership,
            topics=self._topics,
            writes_to=writes_to,
            bootstrap=bootstrap,
        )
        self._pace = Pace()
        self._consumer: Any = None
        self._lag = LagWatch(
            topics=self._topics,
            ownership=self._ownership,
            consumer=lambda: self._consumer,
            database=database,
            health=health,
        )
        self._session: Any = None
        self._stopping = asyncio.Event()
        self._log = get_logger(__name__)
        health.lag = None
        health.wait_for("worker", "its share of the partitions")

    async def run(self) -> None:
        """Work until `stop`; after a gap do nothing more but say so."""
        watcher = asyncio.create_task(self._lag.run())
        try:
            while not self._stopping.is_set():
                try:
                    await self._work()
                except Gap as gap:
                    self._health.halt(str(gap))
                    await self._close()
                    await self._stopping.wait()
                except Exception as error:  # I/O of any client: nothing is known any more, so all is taken again
                    self._health.failed(error)
                    self._health.wait_for("worker", "Kafka and MongoDB")
                    await self._close()
                    await asyncio.sleep(0.5)
        finally:
            try:
                await self._close()
            finally:
                watcher.cancel()

    def partitions(self) -> frozenset[int]:
        """Those that this process owns now."""
        return frozenset(self._ownership.owned)

    def epochs(self) -> dict[int, int]:
        """Those partitions, each with the epoch under which it is owned."""
        return {number: owned.entry.epoch for number, owned in self._ownership.owned.items()}

    def read_upto(self) -> datetime | None:
        """All that was on the log of its partitions at that time is applied; None where that is not known of each."""
        times = [owned.read_upto for owned in self._ownership.owned.values()]
        known = [time for time in times if time is not None]
        return min(known) if known and len(known) == len(times) else None

    def stop(self) -> None:
        """Finish the round at hand, leave the group, return from `run`."""
        self._stopping.set()

    async def _work(self) -> None:
        await self._directory.wait_ready()
        await self._ledger.prepare()
        self._session = await self._database.client.start_session()
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=self._session_timeout_ms,
            heartbeat_interval_ms=self._session_timeout_ms // 5,
            max_partition_fetch_bytes=4 << 20,
            metadata_max_age_ms=30_000,
        )
        await self._consumer.start()
        self._consumer.subscribe([topic.name for topic in self._topics], listener=self._ownership)
        settled_at = time.monotonic()
        while not self._stopping.is_set():
            await self._taking.take_assigned(self._consumer, self._session)
            if self._ownership.settled(self._consumer):
                self._health.wait_for("worker", None)
                settled_at = time.monotonic()
            elif time.monotonic() - settled_at > UNSETTLED_SECONDS:
                raise TimeoutError("the group gives no share of the partitions: joining it anew")
            await self._round()

    async def _round(self) -> None:
        if not any(owned.fetched for owned in self._ownership.owned.values()):
            await self._fetch(200)
        ready = {number: owned for number, owned in self._ownership.owned.items() if owned.fetched}
        if not ready:
            return
        steps = self._instruments.seconds
        with steps.labels("load").time():
            share = max(1, self._pace.documents // len(ready))
            offered = {
                number: list(islice(owned.fetched, min(ROUND_RECORDS, share))) for number, owned in ready.items()
            }
            folds = await self._reader.load(
                [
                    Batch(
                        partition=number,
                        number=ready[number].entry.batch + 1,
                        records=[item.incoming for item in items if item.incoming is not None],
                        next_seq=ready[number].entry.next_seq,
                    )
                    for number, items in offered.items()
                ]
            )
            replays = [item.replay_of for items in offered.values() for item in items if item.replay_of]
            aside = await self._ledger.aside(replays) if replays else set[str]()
        with steps.labels("fold").time():
            results: dict[int, Folded] = {}
            for number, items in offered.items():
                results[number] = fold_batch(
                    self._service,
                    ready[number].entry,
                    items,
                    folds[number],
                    sequence_topic=self._sequence_topic,
                    until=time.monotonic() + FOLD_SECONDS / len(offered),
                    max_documents=share,
                    aside=aside,
                    before_each=self._failpoints.handle,
                )
                await asyncio.sleep(0)
        ahead = asyncio.create_task(self._fetch(0))
        try:
            await self._commit(ready, results)
        finally:
            await ahead

    async def _commit(self, ready: dict[int, Owned], results: dict[int, Folded]) -> None:
        steps = self._instruments.seconds
        changes = [result.change for result in results.values()]
        started, documents = time.monotonic(), sum(change.documents for change in changes)
        with steps.labels("commit").time():
            self._failpoints.pass_by("before_commit")
            try:
                fenced = await self._ledger.commit(changes, self._session)
            except RolledBack:
                # what was fetched is still there: the next round is smaller
                self._pace.failed(documents)
                self._instruments.rolled_back.inc()
                await asyncio.sleep(0.05)
                return
            except Exception:
                self._pace.failed(documents)
                raise
        self._pace.took(time.monotonic() - started, documents)
        for number in fenced:
            self._instruments.fenced.inc()
            self._log.warning("fenced", partition=number)
            self._ownership.owned.pop(number, None)
        kept = {number: result for number, result in results.items() if number not in fenced}
        self._failpoints.pass_by("after_commit")
        with steps.labels("publish").time():
            await self._producer.publish(
                [record for result in kept.values() for record in result.outgoing],
                lambda: self._failpoints.pass_by("in_publishing"),
            )
        self._failpoints.pass_by("after_publish")
        taken = 0
        for number, result in kept.items():
            owned = ready[number]
            owned.entry = result.change.after
            for _ in range(result.taken):
                owned.fetched.popleft()
            taken += result.taken
            self._instruments.dead.inc(result.dead)
        self._instruments.batch_records.observe(taken)
        self._health.progressed(taken)
        await tell_kafka(self._consumer, [result.change.after for result in kept.values()])

    async def _fetch(self, wait_ms: int) -> None:
        owned = self._ownership.owned
        wanted = [
            TopicPartition(topic.name, number)
            for number, mine in owned.items()
            if len(mine.fetched) < 2 * ROUND_RECORDS
            for topic in self._topics
        ]
        if owned and not wanted:
            return
        try:
            # an instance without partitions polls too: the group's liveness asks for it
            got = await self._consumer.getmany(*wanted, timeout_ms=wait_ms, max_records=10_000)
        except IllegalStateError:
            return
        for partition, records in got.items():
            mine = owned.get(partition.partition)
            if mine is not None:
                mine.fetched.extend(read(record, self._replays) for record in records if admit(mine, record))

    async def _close(self) -> None:
        self._ownership.forget()
        consumer, self._consumer = self._consumer, None
        session, self._session = self._session, None
        if consumer is not None:
            await self._lag.answered()
            if (error := await clients.stop(consumer)) is not None:
                self._health.failed(error)
        if session is not None:
            await session.end_session()
