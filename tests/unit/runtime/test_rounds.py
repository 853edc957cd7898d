"""What a round takes from the one under way: only what is of the same owner of a partition."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

from services.runtime.batches import Batch, Fold, Incoming, Outgoing
from services.runtime.failpoints import Failpoints
from services.runtime.folding import Folded, Read
from services.runtime.instruments import Instruments
from services.runtime.ledger import Change, Entry, Ledger
from services.runtime.ownership import Owned, Ownership
from services.runtime.pace import Pace
from services.runtime.rounds import Rounds

ENTRY = Entry(partition=0, epoch=1)
DEAD = "in/0/7"


class Seen:
    """Keeps the keys that it was given, after those that it was loaded with."""

    next_seq, directory_version, documents = 1, 0, 1

    def __init__(self, keys: list[str]) -> None:
        self.keys = keys

    def left(self, loaded: list[str]) -> list[str]:
        return [*loaded, *self.keys]

    def apply(self, record: Incoming) -> Sequence[Outgoing]:
        self.keys.append(record.key)
        return ()

    def writes(self) -> Mapping[str, Sequence[Any]]:
        return {}


class Reader:
    async def load(self, batches: Sequence[Batch]) -> Mapping[int, Fold]:
        return {batch.partition: Seen(batch.as_left(["stored"])) for batch in batches}


class Aside:
    """The ledger of a store in which the letter is set aside."""

    async def aside(self, dead: Sequence[str]) -> set[str]:
        return set(dead)


@pytest.mark.parametrize(("same", "expected"), [(True, ["stored", "under way"]), (False, ["stored", "replayed"])])
async def test_of_a_partition_that_was_taken_again_nothing_is_under_way(same: bool, expected: list[str]) -> None:
    ownership, owned = Ownership(), Owned(ENTRY)
    ownership.owned[0] = owned
    incoming = cast(Incoming, SimpleNamespace(key="replayed", topic="in"))
    raw = SimpleNamespace(topic="replays", partition=0, offset=1, timestamp=1)
    owned.fetched.append(Read(raw=raw, incoming=incoming, flaw=None, sequence=None, replay_of=DEAD))
    rounds = Rounds(
        service="routing",
        reader=Reader(),
        ledger=cast(Ledger, Aside()),
        ownership=ownership,
        pace=Pace(),
        instruments=Instruments(CollectorRegistry()),
        failpoints=Failpoints(""),
        sequence_topic=None,
    )
    # which has applied the letter, and will be committed only if the partition was not lost meanwhile
    change = Change(before=ENTRY, after=ENTRY, writes={}, aside={DEAD: False})
    batch = Folded(fold=Seen(["under way"]), change=change, outgoing=[], taken=1, dead=0)
    under_way = {0: (owned if same else Owned(ENTRY), batch)}
    ((_, folded),) = (await rounds.fold(under_way)).values()
    assert cast(Seen, folded.fold).keys == expected
