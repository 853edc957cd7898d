"""A reader on real servers: counts commands per case and publishes a fact for each, so every promise can be seen."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, TopicPartition
from pymongo import UpdateOne

from services.contracts import topics
from services.contracts.codec import Event, encode
from services.contracts.directory import DirectoryChanged
from services.contracts.topics import Topic
from services.runtime.batches import Batch, Fold, Incoming, Outgoing
from services.runtime.directory import Directory, DirectorySnapshot
from services.runtime.health import Health
from services.runtime.mongo import Database, connect
from services.runtime.producer import Producer
from services.runtime.topics_admin import ensure_topics
from services.runtime.worker import Worker
from tests.conftest import Backing

PARTITIONS = 2
AT = datetime(2026, 3, 1, tzinfo=UTC)


def topic(name: str) -> Topic:
    return Topic(name=name, writer="tests", readers=(), types=(), config=topics.TICKETS.config)


def command(number: int) -> tuple[bytes, list[tuple[str, bytes]]]:
    data = DirectoryChanged(kind="key", id=str(number), version=1)
    return encode(Event(id=str(number), source="/test", time=AT, data=data))


class Counting:
    """A document per key: how often it came, added up by the store and as its reader knows it. Publishes key and
    sequence to the output topic."""

    directory_version = 0

    def __init__(self, batch: Batch, known: Mapping[str, int], output: str, ballast: int) -> None:
        self.next_seq = batch.next_seq
        self._ballast = ballast
        self._partition = batch.partition
        self._output = output
        self._known = known
        self._counts: dict[str, int] = {}

    @property
    def documents(self) -> int:
        return len(self._counts)

    def left(self, known: Mapping[str, int]) -> Mapping[str, int]:
        return {**known, **{key: self._known.get(key, 0) + n for key, n in self._counts.items()}}

    def apply(self, record: Incoming) -> Sequence[Outgoing]:
        if record.key.startswith("poison"):
            raise ValueError("poison")
        self._counts[record.key] = self._counts.get(record.key, 0) + 1
        value, headers = encode(
            Event(
                id=f"{self._partition}.{self.next_seq}",
                source="/test",
                time=AT,
                data=DirectoryChanged(kind="key", id=record.key, version=1),
                sequence=self.next_seq,
            )
        )
        made = Outgoing(
            topic=self._output, partition=self._partition, key=record.key.encode(), value=value, headers=headers
        )
        self.next_seq += 1
        return [made]

    def writes(self) -> Mapping[str, Sequence[Any]]:
        return {
            "counts": [
                UpdateOne(
                    {"_id": f"{self._partition}/{key}"},
                    {
                        "$inc": {"n": n},
                        "$set": {"known": self._known.get(key, 0) + n, "ballast": os.urandom(self._ballast)},
                    },
                    upsert=True,
                )
                for key, n in self._counts.items()
            ]
        }


class CountingReader:
    def __init__(self, output: str, database: Database) -> None:
        self._output = output
        self._database = database
        self.ballast = 0
        self.before_load: Any = None

    async def load(self, batches: Sequence[Batch]) -> Mapping[int, Fold]:
        if self.before_load:
            await self.before_load(batches)
        ids = [f"{batch.partition}/{record.key}" for batch in batches for record in batch.records]
        found = self._database["counts"].find({"_id": {"$in": ids}}, {"known": 1})
        known = {document["_id"].partition("/")[2]: document["known"] async for document in found}
        return {batch.partition: Counting(batch, batch.as_left(known), self._output, self.ballast) for batch in batches}


class Stage:
    """Topics and a database of one test's own; as many workers as it likes."""

    def __init__(self, backing: Backing, name: str | None = None) -> None:
        self.name = name or uuid.uuid4().hex[:8]
        self.backing = backing
        self.input = topic(f"mingshao.in-{self.name}.v1")
        self.output = topic(f"mingshao.out-{self.name}.v1")
        self.database: Database = connect(backing.mongodb_uri, f"test_{self.name}")
        self.health = Health("routing", "test")
        self.producer = Producer(backing.kafka_bootstrap, PARTITIONS, self.health)

    async def send(self, keys: Sequence[str]) -> None:
        """Commands, keyed; acknowledged."""
        records = []
        for number, key in enumerate(keys):
            value, headers = command(number)
            partition = self.producer.partition_for(self.input.name, key.encode())
            records.append(
                Outgoing(topic=self.input.name, partition=partition, key=key.encode(), value=value, headers=headers)
            )
        assert await self.producer.send(records) == [None] * len(records)

    def worker(self, **changes: Any) -> tuple[Worker, CountingReader, Health]:
        reader, health = CountingReader(self.output.name, self.database), Health("routing", f"w-{uuid.uuid4().hex[:4]}")
        directory = Directory(self.backing.kafka_bootstrap, health)
        directory.snapshot = DirectorySnapshot(version=0)
        directory._ready.set()
        settings: dict[str, Any] = {
            "service": "routing",
            "group": f"g-{self.name}",
            "topics": [self.input],
            "writes_to": self.output,
            "reader": reader,
            "database": self.database,
            "producer": self.producer,
            "directory": directory,
            "health": health,
            "bootstrap": self.backing.kafka_bootstrap,
        } | changes
        return Worker(**settings), reader, health

    async def counts(self) -> dict[str, int]:
        found: dict[str, int] = {}
        # in one answer: MongoDB closes cursors when its cache is full, as one of the tests has it
        async for document in self.database["counts"].find({}, {"n": 1, "known": 1}, batch_size=100_000):
            key = document["_id"].split("/", 1)[1]
            assert document["known"] == document["n"], f"{key} was loaded as no batch had left it"
            found[key] = found.get(key, 0) + document["n"]
        return found

    async def log(self, name: str) -> dict[int, list[Any]]:
        """All records of a topic by partition."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.backing.kafka_bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            partitions = [TopicPartition(name, number) for number in range(PARTITIONS)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            found: dict[int, list[Any]] = {number: [] for number in range(PARTITIONS)}
            while any([await consumer.position(part) < end for part, end in ends.items()]):
                for part, records in (await consumer.getmany(timeout_ms=200)).items():
                    found[part.partition].extend(records)
            return found
        finally:
            await consumer.stop()


@asynccontextmanager
async def stage(backing: Backing) -> AsyncIterator[Stage]:
    made = Stage(backing)
    await ensure_topics(
        backing.kafka_bootstrap,
        [made.input, made.output, topics.REPLAYS["routing"], topics.DEAD["routing"]],
        PARTITIONS,
        1,
    )
    keeper = asyncio.create_task(made.producer.run())
    await until(lambda: made.health.waiting is None)
    try:
        yield made
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        await made.database.client.drop_database(made.database.name)
        made.database.client.close()


@asynccontextmanager
async def running(*workers: Worker) -> AsyncIterator[None]:
    tasks = [asyncio.create_task(worker.run()) for worker in workers]
    try:
        yield
    finally:
        for worker in workers:
            worker.stop()
        await asyncio.wait_for(asyncio.gather(*tasks), 30)


async def until(claim: Any, seconds: float = 60) -> None:
    """Poll until `claim` (plain or async) holds; AssertionError at the deadline."""
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        held = claim()
        if asyncio.iscoroutine(held):
            held = await held
        if held:
            return
        assert asyncio.get_running_loop().time() < deadline, "the claim did not come to hold in time"
        await asyncio.sleep(0.05)


def namespace(**fields: Any) -> Any:
    return cast(Any, SimpleNamespace(**fields))
