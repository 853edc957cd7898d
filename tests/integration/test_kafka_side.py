"""Topics, directory and producer on a real broker."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import pytest

from services.contracts import topics
from services.contracts.codec import Event, encode
from services.contracts.directory import Department, DirectoryChanged
from services.notify.adapters.topics import KafkaDepartmentTopics
from services.runtime.batches import Outgoing
from services.runtime.directory import Directory, DirectorySnapshot
from services.runtime.health import Health
from services.runtime.producer import BrokerAway, Producer
from services.runtime.topics_admin import PartitionsMismatch, ensure_topics, prepare_topics, topics_there
from tests.conftest import Backing
from tests.integration.stage import AT, topic, until

HERE = topics.DIRECTORY


@asynccontextmanager
async def producing(bootstrap: str) -> AsyncIterator[tuple[Producer, Health]]:
    health = Health("routing", "test")
    producer = Producer(bootstrap, 2, health)
    keeper = asyncio.create_task(producer.run())
    try:
        yield producer, health
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)


def change(version: int, row: dict[str, object] | None, row_id: str = "housing") -> Outgoing:
    data = DirectoryChanged(kind="department", id=row_id, version=version, row=row)
    value, headers = encode(
        Event(id=f"directory.{version}", source="/mingshao/routing", time=AT, data=data, sequence=version)
    )
    return Outgoing(topic=HERE.name, partition=0, key=b"department/housing", value=value, headers=headers)


async def test_topics_are_made_once_with_their_settings_and_counts_are_checked(backing: Backing) -> None:
    made = topic(f"mingshao.t-{uuid.uuid4().hex[:8]}.v1")
    assert not await topics_there(backing.kafka_bootstrap, [made], 2)
    await ensure_topics(backing.kafka_bootstrap, [made], 2, 1)
    await ensure_topics(backing.kafka_bootstrap, [made], 2, 1)
    assert await topics_there(backing.kafka_bootstrap, [made], 2)
    with pytest.raises(PartitionsMismatch, match="MINGSHAO_PARTITIONS"):
        await ensure_topics(backing.kafka_bootstrap, [made], 3, 1)


async def test_a_service_waits_for_the_topics_it_reads_and_says_whose(backing: Backing) -> None:
    own, read = (topic(f"mingshao.t-{uuid.uuid4().hex[:8]}.v1") for _ in range(2))
    health = Health("notify", "test")

    async def prepare() -> None:
        await prepare_topics(
            backing.kafka_bootstrap, own=[own], read=[read], partitions=2, replication=1, health=health
        )

    waiting = asyncio.create_task(prepare())
    await until(lambda: health.waiting)
    assert health.waiting == "topics of tests"
    await ensure_topics(backing.kafka_bootstrap, [read], 2, 1)
    await asyncio.wait_for(waiting, 30)
    assert health.waiting is None


async def test_the_directory_is_read_to_its_end_then_followed_and_repeats_are_dropped(backing: Backing) -> None:
    await ensure_topics(backing.kafka_bootstrap, [HERE], 2, 1)
    async with producing(backing.kafka_bootstrap) as (producer, health):
        await until(lambda: health.waiting is None)
        foreign = Outgoing(topic=HERE.name, partition=0, key=b"x", value=b"{}", headers=[])
        first = [change(1, {"name": "住建办"}), change(2, {"name": "住建"}), change(1, {"name": "旧"}), foreign]
        assert await producer.send(first) == [None] * 4
        directory = Directory(backing.kafka_bootstrap, Health("notify", "test"))
        following = asyncio.create_task(directory.run())
        await asyncio.wait_for(directory.wait_ready(), 30)
        assert directory.snapshot.get("department", "housing") == Department(name="住建")
        before = directory.snapshot
        assert await producer.send([change(3, None)]) == [None]
        await asyncio.wait_for(directory.wait_version(3), 30)
        assert directory.snapshot.get("department", "housing") is None
        assert before.get("department", "housing") is not None, "a batch keeps the snapshot it began with"
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_without_a_broker_every_send_fails_at_once_and_says_so() -> None:
    async with producing("127.0.0.1:1") as (producer, health):
        await until(lambda: health.last_error)
        (error,) = await producer.send([change(1, None)])
        assert isinstance(error, BrokerAway)
        with pytest.raises(BrokerAway):
            await producer.publish([change(1, None)])
        assert health.waiting == "Kafka"


async def test_a_failed_client_is_replaced(backing: Backing) -> None:
    async with producing(backing.kafka_bootstrap) as (producer, health):
        await until(lambda: health.waiting is None)
        nowhere = Outgoing(topic="mingshao.nowhere.v1", partition=7, key=b"k", value=b"v", headers=[])
        before = producer._client
        assert isinstance((await producer.send([nowhere]))[0], BrokerAway)
        await until(lambda: producer._client not in (None, before))
        await ensure_topics(backing.kafka_bootstrap, [HERE], 2, 1)
        assert await producer.send([change(1, None)]) == [None]


async def test_keys_go_where_kafkas_own_partitioner_puts_them() -> None:
    producer = Producer("127.0.0.1:1", 4, Health("intake", "test"))
    # murmur2 of Kafka's Java client, sign bit cleared, modulo 4
    assert [producer.partition_for(topics.TICKETS.name, key) for key in (b"21", b"foobar", b"abc")] == [
        (-973932308 & 0x7FFFFFFF) % 4,
        (-790332482 & 0x7FFFFFFF) % 4,
        (479470107 & 0x7FFFFFFF) % 4,
    ]
    assert producer.partition_for(topics.DIRECTORY.name, b"21") == 0


async def test_a_department_can_subscribe_before_its_first_case(backing: Backing) -> None:
    first, second = (f"d-{uuid.uuid4().hex[:8]}" for _ in range(2))
    health = Health("notify", "test")
    directory = Directory(backing.kafka_bootstrap, health)
    following = asyncio.create_task(KafkaDepartmentTopics(backing.kafka_bootstrap, 1).follow(directory, health))

    async def there(name: str) -> bool:
        return await topics_there(backing.kafka_bootstrap, [topics.assignments(name)], 1)

    try:
        for version, names in enumerate([(first,), (first, second)], 1):
            rows = {"department": {name: Department(name=name) for name in names}}
            async with directory._changed:
                directory.snapshot = DirectorySnapshot(version=version, rows=rows)
                directory._changed.notify_all()
            await until(partial(there, names[-1]))
            assert await there(second) == (version == 2)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
