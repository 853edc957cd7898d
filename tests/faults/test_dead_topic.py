"""The topic of dead letters is away: the source is not skipped, and goes on when the topic is there again."""

import asyncio
from pathlib import Path

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError

from services.contracts.topics import CONTACTS, DEAD, Topic
from tests.e2e.deployment import until
from tests.e2e.log import unread
from tests.faults.checker import check, dead_letters
from tests.faults.load import Load
from tests.faults.raw import Raw, put
from tests.faults.street import Street


def test_without_its_dead_letter_topic_a_service_waits_and_skips_nothing(
    street: Street, tmp_path: Path, seed: int
) -> None:
    topic = DEAD["notify"]
    asyncio.run(change(street.kafka_bootstrap, topic, make=False))
    (place,) = put(street, [Raw(topic=CONTACTS.name, value=b"\xff")])
    with Load(street, tmp_path, seed=seed, cases=200) as load:
        load.finish()

    def waits() -> bool:
        said = [one for one in street.health("notify") if one["status"] == "waiting" and one["last_error"]]
        return bool(said) and unread(street.kafka_bootstrap, "mingshao.notify", [CONTACTS.name]) > 0

    until(waits, 120)
    asyncio.run(change(street.kafka_bootstrap, topic, make=True))
    until(lambda: place in {one["id"] for one in dead_letters(street, "notify")}, 120)
    street.dead["notify"] = {place}  # the older ones went with the topic
    check(street, [load])


async def change(bootstrap: str, topic: Topic, *, make: bool) -> None:
    """Make the topic, or remove it."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        if not make:
            await admin.delete_topics([topic.name])
            return
        wanted = NewTopic(topic.name, num_partitions=4, replication_factor=1, topic_configs=topic.config)
        answer = await admin.create_topics([wanted])
        # a service that waits too long is started anew, and makes its own topics at its start
        assert answer.topic_errors[0][1] in (0, TopicAlreadyExistsError.errno), answer
    finally:
        await admin.close()
