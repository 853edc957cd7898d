"""The servers of a benchmark, and topics that are filled before anybody is timed."""

import asyncio
import multiprocessing
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from confluent_kafka import Producer
from pymongo import MongoClient
from rich.progress import Progress

from deploy.local import keys as keys_of
from deploy.local import servers
from services.contracts.codec import Event, Headers, encode
from services.contracts.directory import DirectoryChanged, DirectoryKind
from services.contracts.topics import CASES, CATALOGUE, DIRECTORY, Topic
from services.runtime.topics_admin import ensure_topics

from . import workload
from .city import City, routed

KEYS = ("source:hotline", "dashboard")
"""Roles for which a key is known; here the key is the role's own name."""
BY_PARTITION = msgspec.structs.replace(CASES, name="mingshao.bench.facts-by-partition")
"""The same facts, keyed by their partition's number: for peers whose state belongs to a key."""
PROBE = msgspec.structs.replace(CASES, name="mingshao.bench.probe")
OWN = (BY_PARTITION, PROBE)
start = servers.start
Records = Iterable[tuple[str, bytes, Headers]]
Source = Callable[[City, int, int], Records]


def mongo(servers_: servers.Servers) -> MongoClient[dict[str, Any]]:
    """A client that writes as our services do."""
    return MongoClient(servers_.mongodb_uri, w="majority")


def make_topics(bootstrap: str, partitions: int, more: Sequence[Topic] = ()) -> None:
    """All that the services write or read, with their settings, and `more`."""
    asyncio.run(ensure_topics(bootstrap, [*CATALOGUE, *more], partitions, 1))


def publish_directory(bootstrap: str, city: City) -> None:
    """The rows under which the city's cases are judged, as routing would have published them."""
    rules = city.rules()
    kinds: tuple[tuple[DirectoryKind, Mapping[str, Any]], ...] = (
        ("department", rules.departments),
        ("category", rules.categories),
        ("channel", rules.channels),
        ("policy", rules.policies),
    )
    keys = {keys_of.hash_of(name): keys_of.row(name) for name in KEYS}
    kinds = (*kinds, ("key", keys))
    rows = [(kind, name, row) for kind, some in kinds for name, row in some.items()]
    producer = Producer({"bootstrap.servers": bootstrap, "log_level": 2})
    for version, (kind, name, row) in enumerate(rows, 1):
        change = DirectoryChanged(kind=kind, id=name, version=version, row=msgspec.to_builtins(row))
        subject = f"{kind}/{name}"
        value, headers = encode(
            Event(
                id=f"directory.{version}",
                source="/mingshao/routing",
                time=workload.BEGINNING,
                subject=subject,
                sequence=version,
                data=change,
            )
        )
        producer.produce(DIRECTORY.name, value, subject.encode(), partition=0, headers=headers)
    producer.flush()


def facts(city: City, partition: int, seed: int) -> Records:
    """Without end: what routing would have published."""
    return (workload.fact_record(fact) for fact in workload.facts(city, partition, seed))


def facts_by_partition(city: City, partition: int, seed: int) -> Records:
    """The same under the partition's number as key."""
    return ((str(partition), value, headers) for _, value, headers in facts(city, partition, seed))


def submissions(city: City, partition: int, seed: int) -> Records:
    """Without end: submissions that intake would have published, each of a case of its own, of those that routing
    dispatches by itself."""
    told = filter(routed, workload.submissions(city, partition, seed))
    return (workload.command_record(one, one.reported_at) for one in told)


def fill(
    bootstrap: str, topic: Topic, source: Source, city: City, events: int, progress: Progress, seed: int = 1
) -> None:
    """`events` more records of `source`, the same number in each partition; a process for each makes and sends."""
    task, before = progress.add_task(f"{topic.name}", total=events), written(bootstrap, topic, city.partitions)
    share, context = events // city.partitions, multiprocessing.get_context("spawn")
    senders = [
        context.Process(target=_send, args=(bootstrap, topic.name, source, city, partition, share, seed))
        for partition in range(city.partitions)
    ]
    for sender in senders:
        sender.start()
    while any(sender.is_alive() for sender in senders):
        time.sleep(0.5)
        progress.update(task, completed=written(bootstrap, topic, city.partitions) - before)
    if any(sender.exitcode for sender in senders):
        raise RuntimeError(f"filling {topic.name} failed")


def written(bootstrap: str, topic: Topic, partitions: int) -> int:
    """How many records a topic holds."""

    async def ends() -> int:
        consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
        await consumer.start()
        try:
            parts = [TopicPartition(topic.name, number) for number in range(partitions)]
            return sum((await consumer.end_offsets(parts)).values())
        finally:
            await consumer.stop()

    return asyncio.run(ends())


def empty(bootstrap: str, topic: Topic, partitions: int) -> None:
    """Make it anew, without records."""

    async def anew() -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
        await admin.start()
        try:
            await admin.delete_topics([topic.name])
            while topic.name in await admin.list_topics():  # noqa: ASYNC110  # Kafka has no event for it
                await asyncio.sleep(0.1)
        finally:
            await admin.close()
        await ensure_topics(bootstrap, [topic], partitions, 1)

    asyncio.run(anew())


def _send(bootstrap: str, topic: str, source: Source, city: City, partition: int, share: int, seed: int) -> None:
    producer = Producer(
        {
            "bootstrap.servers": bootstrap,
            "enable.idempotence": True,
            "linger.ms": 20,
            "queue.buffering.max.messages": 50_000,
            "log_level": 2,
        }
    )
    for number, (key, value, headers) in enumerate(islice(source(city, partition, seed), share)):
        if number % 1_000 == 0:
            producer.poll(0)
        while True:
            try:
                producer.produce(topic, value, key.encode(), partition=partition, headers=headers)
                break
            except BufferError:
                producer.poll(0.1)
    producer.flush()
