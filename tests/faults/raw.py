"""Records put on the log past intake: what a broken or foreign writer would leave there."""

import asyncio

import msgspec
from aiokafka import AIOKafkaProducer

from tests.e2e.deployment import Deployment

Headers = list[tuple[str, bytes | None]]


class Raw(msgspec.Struct, frozen=True, kw_only=True):
    """One record."""

    topic: str
    value: bytes
    headers: Headers = []
    key: bytes = b"poison"
    partition: int = 0


def put(deployment: Deployment, records: list[Raw]) -> list[str]:
    """Acknowledged; the place of each as dead letters name it: topic, partition, offset."""
    return asyncio.run(_put(deployment.kafka_bootstrap, records))


async def _put(bootstrap: str, records: list[Raw]) -> list[str]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=2_000_000, acks="all")
    await producer.start()
    try:
        places = []
        for one in records:
            sent = await producer.send_and_wait(
                one.topic, one.value, key=one.key, partition=one.partition, headers=one.headers
            )
            places.append(f"{sent.topic}:{sent.partition}:{sent.offset}")
        return places
    finally:
        await producer.stop()
