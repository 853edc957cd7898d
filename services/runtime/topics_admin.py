"""Topics before consumers: each writer makes its own, readers wait; partition counts are checked."""

import asyncio
from collections.abc import Sequence

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from services.contracts.topics import Topic

from .health import Health


class PartitionsMismatch(Exception):
    """A topic does not have the partition count that this deployment was told: a migration, not a setting."""


async def ensure_topics(bootstrap: str, wanted: Sequence[Topic], partitions: int, replication: int) -> None:
    """Create what is missing of `wanted`, with its settings. KafkaError, PartitionsMismatch."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        there = await _counts(admin)
        missing = [
            NewTopic(topic.name, _count(topic, partitions), replication, topic_configs=topic.config)
            for topic in wanted
            if topic.name not in there
        ]
        if missing:
            answer = await admin.create_topics(missing)
            for name, code, *_ in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:
                    raise error(f"cannot create {name}")
        _check(wanted, await _settled(admin, wanted), partitions)
    finally:
        await admin.close()


async def topics_there(bootstrap: str, wanted: Sequence[Topic], partitions: int) -> bool:
    """Whether all of `wanted` exist. KafkaError, PartitionsMismatch."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        there = await _counts(admin)
    finally:
        await admin.close()
    _check([topic for topic in wanted if topic.name in there], there, partitions)
    return all(topic.name in there for topic in wanted)


async def prepare_topics(
    bootstrap: str,
    *,
    own: Sequence[Topic],
    read: Sequence[Topic],
    partitions: int,
    replication: int,
    health: Health,
) -> None:
    """Make `own` and wait for `read`, however long Kafka or their writers take; said in `health`."""
    while not health.stopping:
        try:
            await ensure_topics(bootstrap, own, partitions, replication)
            if await topics_there(bootstrap, read, partitions):
                health.wait_for("topics", None)
                return
            health.wait_for("topics", "topics of " + ", ".join(sorted({topic.writer for topic in read})))
        except PartitionsMismatch as error:
            if not health.halted:
                health.halt(str(error))
        except (KafkaError, OSError) as error:
            health.wait_for("topics", "Kafka")
            health.failed(error)
        await asyncio.sleep(0.5)


async def _counts(admin: AIOKafkaAdminClient) -> dict[str, int]:
    names = [name for name in await admin.list_topics() if name.startswith("mingshao.")]
    if not names:
        return {}
    described = await admin.describe_topics(names)
    return {entry["topic"]: len(entry["partitions"]) for entry in described if not entry["error_code"]}


async def _settled(admin: AIOKafkaAdminClient, wanted: Sequence[Topic]) -> dict[str, int]:
    there = await _counts(admin)
    while any(topic.name not in there for topic in wanted):
        await asyncio.sleep(0.1)
        there = await _counts(admin)
    return there


def _count(topic: Topic, partitions: int) -> int:
    return 1 if topic.partitions == "one" else partitions


def _check(wanted: Sequence[Topic], there: dict[str, int], partitions: int) -> None:
    for topic in wanted:
        if there[topic.name] != _count(topic, partitions):
            told = (
                f"MINGSHAO_PARTITIONS says {partitions}: set it to what the deployment was created with"
                if topic.partitions == "many"
                else "its order needs exactly one: somebody else made or changed it; restore it"
            )
            raise PartitionsMismatch(f"topic {topic.name} has {there[topic.name]} partitions and {told}")
