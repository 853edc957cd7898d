"""Up to which time all partitions of the log are counted, by whichever processes: whose figures are of one time."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from services.contracts.topics import Topic
from services.runtime import clients
from services.runtime.health import Health
from services.runtime.ledger import entries
from services.runtime.mongo import Database
from services.runtime.upto import Upto

from .generations import Generations

LOOK_SECONDS = 2.0
ANSWER_SECONDS = 10.0


class CountedUpto:
    """Looked at while it is `wanted` here."""

    def __init__(
        self,
        *,
        database: Database,
        reader: str,
        bootstrap: str,
        topics: Sequence[Topic],
        partitions: int,
        wanted: Callable[[], bool],
        health: Health,
    ) -> None:
        self._database = database
        self._reader = reader
        self._generations = Generations(database, reader)
        self._bootstrap = bootstrap
        self._log = [TopicPartition(topic.name, number) for topic in topics for number in range(partitions)]
        self._wanted = wanted
        self._health = health
        self._upto: Upto[TopicPartition] = Upto()

    def time(self) -> datetime | None:
        """All that was on the log then is counted; None where that is not known."""
        return self._upto.at if self._wanted() else None

    async def run(self) -> None:
        """Until cancelled; a store or a broker that is away is waited for."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if not self._wanted():
                continue
            consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
            try:
                await consumer.start()
                await self._follow(consumer)
            except (PyMongoError, KafkaError, OSError, TimeoutError) as error:
                self._health.failed(error)
            finally:
                self._upto = Upto()
                await clients.stop(consumer)

    async def _follow(self, consumer: Any) -> None:
        while self._wanted():
            now = datetime.now(UTC)
            async with asyncio.timeout(ANSWER_SECONDS):
                ends = await consumer.end_offsets(self._log)
            current = (await self._generations.standing()).current
            counted = await entries(self._database, self._reader, generation=current)
            applied = {
                TopicPartition(topic, number): offset
                for number, entry in counted.items()
                for topic, offset in entry.offsets.items()
            }
            self._upto.look(now, ends, applied)
            await asyncio.sleep(LOOK_SECONDS)
