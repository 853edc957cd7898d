"""Notify's fold: facts to notices, contacts to where they belong, and what the log of contacts needs."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, cast

import msgspec
import pytest

from services.contracts.assignments import AssignmentNotice
from services.contracts.cases import CaseFact
from services.contracts.codec import Event, decode
from services.contracts.directory import Department, DirectoryChanged
from services.contracts.submissions import ContactGiven
from services.contracts.topics import CASES, CONTACTS, assignments
from services.notify.ports import Loaded
from services.notify.worker import TellingFold, TellingReader
from services.runtime.batches import Batch, Incoming, Outgoing
from services.runtime.directory import Directory, DirectorySnapshot
from tests.unit.routing.street import T0, ask, judged, submission

from .facts import Case, task

FACTS = judged(
    [
        submission("1", category="leak", contact_digest="right"),
        ask("dispatch", "dispatcher", department="roads"),
        ask("close", "source", action_id="too-early"),
    ]
).facts
CASE = FACTS[0].case_id
RIGHT = ContactGiven(case_id=CASE, name="甲", phone="13800138000", digest="right")
WRONG = ContactGiven(case_id=CASE, name="乙", phone="13800138001", digest="wrong")


class Store:
    """Nothing was there before."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def load(self, case_ids: Sequence[str]) -> Loaded:
        self.asked += case_ids
        return Loaded(cases={}, contacts={})

    def writes(self, partition: int, cases: Any, contacts: Any, kept: Any) -> dict[str, Sequence[Any]]:
        return {"cases": list(cases), "contacts": list(contacts), "assignments": [item.seq for item in kept]}


class Topics:
    def __init__(self) -> None:
        self.made: set[str] = set()

    async def ensure(self, departments: set[str]) -> None:
        self.made |= departments


def incoming(data: Any, topic: str = CASES.name) -> Incoming:
    event = None if data is None else Event(id="1", source="/test", time=T0, data=data)
    return Incoming(topic=topic, partition=3, offset=0, timestamp=T0, key=CASE, event=event)


class Follower:
    """The directory as it is read: `parks` came with version 9."""

    def __init__(self, version: int = 8) -> None:
        self.version = version

    @property
    def snapshot(self) -> DirectorySnapshot:
        rows = {"department": {"parks": Department(name="绿化")}} if self.version >= 9 else {}
        return DirectorySnapshot(version=self.version, rows=MappingProxyType(cast(Any, rows)))

    async def wait_version(self, version: int) -> None:
        self.version = max(self.version, version)


async def fold_of(records: Sequence[Incoming], version: int = 9) -> tuple[TellingFold, Store, Topics]:
    store, topics = Store(), Topics()
    reader = TellingReader(store, topics, cast(Directory, Follower(version)))
    folds = await reader.load([Batch(partition=3, number=1, records=records, next_seq=8)])
    fold = folds[3]
    assert isinstance(fold, TellingFold)
    return fold, store, topics


def read(made: Sequence[Outgoing]) -> list[tuple[str, int, Any]]:
    return [
        (one.topic, one.partition, decode(one.value, one.headers).data if one.value is not None else None)
        for one in made
    ]


async def test_topics_of_all_departments_concerned_are_there_before_their_first_record() -> None:
    _, store, topics = await fold_of([incoming(fact) for fact in FACTS])
    assert topics.made == {"housing", "roads", "parks"}
    assert store.asked == [CASE]


async def test_topics_of_assistants_and_of_those_summoned_are_there_too() -> None:
    case = Case(lead="a")
    made = [
        case.moved("assist", "assisted", summary={"tasks": (task("b"),)}, department="b"),
        case.moved("whistle", "whistled", departments=("c", "d")),
    ]
    unchecked = msgspec.structs.replace(case.moved("whistle", "whistled", departments=("no such",)), outcome="refused")
    _, _, topics = await fold_of([incoming(fact) for fact in (*made, unchecked)])
    assert topics.made == {"a", "b", "c", "d", "parks"}


async def test_a_party_is_a_department_where_routing_s_directory_had_it() -> None:
    """Also where ours is behind, and the next owner's must not be."""
    case = Case(lead="a")
    submitted = case.fact("submit", ["received"], submission=FACTS[0].submission)
    asked = case.moved("consult", "consulted", parties=("parks", "某大学"))
    fold, _, topics = await fold_of([incoming(asked)], version=8)
    assert topics.made == {"a"}
    asked = msgspec.structs.replace(asked, directory_version=9)
    fold, _, topics = await fold_of([incoming(asked)], version=8)
    assert (topics.made, fold.directory_version) == ({"a", "parks"}, 9)
    fold.apply(incoming(submitted))
    assert [topic for topic, _, _ in read(fold.apply(incoming(asked)))] == [assignments("parks").name]


async def test_a_fact_becomes_notices_to_departments_numbered_in_the_partition() -> None:
    fold, _, _ = await fold_of([])
    told = [read(fold.apply(incoming(fact))) for fact in FACTS]
    assert [
        [(topic, data.notice) for topic, _, data in some if isinstance(data, AssignmentNotice)] for some in told
    ] == [
        [],
        [],
        [(assignments("housing").name, "assigned")],
        [(assignments("housing").name, "withdrawn"), (assignments("roads").name, "assigned")],
        [],
    ]
    assert fold.next_seq == 11
    assert fold.writes() == {"cases": [CASE], "contacts": [CASE], "assignments": [8, 9, 10]}
    assert fold.documents == 5


@pytest.mark.parametrize("fact_first", [True, False])
async def test_a_wrong_contact_is_answered_with_the_right_one_and_a_right_one_with_nothing(fact_first: bool) -> None:
    fold, _, _ = await fold_of([])
    fact, right, wrong = (incoming(FACTS[0]), incoming(RIGHT, CONTACTS.name), incoming(WRONG, CONTACTS.name))
    order = [fact, right, wrong] if fact_first else [right, wrong, fact]
    answers = [read(fold.apply(record)) for record in order]
    assert answers == [[], [], [(CONTACTS.name, 3, RIGHT)]]


async def test_after_a_tombstone_each_contact_is_answered_with_another() -> None:
    fold, _, _ = await fold_of([])
    fold.apply(incoming(FACTS[0]))
    assert fold.apply(incoming(None, CONTACTS.name)) == ()
    assert read(fold.apply(incoming(RIGHT, CONTACTS.name))) == [(CONTACTS.name, 3, None)]


async def test_what_is_neither_is_refused_by_name_and_changes_nothing() -> None:
    fold, _, _ = await fold_of([])
    with pytest.raises(ValueError, match="carries facts and contacts; this is DirectoryChanged"):
        fold.apply(incoming(DirectoryChanged(kind="key", id="x", version=1)))
    with pytest.raises(ValueError, match="carries facts and contacts; this is NoneType"):
        fold.apply(incoming(None))
    with pytest.raises(ValueError, match="came before its submission"):
        fold.apply(incoming(FACTS[2]))
    assert (fold.next_seq, fold.documents) == (8, 0)


async def test_the_next_batch_knows_what_the_one_under_way_will_leave() -> None:
    fold, store, topics = await fold_of([])
    for record in (*map(incoming, FACTS[:3]), incoming(RIGHT, CONTACTS.name)):
        fold.apply(record)
    reader = TellingReader(store, topics, cast(Directory, Follower()))
    batch = Batch(partition=3, number=2, records=[incoming(FACTS[3])], next_seq=fold.next_seq, before=fold)
    following = (await reader.load([batch]))[3]
    made = read(following.apply(incoming(FACTS[3])))
    assert [data.notice for _, _, data in made if isinstance(data, AssignmentNotice)] == ["withdrawn", "assigned"]
    assert read(following.apply(incoming(WRONG, CONTACTS.name))) == [(CONTACTS.name, 3, RIGHT)]
    assert following.next_seq == 11


async def test_a_fact_that_comes_late_does_not_take_the_case_back() -> None:
    fold, _, _ = await fold_of([])
    for fact in (FACTS[0], FACTS[3], FACTS[2]):
        fold.apply(incoming(fact))
    late = read(fold.apply(incoming(FACTS[2])))
    assert [data.department for _, _, data in late if isinstance(data, AssignmentNotice)] == ["housing"]
    told = msgspec.json.encode([data for _, _, data in late])
    assert b"13800138000" not in told


def test_the_facts_are_what_the_tests_think_they_are() -> None:
    assert [(fact.action, fact.outcome) for fact in FACTS] == [
        ("submit", "applied"),
        ("accept", "applied"),
        ("dispatch", "applied"),
        ("dispatch", "applied"),
        ("close", "refused"),
    ]
    assert all(isinstance(fact, CaseFact) for fact in FACTS)
