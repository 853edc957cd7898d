"""Up to which time a reader has applied all partitions of its topics, by whichever processes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from services.contracts.topics import Topic

from . import clients
from .health import Health
from .ledger import Generation, entries
from .mongo import Database
from .upto import Upto

LOOK_SECONDS = 1.0
AGAIN_SECONDS = 2.0
ANSWER_SECONDS = 10.0


class AppliedUpto:
    """Of one reader's ledger; `generation` says which is read, where there are several. `records`: how many were not
    applied when that was looked at last, None while Kafka or MongoDB is away."""

    def __init__(
        self,
        *,
        database: Database,
        reader: str,
        generation: Callable[[], Awaitable[Generation]] | None = None,
        bootstrap: str,
        topics: Sequence[Topic],
        partitions: int,
        health: Health,
    ) -> None:
        self._database = database
        self._reader = reader
        self._generation = generation
        self._bootstrap = bootstrap
        self._log = [TopicPartition(topic.name, number) for topic in topics for number in range(partitions)]
        self._health = health
        self._upto: Upto[TopicPartition] = Upto()
        self.records: int | None = None

    def time(self) -> datetime | None:
        """All that was on the log then is applied; None where that is not known. It stays so while Kafka is away."""
        return self._upto.at

    async def run(self) -> None:
        """Until cancelled; a store or a broker that is away is waited for."""
        while True:
            consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
            try:
                await consumer.start()
                await self._follow(consumer)
            except (PyMongoError, KafkaError, OSError, TimeoutError) as error:
                self._health.failed(error)
            finally:
                self.records = None
                await clients.stop(consumer)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _follow(self, consumer: Any) -> None:
        while True:
            now = datetime.now(UTC)
            async with asyncio.timeout(ANSWER_SECONDS):
                ends = await consumer.end_offsets(self._log)
            found = await entries(
                self._database, self._reader, generation=await self._generation() if self._generation else 1
            )
            applied = {
                TopicPartition(topic, number): offset
                for number, entry in found.items()
                for topic, offset in entry.offsets.items()
            }
            self._upto.look(now, ends, applied)
            self.records = sum(max(0, end - applied.get(part, 0)) for part, end in ends.items())
            await asyncio.sleep(LOOK_SECONDS)
