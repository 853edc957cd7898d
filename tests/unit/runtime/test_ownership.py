"""What a new owner demands of the log before it applies anything."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka import TopicPartition

from services.contracts import topics
from services.runtime import ownership
from services.runtime.batches import Fold
from services.runtime.folding import Folded, Gap, Read
from services.runtime.ledger import Change, Entry
from services.runtime.ownership import Owned, Ownership, admit, confirm_generation, place_at, tell_kafka

TICKETS, CONTACTS = topics.TICKETS, topics.CONTACTS


class Log:
    """Knows where each partition ends and remembers seeks."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.seeks: dict[str, int] = {}

    async def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        return dict.fromkeys(partitions, self.end)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        self.seeks[partition.topic] = offset


def entry(offset: int) -> Entry:
    return Entry(partition=1, epoch=1, offsets={TICKETS.name: offset}, stamps={TICKETS.name: 500})


def raw(offset: int, stamp: int = 500) -> Any:
    return SimpleNamespace(topic=TICKETS.name, partition=1, offset=offset, timestamp=stamp)


async def test_the_record_before_is_read_again_and_recognised() -> None:
    log = Log(end=10)
    owned = await place_at(log, entry(5), [TICKETS])
    assert log.seeks == {TICKETS.name: 4}
    assert [admit(owned, raw(4)), admit(owned, raw(5, 777)), admit(owned, raw(6, 778))] == [False, True, True]


async def test_a_log_shorter_than_the_ledger_says_is_a_gap() -> None:
    with pytest.raises(Gap, match="ends at 3"):
        await place_at(Log(end=3), entry(5), [TICKETS])


async def test_a_topic_made_anew_is_a_gap() -> None:
    owned = await place_at(Log(end=10), entry(5), [TICKETS])
    with pytest.raises(Gap, match="not the record that was applied"):
        admit(owned, raw(4, stamp=999))


async def test_a_hole_in_the_log_is_a_gap() -> None:
    owned = await place_at(Log(end=10), entry(0), [TICKETS])
    assert admit(owned, raw(0))
    with pytest.raises(Gap, match="offset 1 should come next"):
        admit(owned, raw(2))


async def test_a_compacted_topic_may_have_holes() -> None:
    log = Log(end=10)
    owned = await place_at(
        log, Entry(partition=1, epoch=1, offsets={CONTACTS.name: 5}, stamps={CONTACTS.name: 1}), [CONTACTS]
    )
    assert log.seeks == {CONTACTS.name: 5}
    assert admit(owned, SimpleNamespace(topic=CONTACTS.name, partition=1, offset=9, timestamp=2))


async def test_a_rebalance_forgets_everything() -> None:
    ownership = Ownership()
    ownership.owned[1] = await place_at(Log(end=10), entry(0), [TICKETS])
    await ownership.on_partitions_revoked(())
    await ownership.on_partitions_assigned(())
    assert (ownership.owned, ownership.rebalances) == ({}, 2)


def test_what_is_folded_and_never_committed_is_folded_again_in_its_order() -> None:
    owned = Owned(entry(5))
    reads: list[Read] = [raw(offset) for offset in range(5, 10)]
    owned.fetched.extend(reads)
    first, second, third = batch(entry(7), 2), batch(entry(8), 1), batch(entry(9), 1)
    owned.fold(first)
    owned.fold(second)
    owned.commit(first)
    assert (owned.entry, owned.head, list(owned.fetched)) == (entry(7), entry(8), reads[3:])
    owned.fold(third)
    owned.unfold()
    assert (owned.entry, owned.head, list(owned.fetched)) == (entry(7), entry(7), reads[2:])


def batch(after: Entry, taken: int) -> Folded:
    change = Change(before=after, after=after, writes={})
    return Folded(fold=cast(Fold, None), change=change, outgoing=[], taken=taken, dead=0)


@pytest.mark.parametrize("commit", [confirm_generation, lambda consumer, entry: tell_kafka(consumer, [entry])])
async def test_a_commit_that_the_client_would_try_for_ever_ends(
    commit: Callable[[Any, Entry], Awaitable[None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Lost:
        """A member whose group has forgotten it."""

        def assignment(self) -> set[TopicPartition]:
            return {TopicPartition(TICKETS.name, 1)}

        async def commit(self, places: object) -> None:
            await asyncio.Event().wait()

    monkeypatch.setattr(ownership, "COMMIT_SECONDS", 0.01)
    with pytest.raises(TimeoutError):
        await commit(Lost(), entry(5))
