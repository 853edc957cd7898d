"""How a worker becomes the owner of what its group gives it: fenced by the ledger, its outbox told, its place found."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import CommitFailedError, IllegalStateError

from services.contracts.topics import Topic

from . import clients
from .directory import Directory
from .ledger import Entry, Ledger
from .logs import get_logger
from .ownership import Ownership, check_tail, confirm_generation, place_at
from .producer import Producer
from .side_by_side import side_by_side

AT_ONCE = 8


class Taking:
    """Puts into `ownership` what is assigned and not yet ours."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        directory: Directory,
        producer: Producer,
        ownership: Ownership,
        topics: Sequence[Topic],
        writes_to: Topic | None,
        bootstrap: str,
    ) -> None:
        self._ledger = ledger
        self._directory = directory
        self._producer = producer
        self._ownership = ownership
        self._topics = topics
        self._writes_to = writes_to
        self._bootstrap = bootstrap
        self.failed = False
        """This process had an error of ours since it last committed: what is taken is handled apart."""
        self._log = get_logger(__name__)

    async def take_assigned(self, consumer: Any, session: Any) -> None:
        """All partitions of which every topic is assigned. Gap, and the clients' errors."""
        assigned: dict[int, set[str]] = {}
        for partition in consumer.assignment():
            assigned.setdefault(partition.partition, set()).add(partition.topic)
        missing = [
            number
            for number, names in assigned.items()
            if number not in self._ownership.owned and len(names) == len(self._topics)
        ]
        # side by side, since each waits for the broker; not all at once, since each has a connection of its own
        for some in (missing[i : i + AT_ONCE] for i in range(0, len(missing), AT_ONCE)):
            await side_by_side(*(self._take(number, consumer, session) for number in some))

    async def _take(self, number: int, consumer: Any, session: Any) -> None:
        before = await self._ledger.look(number)
        await self._directory.wait_version(before.directory_version)

        async def confirm(entry: Entry) -> None:
            await confirm_generation(consumer, entry)

        rebalances = self._ownership.rebalances
        try:
            entry = await self._ledger.take(number, session, confirm)
        except (CommitFailedError, IllegalStateError):
            await asyncio.sleep(0.1)  # not a member now; the coordinator is rejoining
            return
        if entry is None:
            return
        if self._writes_to is not None:
            tail = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
            await tail.start()
            try:
                await check_tail(tail, self._writes_to, entry)
            finally:
                await clients.stop(tail)
        await self._producer.publish(entry.pending())
        try:
            owned = await place_at(consumer, entry, self._topics, failed=self.failed)
        except IllegalStateError:
            return  # revoked meanwhile
        if rebalances == self._ownership.rebalances:  # else the seeks were undone with the assignment
            self._ownership.owned[number] = owned
            self._log.info("took", partition=number, epoch=entry.epoch, next_seq=entry.next_seq)
