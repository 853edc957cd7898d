"""Notify's use of the runtime's worker: load, tell, give out notices."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.contracts.assignments import AssignmentNotice
from services.contracts.cases import CaseFact
from services.contracts.codec import Event, encode
from services.contracts.submissions import ContactGiven
from services.contracts.topics import CONTACTS, assignments
from services.runtime.batches import Batch, Fold, Incoming, Outgoing
from services.runtime.directory import Directory

from .domain.contact import Step
from .handlers import Telling, departments_of, tombstone
from .ports import DepartmentTopics, Loaded, NotifyStore


class TellingFold:
    """One partition's batch."""

    def __init__(self, telling: Telling, store: NotifyStore, directory_version: int) -> None:
        self.directory_version = directory_version
        self._telling = telling
        self._store = store

    @property
    def next_seq(self) -> int:
        """Of the next notice."""
        return self._telling.next_seq

    @property
    def documents(self) -> int:
        """Changed so far: the runtime cuts the batch in time."""
        telling = self._telling
        return len(telling.cases) + len(telling.contacts) + len(telling.kept)

    def apply(self, record: Incoming) -> Sequence[Outgoing]:
        """A fact's notices; a tombstone where a contact must not stay on the log."""
        message = record.event.data if record.event else None
        if isinstance(message, CaseFact):
            made, step = self._telling.fact(message)
            return [_record(notice, record) for notice in made] + _answer(step, record)
        if isinstance(message, ContactGiven):
            return _answer(self._telling.contact(message), record)
        if message is None and record.topic == CONTACTS.name:
            self._telling.erase(record.key)
            return ()
        raise ValueError(f"{record.topic} carries facts and contacts; this is {type(message).__name__}")

    def left(self, loaded: Loaded) -> Loaded:
        """Cases as this batch leaves them."""
        telling = self._telling
        return Loaded(cases={**loaded.cases, **telling.cases}, contacts={**loaded.contacts, **telling.contacts})

    def writes(self) -> Mapping[str, Sequence[Any]]:
        """The batch's documents."""
        telling = self._telling
        return self._store.writes(telling.partition, telling.cases, telling.contacts, telling.kept)


class TellingReader:
    """The worker's reader."""

    def __init__(self, store: NotifyStore, topics: DepartmentTopics, directory: Directory) -> None:
        self._store = store
        self._topics = topics
        self._directory = directory

    async def load(self, batches: Sequence[Batch]) -> Mapping[int, Fold]:
        """Cases and contacts of all partitions at once; topics before their first record."""
        facts = [
            record.event.data
            for batch in batches
            for record in batch.records
            if record.event is not None and isinstance(record.event.data, CaseFact)
        ]
        # a department that routing knew when it judged must not be taken for a party from outside
        await self._directory.wait_version(
            max((fact.directory_version for fact in facts if fact.details.parties), default=0)
        )
        snapshot = self._directory.snapshot
        departments = frozenset(snapshot.rows.get("department", {}))
        await self._topics.ensure(departments_of(facts) | departments)
        loaded = await self._store.load(list({record.key for batch in batches for record in batch.records}))
        return {
            batch.partition: TellingFold(
                Telling(batch.partition, batch.next_seq, batch.as_left(loaded), departments),
                self._store,
                snapshot.version,
            )
            for batch in batches
        }


def _answer(step: Step | None, cause: Incoming) -> list[Outgoing]:
    """What the log of contacts needs, for the same case and so in the same partition."""
    if step is not None and step.tombstone:
        return [tombstone(cause.key, cause.partition)]
    if step is None or step.again is None:
        return []
    again = step.again
    value, headers = encode(
        Event(
            id=f"{again.case_id}/{again.digest}",
            source="/mingshao/notify",
            time=cause.timestamp,
            subject=again.case_id,
            data=again,
        )
    )
    key = again.case_id.encode()
    return [Outgoing(topic=CONTACTS.name, partition=cause.partition, key=key, value=value, headers=headers)]


def _record(notice: AssignmentNotice, cause: Incoming) -> Outgoing:
    value, headers = encode(
        Event(id=notice.id, source="/mingshao/notify", time=cause.timestamp, subject=notice.case_id, data=notice)
    )
    return Outgoing(
        topic=assignments(notice.department).name,
        partition=0,
        key=notice.case_id.encode(),
        value=value,
        headers=headers,
    )
