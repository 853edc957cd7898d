"""The records of one partition between two offsets, read apart from any group."""

from collections.abc import AsyncIterator
from typing import Any


async def span(consumer: Any, partition: Any, begin: int | None = None, end: int | None = None) -> AsyncIterator[Any]:
    """Those from `begin` (None: the log's beginning) to before `end` (None: its present end). The clients' errors."""
    consumer.assign([partition])
    if end is None:
        end = (await consumer.end_offsets([partition]))[partition]
    if begin is None:
        begin = (await consumer.beginning_offsets([partition]))[partition]
    consumer.seek(partition, begin)
    while await consumer.position(partition) < end:
        for record in (await consumer.getmany(partition, timeout_ms=1000)).get(partition, ()):
            if record.offset >= end:
                return
            yield record
