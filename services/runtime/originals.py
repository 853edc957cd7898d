"""Records that a dead letter or a replay holds only in part, fetched whole from where they stood first."""

from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.contracts.codec import Headers

from . import clients
from .deadletters import append_time, cut_of, origin_of, original_headers, ours
from .folding import Read, condemned, read
from .span import span


class Whole(msgspec.Struct, frozen=True, kw_only=True):
    """A record as consumers give it, with what was cut put back."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Gone(Exception):
    """The record is no longer where it stood."""


async def whole(record: Any, bootstrap: str) -> Any:
    """The record itself where nothing of it was cut. Gone, and the client's errors."""
    if not cut_of(record):
        return record
    origin = origin_of(record)
    partition = TopicPartition(origin.topic, origin.partition)
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        if origin.topic not in await consumer.topics():
            raise Gone(f"the topic {origin.topic} is gone, and with it the record at {origin.id}")
        begin = (await consumer.beginning_offsets([partition]))[partition]
        end = (await consumer.end_offsets([partition]))[partition]
        found = None
        if begin <= origin.offset < end:
            found = await anext(span(consumer, partition, origin.offset, origin.offset + 1), None)
    finally:
        await clients.stop(consumer)
    if found is None or append_time(found.timestamp).isoformat() != origin.at:
        raise Gone(f"the record at {origin.id} of {origin.at} is no longer there: send again what it said")
    return Whole(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        timestamp=record.timestamp,
        key=found.key,
        value=found.value,
        headers=original_headers(found) + ours(record),
    )


async def read_whole(record: Any, replays: str, bootstrap: str) -> Read:
    """Decoded; of one of the topic `replays` that holds only a part of its record the whole. The client's errors."""
    if record.topic != replays or not cut_of(record):
        return read(record, replays)
    try:
        return read(await whole(record, bootstrap), replays)
    except Gone as gone:
        return condemned(read(record, replays), str(gone))
