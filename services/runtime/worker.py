"""The hot loop of every reading service: take, fetch, fold, commit, publish; one transaction per round.

While one batch is committed the next is fetched and, where it depends on nothing that is stored, folded.

The ledger alone decides what was applied; Kafka's committed offsets serve lag monitoring. A server that is away means
forget and take again. An error of ours over a record makes that record a dead letter; one that names no record makes
what waits be handled apart until the record stands alone (apart.py). A gap, and an error that comes again whatever is
handled, mean halt.
"""

import asyncio
import time
import traceback
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import IllegalStateError

from services.contracts.topics import REPLAYS, Topic

from . import clients
from .away import is_away
from .batches import Reader
from .breath import Breath
from .directory import Directory
from .failpoints import Failpoints
from .folding import Gap
from .health import Health
from .instruments import Instruments
from .lag import LagWatch
from .ledger import Generation, Ledger, RolledBack
from .logs import get_logger
from .mongo import Database
from .originals import read_whole
from .ownership import Ownership, admit, tell_kafka
from .pace import Pace
from .producer import Producer
from .rounds import ROUND_RECORDS, Round, Rounds
from .taking import Taking

MOST_ERRORS = 12
"""Errors of ours in a row, no batch committed in between: more than it takes to find a record that is the cause."""
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
        self._topics = (*topics, REPLAYS[service])
        self._replays = REPLAYS[service].name
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
        self._rounds = Rounds(
            service=service,
            reader=reader,
            ledger=self._ledger,
            ownership=self._ownership,
            pace=self._pace,
            instruments=self._instruments,
            failpoints=self._failpoints,
            sequence_topic=sequence_of.name if sequence_of else None,
        )
        self._consumer: Any = None
        self._lag = LagWatch(
            topics=self._topics,
            ownership=self._ownership,
            consumer=lambda: self._consumer,
            database=database,
            health=health,
        )
        self._session: Any = None
        self._ahead: Round = {}
        self._errors = 0
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
                except Exception as error:  # nothing is known any more, so all is taken again
                    self._failed(error)
                    await self._close()
                    if self._health.halted:
                        await self._stopping.wait()
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
        times = [owned.upto.at for owned in self._ownership.owned.values()]
        known = [time for time in times if time is not None]
        return min(known) if known and len(known) == len(times) else None

    def stop(self) -> None:
        """Finish the round at hand, leave the group, return from `run`."""
        self._stopping.set()

    def _failed(self, error: Exception) -> None:
        away = is_away(error)
        self._health.failed(error)
        self._rounds.attempts.failed(error, away=away)
        if away:
            self._health.wait_for("worker", "Kafka and MongoDB")
            return
        self._taking.failed = True
        self._errors += 1
        said = f"{type(error).__name__}: {error}"[:500]
        # as text of a bounded length: what it is about may be megabytes
        trace = "".join(traceback.format_exception(error, limit=-8))[-4_000:]
        self._log.error("an error of ours", error=said, times=self._errors, trace=trace)
        self._health.wait_for("worker", f"what waits is handled apart, since a batch ended in {said}")
        if self._errors >= MOST_ERRORS:
            self._health.halt(
                f"the same again and again, whatever is handled: {said}. It is an error of ours, see the log: "
                "report it; start another version, or this one again once its cause is gone"
            )

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
        """Commit what was folded; meanwhile fetch the next, and fold it where much waits."""
        at_hand, self._ahead = self._ahead, {}
        if not at_hand:
            if not any(owned.fetched for owned in self._ownership.owned.values()):
                await self._fetch(200)
            if not (at_hand := await self._rounds.fold()):
                return
        committing = asyncio.create_task(self._commit(at_hand))
        try:
            await self._fetch(0)
            if self._rounds.behind():
                self._ahead = await self._rounds.fold(before=at_hand)
        finally:
            committed = await committing
        if not committed:
            for owned, _ in (*at_hand.values(), *self._ahead.values()):
                owned.unfold()
            self._ahead = {}  # the next is smaller

    async def _commit(self, batches: Round) -> bool:
        """False where the server took the transaction back."""
        mine = self._rounds.mine(batches)
        steps = self._instruments.seconds
        changes = [batch.change for _, batch in mine.values()]
        started, documents = time.monotonic(), sum(change.documents for change in changes)
        with steps.labels("commit").time():
            self._failpoints.pass_by("before_commit")
            try:
                fenced = await self._ledger.commit(changes, self._session)
            except RolledBack:
                self._pace.failed(documents)
                self._instruments.rolled_back.inc()
                await asyncio.sleep(0.05)
                return False
            except Exception:
                self._pace.failed(documents)
                raise
        self._pace.took(time.monotonic() - started, documents)
        for number in fenced:
            self._instruments.fenced.inc()
            self._log.warning("fenced", partition=number)
            self._ownership.owned.pop(number, None)
        kept = [one for number, one in mine.items() if number not in fenced]
        self._failpoints.pass_by("after_commit")
        with steps.labels("publish").time():
            await self._producer.publish(
                [record for _, batch in kept for record in batch.outgoing],
                lambda: self._failpoints.pass_by("in_publishing"),
            )
        self._failpoints.pass_by("after_publish")
        for owned, batch in kept:
            owned.commit(batch)
            self._instruments.dead.inc(batch.dead)
        taken = sum(batch.taken for _, batch in kept)
        self._instruments.batch_records.observe(taken)
        self._health.progressed(taken)
        self._errors, self._taking.failed = 0, False
        self._rounds.attempts.passed += taken
        await tell_kafka(self._consumer, [batch.change.after for _, batch in kept])
        return True

    async def _fetch(self, wait_ms: int) -> None:
        owned = self._ownership.owned
        wanted = [
            TopicPartition(topic.name, number)
            for number, mine in owned.items()
            if len(mine.fetched) < ROUND_RECORDS
            for topic in self._topics
        ]
        if owned and not wanted:
            return
        try:
            # an instance without partitions polls too: the group's liveness asks for it
            got = await self._consumer.getmany(*wanted, timeout_ms=wait_ms, max_records=10_000)
        except IllegalStateError:
            return
        breath = Breath()
        for partition, records in got.items():
            if mine := owned.get(partition.partition):
                for record in records:
                    if admit(mine, record):
                        mine.fetched.append(await read_whole(record, self._replays, self._bootstrap))
                    await breath.take()

    async def _close(self) -> None:
        self._ownership.forget()
        self._ahead = {}
        consumer, self._consumer = self._consumer, None
        session, self._session = self._session, None
        if consumer is not None:
            await self._lag.answered()
            if (error := await clients.stop(consumer)) is not None:
                self._health.failed(error)
        if session is not None:
            await session.end_session()
