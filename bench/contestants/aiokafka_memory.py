"""aiokafka and dicts: nothing is kept."""

import time

import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.metrics.domain.cells import Sums

from .job import Clock, digest, fold, task


async def run() -> None:
    """Consume, fold, tell."""
    wanted, clock = task(), Clock()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=wanted.bootstrap, enable_auto_commit=False, max_partition_fetch_bytes=4 << 20
    )
    await consumer.start()
    parts = [TopicPartition(wanted.topic, number) for number in range(wanted.partitions)]
    consumer.assign(parts)
    await consumer.seek_to_beginning(*parts)
    sums = [Sums() for _ in range(wanted.partitions)]
    left = [wanted.events // wanted.partitions] * wanted.partitions
    while any(left):
        for part, records in (await consumer.getmany(timeout_ms=500)).items():
            clock.start()
            for record in records[: left[part.partition]]:
                fold(record.value, record.headers, sums[part.partition])
            left[part.partition] -= min(len(records), left[part.partition])
    done, cpu = time.time(), time.process_time()
    await consumer.stop()
    clock.tell(wanted, "aiokafka, in memory", "none", digest(one.cells() for one in sums), done, cpu)


if __name__ == "__main__":
    uvloop.run(run())
