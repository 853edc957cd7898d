"""Publishing: every record acknowledged by all in-sync replicas, or its error, within a bound.

After a failure the client is replaced: an idempotent producer can stay broken after an outage (aiokafka #1017).
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import murmur2

from services.contracts.topics import CATALOGUE

from . import clients
from .away import Away
from .batches import MAX_RECORD_BYTES, Outgoing
from .health import Health
from .side_by_side import side_by_side

BOUND_SECONDS = 8.0
_BATCH_BYTES = 900_000
_SINGLE = frozenset(topic.name for topic in CATALOGUE if topic.partitions == "one")


class BrokerAway(Away):
    """Kafka did not take the record within the bound; it may or may not be in: send it again."""


class Producer:
    """One client at a time; while there is none every send fails at once with BrokerAway."""

    def __init__(self, bootstrap: str, partitions: int, health: Health) -> None:
        self._bootstrap = bootstrap
        self.partitions = partitions
        self._health = health
        self._client: Any = None
        self._retired: Any = None
        self._replace = asyncio.Event()
        self._stopping: set[asyncio.Task[None]] = set()
        health.wait_for("producer", "Kafka")

    def partition_for(self, topic: str, key: bytes) -> int:
        """Where Kafka's own default partitioner puts `key` (murmur2)."""
        return 0 if topic in _SINGLE else (murmur2(key) & 0x7FFFFFFF) % self.partitions

    async def run(self) -> None:
        """Keep a client connected until cancelled."""
        try:
            while True:
                self._health.wait_for("producer", "Kafka")
                self._client = await self._connected()
                self._health.wait_for("producer", None)
                await self._replace.wait()
                self._replace.clear()
                self._retire()
        finally:
            self._retire()
            await asyncio.gather(*self._stopping, return_exceptions=True)

    async def send(self, records: Sequence[Outgoing]) -> list[Exception | None]:
        """Each record's outcome, in order: None once acknowledged."""
        client = self._client
        if client is None or not records:
            return [BrokerAway("Kafka is away")] * len(records)
        outcomes: list[Exception | None] = [BrokerAway("no acknowledgement in time")] * len(records)
        pending: dict[int, asyncio.Future[Any]] = {}
        try:
            async with asyncio.timeout(BOUND_SECONDS):
                for index, one in enumerate(records):
                    try:
                        pending[index] = await client.send(
                            one.topic, one.value, key=one.key, partition=one.partition, headers=one.headers
                        )
                    except (KafkaError, OSError) as error:
                        outcomes[index] = _away(error)
                # not a task for each: at thousands of records a second that was a third of the work
                if pending:  # else each was refused outright, and there is nothing to wait for
                    await asyncio.wait(pending.values())
        except TimeoutError:
            pass
        for index, told in pending.items():
            if told.done() and not told.cancelled():
                failed = told.exception()
                outcomes[index] = _away(failed) if failed else None
            else:
                told.add_done_callback(_seen)
        if any(outcomes):
            self._broken(client)
        return outcomes

    async def publish(self, records: Sequence[Outgoing], acknowledged: Callable[[], None] = lambda: None) -> None:
        """All of an outbox: partitions side by side, batches of one partition one after another, each acknowledged
        before the next (a plain send could drop an expired batch and deliver the one after it). BrokerAway.

        `acknowledged` is called after each batch."""
        client = self._client
        if client is None:
            raise BrokerAway("Kafka is away")
        lanes: dict[tuple[str, int], list[Outgoing]] = {}
        for record in records:
            lanes.setdefault((record.topic, record.partition), []).append(record)
        try:
            async with asyncio.timeout(BOUND_SECONDS * 2):
                await side_by_side(*(_in_order(client, *to, lane, acknowledged) for to, lane in lanes.items()))
        except (KafkaError, OSError, TimeoutError) as error:
            self._broken(client)
            raise BrokerAway(str(error) or type(error).__name__) from error

    def _broken(self, client: Any) -> None:
        if client is self._client:
            self._client = None
            self._replace.set()
            self._retired = client

    async def _connected(self) -> Any:
        while True:
            client = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap,
                acks="all",
                enable_idempotence=True,
                max_batch_size=_BATCH_BYTES,
                max_request_size=MAX_RECORD_BYTES + 40_000,
                request_timeout_ms=int(BOUND_SECONDS * 1000),
            )
            try:
                await client.start()
                return client
            except (KafkaError, OSError) as error:
                self._health.failed(error)
                await clients.stop(client)
                await asyncio.sleep(0.5)
            except asyncio.CancelledError:
                await clients.stop(client)
                raise

    def _retire(self) -> None:
        client = self._client or self._retired
        self._client = self._retired = None
        if client is not None:
            task = asyncio.create_task(_stop(client))
            self._stopping.add(task)
            task.add_done_callback(self._stopping.discard)


async def _in_order(
    client: Any, topic: str, partition: int, lane: Sequence[Outgoing], acknowledged: Callable[[], None]
) -> None:
    batch = client.create_batch()
    for record in lane:
        entry = {"key": record.key, "value": record.value, "headers": record.headers, "timestamp": None}
        if batch.append(**entry) is None:
            await (await client.send_batch(batch, topic, partition=partition))
            acknowledged()
            batch = client.create_batch()
            batch.append(**entry)
    if batch.record_count():
        await (await client.send_batch(batch, topic, partition=partition))
        acknowledged()


def _away(error: BaseException) -> BrokerAway:
    return BrokerAway(str(error) or type(error).__name__)


def _seen(told: asyncio.Future[Any]) -> None:
    """Nobody waits for it any more: asyncio need not complain that its error was never looked at."""
    if not told.cancelled():
        told.exception()


async def _stop(client: Any) -> None:
    await clients.stop(client, BOUND_SECONDS)
