"""The log itself, read by a consumer of the tests' own: the only input of the independent recount."""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

T = TypeVar("T")
TAIL = 5_000
"""More records than one batch may publish again."""


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """One record: its JSON value ({} where it is none), its headers as text, its append time in milliseconds."""

    value: dict[str, Any]
    headers: dict[str, str]
    timestamp: int
    place: str
    """Topic, partition and offset, as a dead letter names them."""


def read_log(bootstrap: str, topic: str, partitions: int = 4) -> dict[int, list[Logged]]:
    """All records of a topic to its present end but tombstones, by partition."""
    return read_as(bootstrap, topic, lambda record: record, partitions)


def read_as(bootstrap: str, topic: str, take: Callable[[Logged], T], partitions: int = 4) -> dict[int, list[T]]:
    """The same, of each record only what `take` makes of it: a long log does not fit into memory."""
    return asyncio.run(_read(bootstrap, topic, partitions, take, None))


def newest_sequences(bootstrap: str, topic: str, partitions: int = 4) -> dict[int, int]:
    """Partition → the highest sequence number written there, 0 where there is none."""
    tails = asyncio.run(_read(bootstrap, topic, partitions, _sequence, TAIL))
    return {partition: max(found, default=0) for partition, found in tails.items()}


async def _read(
    bootstrap: str, topic: str, partitions: int, take: Callable[[Logged], T], last: int | None
) -> dict[int, list[T]]:
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, max_partition_fetch_bytes=4 << 20
    )
    await consumer.start()
    try:
        wanted = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(wanted)
        ends = await consumer.end_offsets(wanted)
        for part, end in ends.items():
            consumer.seek(part, 0 if last is None else max(0, end - last))
        found: dict[int, list[T]] = {number: [] for number in range(partitions)}
        while any([await consumer.position(part) < end for part, end in ends.items()]):
            for part, records in (await consumer.getmany(timeout_ms=500)).items():
                found[part.partition].extend(take(_logged(record)) for record in records if record.value is not None)
        return found
    finally:
        await consumer.stop()


def _logged(record: Any) -> Logged:
    try:
        value = json.loads(record.value)
    except (ValueError, RecursionError):
        value = {}
    return Logged(
        value=value if isinstance(value, dict) else {},
        headers={name: (raw or b"").decode(errors="replace") for name, raw in record.headers},
        timestamp=record.timestamp,
        place=f"{record.topic}:{record.partition}:{record.offset}",
    )


def ends(bootstrap: str, *topics: str, partitions: int = 4) -> dict[str, int]:
    """Topic and partition → the offset of the next record there."""
    return asyncio.run(_ends(bootstrap, topics, partitions))


async def _ends(bootstrap: str, topics: Sequence[str], partitions: int) -> dict[str, int]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        wanted = [TopicPartition(topic, number) for topic in topics for number in range(partitions)]
        return {f"{part.topic}:{part.partition}": end for part, end in (await consumer.end_offsets(wanted)).items()}
    finally:
        await consumer.stop()


def unread(bootstrap: str, group: str, topics: Sequence[str], partitions: int = 4) -> int:
    """How many records the group has not told Kafka that it applied."""
    return asyncio.run(_unread(bootstrap, group, topics, partitions))


async def _unread(bootstrap: str, group: str, topics: Sequence[str], partitions: int) -> int:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    await consumer.start()
    try:
        wanted = [TopicPartition(topic, number) for topic in topics for number in range(partitions)]
        consumer.assign(wanted)  # not subscribed: no member of the group
        ends = await consumer.end_offsets(wanted)
        return sum([end - (await consumer.committed(part) or 0) for part, end in ends.items()])
    finally:
        await consumer.stop()


def _sequence(record: Logged) -> int:
    return int(record.headers.get("ce_sequence", 0))
