"""The log itself, read by a consumer of the tests' own: the only input of the independent recount."""

import asyncio
import json
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """One record: its JSON value, its headers as text, its append time in milliseconds."""

    value: dict[str, Any]
    headers: dict[str, str]
    timestamp: int
    offset: int


def read_log(bootstrap: str, topic: str, partitions: int = 4) -> dict[int, list[Logged]]:
    """All records of a topic to its present end but tombstones, by partition."""
    return asyncio.run(_read(bootstrap, topic, partitions))


async def _read(bootstrap: str, topic: str, partitions: int) -> dict[int, list[Logged]]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        wanted = [TopicPartition(topic, number) for number in range(partitions)]
        consumer.assign(wanted)
        await consumer.seek_to_beginning(*wanted)
        ends = await consumer.end_offsets(wanted)
        found: dict[int, list[Logged]] = {number: [] for number in range(partitions)}
        while any([await consumer.position(part) < end for part, end in ends.items()]):
            for part, records in (await consumer.getmany(timeout_ms=500)).items():
                found[part.partition].extend(_logged(record) for record in records if record.value is not None)
        return found
    finally:
        await consumer.stop()


def _logged(record: Any) -> Logged:
    return Logged(
        value=json.loads(record.value),
        headers={name: value.decode() for name, value in record.headers},
        timestamp=record.timestamp,
        offset=record.offset,
    )
