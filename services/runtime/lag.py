"""How far behind a worker is, and whether Kafka and MongoDB answer: looked at beside the hot loop, which may idle."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from services.contracts.topics import Topic

from .health import Health
from .mongo import Database
from .ownership import Ownership

LOOK_SECONDS = 2.0
STILL_SECONDS = 45.0
"""Longer than the slowest transaction and what is folded before it."""
ANSWER_SECONDS = 10.0
LAST_ANSWER_SECONDS = 2.0


class LagWatch:
    """One worker's. `consumer` gives its present consumer, None while it has none."""

    def __init__(
        self,
        *,
        topics: Sequence[Topic],
        ownership: Ownership,
        consumer: Callable[[], Any],
        database: Database,
        health: Health,
    ) -> None:
        self._topics = topics
        self._ownership = ownership
        self._consumer = consumer
        self._database = database
        self._health = health
        self._asking = asyncio.Lock()
        self._moved_to, self._moved_at = 0, time.monotonic()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self._health.lag = await self._lag()
            await self._ping()
            self._look_whether_it_moves(time.monotonic())

    def _look_whether_it_moves(self, now: float) -> None:
        """Not ready where records wait and none is applied, whatever else says that all is well."""
        lag, progress = self._health.lag, self._health.progress
        if not lag or progress != self._moved_to:
            self._moved_to, self._moved_at = progress, now
            self._health.wait_for("progress", None)
        elif now - self._moved_at > STILL_SECONDS:
            why = self._health.last_error or "nothing says why"
            self._health.wait_for("progress", f"records wait and none is applied: {why}")

    async def answered(self) -> None:
        """Whoever stops a consumer awaits this first, 2 s at most: a client that is stopped while it is asked may open
        one more connection, which nobody closes."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LAST_ANSWER_SECONDS), self._asking:
                return

    async def _lag(self) -> int | None:
        """Records not yet applied, None where that is not known: some partitions not taken yet, or Kafka away."""
        consumer, owned = self._consumer(), dict(self._ownership.owned)
        if consumer is None or not self._ownership.settled(consumer):
            return None
        now = datetime.now(UTC)
        partitions = [TopicPartition(topic.name, number) for number in owned for topic in self._topics]
        try:
            async with self._asking, asyncio.timeout(ANSWER_SECONDS):
                # without partitions it is asked all the same whether Kafka answers
                ends = await consumer.end_offsets(partitions or [TopicPartition(self._topics[0].name, 0)])
        except (KafkaError, OSError, TimeoutError) as error:
            if consumer is not self._consumer():
                return None  # it was stopped, which is no news of Kafka
            self._health.failed(error)
            self._health.wait_for("kafka", "Kafka")
            return None
        self._health.wait_for("kafka", None)
        for number, mine in owned.items():
            mine.upto.look(
                now,
                {each.topic: ends[each] for each in partitions if each.partition == number},
                mine.entry.offsets,
            )
        behind = (ends[each] - owned[each.partition].entry.offsets.get(each.topic, 0) for each in partitions)
        return sum(max(0, int(records)) for records in behind)

    async def _ping(self) -> None:
        try:
            await self._database.command("ping")
            self._health.wait_for("mongodb", None)
        except PyMongoError as error:
            self._health.failed(error)
            self._health.wait_for("mongodb", "MongoDB")
