"""Which partitions this process may write: taken by the batch path alone, forgotten at every rebalance."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from aiokafka.structs import OffsetAndMetadata

from services.contracts.codec import header, normal_headers, sequence_in
from services.contracts.topics import Topic

from .apart import Apart
from .folding import Folded, Gap, Read
from .ledger import Entry
from .upto import Upto

COMMIT_SECONDS = 15.0
"""The client tries to commit for ever; a member that its group has lost while Kafka slept must not wait with it."""


class Owned:
    """A partition that is ours: its ledger entry, what was fetched and not yet folded, what must come next.

    `head` is where the ledger will stand once all that was folded is committed. `upto` is of the log's topics.
    `apart` says how much of what comes next is handled apart, since batches ended badly here.
    """

    def __init__(self, entry: Entry) -> None:
        self.entry = self.head = entry
        self.fetched: deque[Read] = deque()
        self._folded: deque[Read] = deque()
        self.expected: dict[str, int] = {}
        self.last_applied: dict[str, int] = {}
        self.upto: Upto[str] = Upto()
        self.apart = Apart()

    def fold(self, batch: Folded) -> None:
        """The first of what was fetched are in this batch, which is still to be committed."""
        self._folded.extend(self.fetched.popleft() for _ in range(batch.taken))
        self.head = batch.change.after

    def commit(self, batch: Folded) -> None:
        """The oldest that was folded is committed."""
        for _ in range(batch.taken):
            self._folded.popleft()
        self.entry = batch.change.after
        self.apart.passed(batch.taken)

    def unfold(self) -> None:
        """Nothing that was folded and not committed will be: it is fetched and no more."""
        self.fetched.extendleft(reversed(self._folded))
        self._folded.clear()
        self.head = self.entry


class Ownership(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka has no types
    """The rebalance listener, which only forgets, and the map that it empties."""

    def __init__(self) -> None:
        self.owned: dict[int, Owned] = {}
        self.rebalances = 0
        self._joined = False

    def settled(self, consumer: Any) -> bool:
        """Whether the group has given this process its share (which may be nothing) and all of it is taken."""
        return self._joined and all(partition.partition in self.owned for partition in consumer.assignment())

    def forget(self) -> None:
        """Nothing is ours; what is being taken now must not be kept either."""
        self.owned.clear()
        self.rebalances += 1
        self._joined = False

    async def on_partitions_revoked(self, revoked: object) -> None:
        """Only a batch under the next generation may take again."""
        self.forget()

    async def on_partitions_assigned(self, assigned: object) -> None:
        """What was known belongs to the generation before."""
        self.forget()
        self._joined = True


async def place_at(consumer: Any, entry: Entry, topics: Sequence[Topic], *, failed: bool = False) -> Owned:
    """Seek to where the ledger stands; the record before is read again to see that it is the one applied. Gap.

    `failed`: this process had an error of ours since it last committed, so what waits is handled apart."""
    owned = Owned(entry)
    ends = await consumer.end_offsets([TopicPartition(topic.name, entry.partition) for topic in topics])
    for topic in topics:
        partition = TopicPartition(topic.name, entry.partition)
        offset = entry.offsets.get(topic.name, 0)
        if topic.config.get("cleanup.policy") == "compact":
            consumer.seek(partition, offset)
            continue
        if ends[partition] < offset:
            raise Gap(
                f"{topic.name}/{entry.partition} ends at {ends[partition]} and the ledger stands at {offset}: "
                "the log was cut or the topic made anew; restore it, or the store to match, before starting again"
            )
        owned.expected[topic.name] = max(0, offset - 1)
        if offset:
            owned.last_applied[topic.name] = entry.stamps[topic.name]
        consumer.seek(partition, max(0, offset - 1))
    waiting = sum(max(0, ends[end] - entry.offsets.get(end.topic, 0)) for end in ends)
    owned.apart = Apart.after(entry, waiting, failed=failed)
    return owned


def admit(owned: Owned, raw: Any) -> bool:
    """Whether a fetched record is new. Gap where it is not the one that must come next."""
    if raw.topic not in owned.expected:
        return True
    if raw.offset != owned.expected[raw.topic]:
        raise Gap(
            f"{raw.topic}/{raw.partition}: offset {owned.expected[raw.topic]} should come next and {raw.offset} came: "
            "the log was cut; restore it before starting again"
        )
    owned.expected[raw.topic] += 1
    stamp = owned.last_applied.pop(raw.topic, None)
    if stamp is not None and stamp != raw.timestamp:
        raise Gap(
            f"{raw.topic}/{raw.partition}/{raw.offset} is not the record that was applied: the topic was made anew or "
            "the store is from another deployment; bring log and store together before starting again"
        )
    return stamp is None


async def check_tail(consumer: Any, topic: Topic, entry: Entry) -> None:
    """That the log we write to holds nothing newer than our ledger knows. Gap: the store is an older copy."""
    partition = TopicPartition(topic.name, entry.partition)
    consumer.assign([partition])
    end = (await consumer.end_offsets([partition]))[partition]
    consumer.seek(partition, max(0, end - 50))
    newest, position = 0, max(0, end - 50)
    while position < end:
        for record in (await consumer.getmany(partition, timeout_ms=1000)).get(partition, ()):
            position = record.offset + 1
            newest = max(newest, sequence_in(header(normal_headers(record.headers), "ce_sequence") or "") or 0)
    if newest >= entry.next_seq:
        raise Gap(
            f"{topic.name}/{entry.partition} already holds sequence {newest} and the ledger would write "
            f"{entry.next_seq}: the store was restored from an older copy; restore the newest, or rebuild it"
        )


async def confirm_generation(consumer: Any, entry: Entry) -> None:
    """Commit the ledger's offsets to Kafka: fails unless this process is in the group's current generation, so a
    woken zombie cannot fence the living."""
    assigned = consumer.assignment()
    places = _places(assigned, [entry])
    if not places:
        places = {next(tp for tp in assigned if tp.partition == entry.partition): OffsetAndMetadata(0, "")}
    async with asyncio.timeout(COMMIT_SECONDS):
        await consumer.commit(places)


async def tell_kafka(consumer: Any, entries: Sequence[Entry]) -> None:
    """The same after a round, for whoever watches the group's lag; the ledger does without."""
    try:
        if places := _places(consumer.assignment(), entries):
            async with asyncio.timeout(COMMIT_SECONDS):
                await consumer.commit(places)
    except (CommitFailedError, IllegalStateError):
        return  # a rebalance is under way


def _places(assigned: Any, entries: Sequence[Entry]) -> dict[Any, Any]:
    return {
        partition: OffsetAndMetadata(offset, "")
        for entry in entries
        for topic, offset in entry.offsets.items()
        if (partition := TopicPartition(topic, entry.partition)) in assigned
    }
