"""Routing inside the runtime's worker: its facts as records, and what becomes of a command that cannot be."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import pytest
from prometheus_client import CollectorRegistry

from services.contracts import topics
from services.contracts.actions import ActionRequested
from services.contracts.cases import CaseFact
from services.contracts.codec import Event, decode
from services.contracts.directory import DirectoryChanged
from services.contracts.messages import Message
from services.contracts.submissions import SubmissionReceived
from services.routing.domain.case import Command
from services.routing.handlers import NotACommand
from services.routing.worker import JudgingReader
from services.runtime.batches import Batch, Fold, Incoming, OversizeRecord
from services.runtime.instruments import Refusals
from tests.unit.routing.street import RULES, T0, MemoryStore, ask, submission


def record(data: Message | None, key: str | None = None, offset: int = 0) -> Incoming:
    subject = data.case_id if isinstance(data, SubmissionReceived | ActionRequested) else "x"
    return Incoming(
        topic=topics.TICKETS.name,
        partition=3,
        offset=offset,
        timestamp=T0,
        key=key or subject,
        event=Event(id="e", source="/test", time=T0, data=data) if data is not None else None,
    )


async def bench(
    *records: Incoming, store: MemoryStore | None = None, next_seq: int = 41, before: Fold | None = None
) -> tuple[Fold, MemoryStore]:
    store, registry = store or MemoryStore(), CollectorRegistry()
    reader = JudgingReader(store, lambda: RULES, Refusals(registry), lambda topic, key: 3)
    folds = await reader.load([Batch(partition=3, number=1, records=records, next_seq=next_seq, before=before)])
    return folds[3], store


def commands(*told: Command) -> list[Incoming]:
    return [record(command, offset=number) for number, command in enumerate(told)]


async def test_facts_go_to_the_case_s_partition_with_their_sequence() -> None:
    [incoming] = commands(submission(category="leak"))
    fold, _ = await bench(incoming)
    made = fold.apply(incoming)
    assert {(out.topic, out.partition, out.key) for out in made} == {(topics.CASES.name, 3, incoming.key.encode())}
    events = [decode(out.value, out.headers) for out in made]
    assert [(event.id, event.source, event.sequence) for event in events] == [
        (f"3.{seq}", "/mingshao/routing", seq) for seq in (41, 42, 43)
    ]
    assert all(event.time == T0 and event.subject == incoming.key for event in events)
    facts = [cast(CaseFact, event.data) for event in events]
    assert [(fact.action, fact.recorded_at, fact.directory_version) for fact in facts] == [
        (name, T0, 7) for name in ("submit", "accept", "dispatch")
    ]
    assert (fold.next_seq, fold.directory_version) == (44, 7)


async def test_a_batch_writes_each_case_once_and_each_fact_once() -> None:
    told = commands(submission(category="leak"), ask("sign", "department"), ask("close", "source"))
    fold, _ = await bench(*told)
    for incoming in told:
        fold.apply(incoming)
    writes = cast(Mapping[str, Any], fold.writes())
    [(case, newest)] = writes["cases"].values()
    assert (case.summary.state, newest.seq, newest.action) == ("signed", 44, "sign")
    assert len(writes["timeline"]) == 5


def outside(year_first: bool) -> datetime:
    """An instant that Python has and UTC's years 1 to 9999 have not."""
    zone = timezone(timedelta(hours=8 if year_first else -8))
    return datetime(1, 1, 1, tzinfo=zone) if year_first else datetime(9999, 12, 31, 23, tzinfo=zone)


@pytest.mark.parametrize(
    "impossible",
    [
        submission("2", attributes={"n": 10**23}),
        ask("amend", "source", action_id="big", fields={"attributes": {"n": 10**23}}),
        ask("amend", "source", action_id="long", fields={"text": "长" * 400_000}),
    ],
    ids=["a number too big", "an amended number too big", "too long"],
)
async def test_what_cannot_be_stored_raises_in_its_turn_and_leaves_no_trace(impossible: Command) -> None:
    first, bad, last = commands(submission(category="leak"), impossible, ask("sign", "department"))
    fold, store = await bench(first, bad, last)
    fold.apply(first)
    with pytest.raises((OverflowError, OversizeRecord)):
        fold.apply(bad)
    fold.apply(last)
    store.commit(fold.writes())
    assert [fact.seq for fact in store.facts] == [41, 42, 43, 44]
    assert [fact.action for fact in store.facts] == ["submit", "accept", "dispatch", "sign"]
    assert set(store.cases) == {first.key}


@pytest.mark.parametrize("year_first", [True, False], ids=["before the year 1", "after the year 9999"])
async def test_a_time_that_cannot_be_is_refused_and_the_fact_has_none_that_cannot(year_first: bool) -> None:
    at = outside(year_first)
    told = commands(
        submission(category="leak"),
        submission("2", source_due_at=at),
        submission("3", reported_at=at),
        ask("amend", "source", action_id="when", at=at),
        ask("hold", "dispatcher", action_id="till", until=at, reason="r"),
    )
    fold, store = await bench(*told)
    for incoming in told:
        fold.apply(incoming)
    store.commit(fold.writes())
    refused = {fact.action_id: fact for fact in store.facts if fact.refusal}
    assert [(fact.case_id, fact.refusal.code, *fact.refusal.fields) for fact in store.facts if fact.refusal] == [
        (submission("2").case_id, "bad_time", "source_due_at"),
        (submission("3").case_id, "bad_time", "reported_at"),
        (submission().case_id, "bad_time", "at"),
        (submission().case_id, "bad_time", "until"),
    ]
    assert refused["till"].details.until is None
    assert all(fact.at == T0 for fact in store.facts)
    assert set(store.cases) == {submission().case_id}


async def test_what_is_no_command_of_this_case_raises_and_is_not_loaded_for() -> None:
    other = record(DirectoryChanged(kind="key", id="x", version=1))
    foreign = record(submission(), key="t-another")
    tombstone = record(None, key="x")
    fold, _ = await bench(other, foreign, tombstone)
    for incoming in (other, foreign, tombstone):
        with pytest.raises(NotACommand):
            fold.apply(incoming)
    assert fold.next_seq == 41
    assert not any(fold.writes().values())


async def test_refusals_are_counted_by_their_code() -> None:
    registry = CollectorRegistry()
    [incoming] = commands(ask("sign", "department"))
    reader = JudgingReader(MemoryStore(), lambda: RULES, Refusals(registry), lambda topic, key: 3)
    fold = (await reader.load([Batch(partition=3, number=1, records=[incoming], next_seq=1)]))[3]
    fold.apply(incoming)
    assert registry.get_sample_value("mingshao_refusals_total", {"code": "unknown_case"}) == 1
    assert registry.get_sample_value("mingshao_refusals_total", {"code": "not_allowed"}) is None


@pytest.mark.parametrize("stored", [True, False], ids=["stored", "under way"])
async def test_the_next_batch_knows_what_the_last_one_left(stored: bool) -> None:
    told = commands(submission(category="leak"), ask("sign", "department"))
    last, store = await bench(told[0])
    last.apply(told[0])
    if stored:
        store.commit(last.writes())
    fold, _ = await bench(*told, store=store, next_seq=last.next_seq, before=None if stored else last)
    assert fold.apply(told[0]) == []
    [signed] = fold.apply(told[1])
    data = decode(signed.value, signed.headers).data
    assert isinstance(data, CaseFact)
    assert (data.version, data.seq, data.recorded_at.tzinfo) == (4, 44, UTC)
