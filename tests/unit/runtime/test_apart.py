"""A batch that ends badly is taken apart until the record that is the cause stands alone, and only that one dies."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

from prometheus_client import CollectorRegistry

from services.runtime.apart import BAD_ATTEMPTS, BAD_TAKES, Apart, Attempts
from services.runtime.batches import Batch, Fold, Incoming, Outgoing
from services.runtime.failpoints import Failpoints
from services.runtime.folding import Read
from services.runtime.instruments import Instruments
from services.runtime.ledger import Entry, Ledger, Suspect
from services.runtime.ownership import Owned, Ownership
from services.runtime.pace import Pace
from services.runtime.rounds import Rounds


class Crash(BaseException):
    """As though the process had ended."""


class Fragile:
    """Handles every key but one, over which it ends as it was told."""

    next_seq, directory_version = 1, 0

    def __init__(self, bad: str, how: BaseException) -> None:
        self.keys: list[str] = []
        self._bad, self._how = bad, how

    @property
    def documents(self) -> int:
        return len(self.keys)

    def left(self, loaded: Any) -> Any:
        return loaded

    def apply(self, record: Incoming) -> Sequence[Outgoing]:
        self.keys.append(record.key)
        return ()

    def writes(self) -> Mapping[str, Sequence[Any]]:
        if self._bad in self.keys:
            raise self._how
        return {}


class Memory:
    """The ledger of one partition, and the process that owns it, again and again."""

    def __init__(self, keys: Sequence[str], bad: str, how: BaseException) -> None:
        self.entry = Entry(partition=0, epoch=1)
        self.keys, self.bad, self.how = keys, bad, how
        self.handled: list[str] = []
        self.dead: list[str] = []
        self.owners = 0

    async def suspect(self, entry: Entry, suspect: Suspect) -> bool:
        self.entry = _with(self.entry, suspect=suspect)
        return True

    async def load(self, batches: Sequence[Batch]) -> Mapping[int, Fold]:
        return {batch.partition: Fragile(self.bad, self.how) for batch in batches}

    def items(self) -> list[Read]:
        begin = self.entry.offsets.get("in", 0)
        return [
            Read(
                raw=SimpleNamespace(
                    topic="in", partition=0, offset=n, timestamp=1, key=key.encode(), value=b"", headers=()
                ),
                incoming=cast(Incoming, SimpleNamespace(key=key, topic="in")),
                flaw=None,
                sequence=None,
                replay_of=None,
            )
            for n, key in enumerate(self.keys[begin:], begin)
        ]

    async def own(self, *, failed: bool = False, attempts: Attempts | None = None) -> None:
        """Take the partition and work until all is handled, or until it ends badly."""
        self.owners += 1
        self.entry = _with(self.entry, takes=self.entry.takes + 1)
        ownership, owned = Ownership(), Owned(self.entry)
        owned.fetched.extend(self.items())
        owned.apart = Apart.after(self.entry, len(owned.fetched), failed=failed)
        ownership.owned[0] = owned
        rounds = Rounds(
            service="routing",
            reader=self,
            ledger=cast(Ledger, self),
            ownership=ownership,
            pace=Pace(),
            instruments=Instruments(CollectorRegistry()),
            failpoints=Failpoints(""),
            sequence_topic=None,
        )
        rounds.attempts = attempts or Attempts()
        while owned.fetched:
            for one, batch in (await rounds.fold()).values():
                one.commit(batch)
                self.entry = batch.change.after
                self.handled += cast(Fragile, batch.fold).keys
                self.dead += [record.key.decode() for record in batch.outgoing]
                rounds.attempts.passed += batch.taken


def _with(entry: Entry, **changes: Any) -> Entry:
    return Entry(**{name: getattr(entry, name) for name in Entry.__struct_fields__} | changes)


KEYS = [f"k{n}" for n in range(40)]


def crashed(memory: Memory, times: int) -> int:
    """How often the process ended before all was handled, at most so often."""
    for number in range(times):
        try:
            asyncio.run(memory.own())
        except Crash:
            continue
        return number
    return times


def test_a_record_that_ends_the_process_is_found_and_dies_alone() -> None:
    memory = Memory(KEYS, "k17", Crash())
    crashes = crashed(memory, 20)
    assert crashes <= BAD_TAKES + 1 + BAD_ATTEMPTS
    assert memory.dead == ["k17"]
    assert memory.handled == [key for key in KEYS if key != "k17"], "each once, in order"


def test_the_last_of_all_dies_too_where_none_comes_by_any_more() -> None:
    memory = Memory(["k0"], "k0", Crash())
    assert crashed(memory, 20) <= BAD_TAKES + 2 * BAD_ATTEMPTS
    assert memory.dead == ["k0"]


def test_an_error_of_ours_that_names_no_record_is_found_within_one_process() -> None:
    async def work() -> int:
        memory, attempts, errors = Memory(KEYS, "k39", RecursionError("too deep")), Attempts(), 0
        while len(memory.handled) + len(memory.dead) < len(KEYS):
            try:
                await memory.own(failed=errors > 0, attempts=attempts)
            except RecursionError as error:
                errors += 1
                attempts.failed(error, away=False)
            assert errors < 20
        assert memory.dead == ["k39"]
        assert memory.handled == KEYS[:-1]
        return errors

    assert asyncio.run(work()) <= 2 + BAD_ATTEMPTS


def test_kills_at_random_make_no_dead_letter() -> None:
    """Each ends the process over another record, as a kill -9 from outside does."""
    memory = Memory(KEYS, "", Crash())
    for bad in (*KEYS[:12], *KEYS[3:9]):
        memory.bad = bad
        with contextlib.suppress(Crash):
            asyncio.run(memory.own())
    memory.bad = ""
    asyncio.run(memory.own())
    assert memory.dead == []
    assert memory.handled == KEYS


def test_a_store_that_is_away_makes_no_dead_letter_however_often() -> None:
    async def work() -> Memory:
        memory, attempts = Memory(KEYS, "k5", TimeoutError("the store")), Attempts()
        for number in range(30):
            try:
                await memory.own(failed=number == 0, attempts=attempts)
            except TimeoutError as error:
                attempts.failed(error, away=True)
        memory.bad = ""
        await memory.own(attempts=attempts)
        return memory

    memory = asyncio.run(work())
    assert (memory.dead, memory.handled) == ([], KEYS)


def test_a_partition_that_nothing_waits_in_is_not_taken_apart() -> None:
    assert Apart.after(Entry(partition=0, epoch=9, takes=50), 0, failed=False).left == 0


def test_pieces_grow_while_they_go_well() -> None:
    apart, sizes = Apart(1000), list[int]()
    while apart.left:
        sizes.append(apart.size)
        apart.passed(sizes[-1])
    assert sizes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 489]
