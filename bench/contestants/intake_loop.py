"""What intake does with lines, without HTTP: read, mask, encode, and Kafka's own batches, 500 lines at a time.

`python -m bench.contestants.intake_loop BOOTSTRAP < lines`
"""

import asyncio
import gc
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import uvloop
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2

from services.contracts.actors import Actor
from services.contracts.directory import Channel
from services.intake.domain.bodies import SubmissionBody, read
from services.intake.domain.submission import Reference, take
from services.intake.handlers import NotStored, store
from services.runtime.batches import Outgoing
from services.runtime.service import GC_THRESHOLDS

LINES, PARTITIONS, BATCH_BYTES = 500, 4, 256 << 10


class Batches:
    """A publisher that fills a batch for each partition and sends them side by side."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer

    def partition_for(self, topic: str, key: bytes) -> int:
        """Kafka's own."""
        return int(murmur2(key) & 0x7FFFFFFF) % PARTITIONS

    async def send(self, records: Sequence[Outgoing]) -> list[Exception | None]:
        """Acknowledged by all replicas."""
        open_: dict[tuple[str, int], Any] = {}
        sent = []
        for one in records:
            at = (one.topic, one.partition)
            batch = open_.get(at)
            while (
                batch is None or batch.append(key=one.key, value=one.value, timestamp=None, headers=one.headers) is None
            ):
                if batch is not None:
                    sent.append(await self._producer.send_batch(batch, at[0], partition=at[1]))
                batch = open_[at] = self._producer.create_batch()
        for at, batch in open_.items():
            sent.append(await self._producer.send_batch(batch, at[0], partition=at[1]))
        await asyncio.gather(*sent)
        return [None] * len(records)


async def run(bootstrap: str, lines: Sequence[bytes]) -> None:
    """Tell lines a second."""
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap, acks="all", enable_idempotence=True, max_batch_size=BATCH_BYTES
    )
    await producer.start()
    publisher = Batches(producer)
    reference = Reference(channels={"hotline": Channel(name="热线", kind="ticket")})
    actor = Actor(role="source", subject="hotline")
    began, used = time.monotonic(), time.process_time()
    for begin in range(0, len(lines), LINES):
        now = datetime.now(UTC)
        some = [read(line, SubmissionBody) for line in lines[begin : begin + LINES]]
        taken = [take(body, "ticket", actor, reference, b"of the benchmark alone", now) for body in some]
        outcomes = await store(taken, publisher, now)
        assert not any(isinstance(one, NotStored) for one in outcomes)
    seconds, cpu = time.monotonic() - began, time.process_time() - used
    await producer.stop()
    print(msgspec.json.encode({"per_second": len(lines) / seconds, "cpu": {"loop": round(cpu, 2)}}).decode())


if __name__ == "__main__":
    gc.set_threshold(*GC_THRESHOLDS)
    uvloop.run(run(sys.argv[1], sys.stdin.buffer.read().splitlines()))
