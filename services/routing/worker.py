"""Routing's use of the runtime's worker: load, judge, give out facts."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.contracts.actions import ActionRequested
from services.contracts.cases import CaseFact
from services.contracts.codec import Event, encode
from services.contracts.submissions import SubmissionReceived
from services.contracts.topics import CASES
from services.runtime.batches import Batch, Fold, Incoming, Outgoing
from services.runtime.directory import Directory
from services.runtime.instruments import Refusals

from .domain.rules import rules_of
from .handlers import Bench, NotACommand, key_of
from .ports import CaseStore, CommandKey


class JudgingFold:
    """One partition's batch on its bench."""

    def __init__(self, bench: Bench, store: CaseStore, refusals: Refusals) -> None:
        self.directory_version = bench.rules.version
        self._bench = bench
        self._store = store
        self._refusals = refusals
        self._lines: list[Mapping[str, Any]] = []

    @property
    def next_seq(self) -> int:
        """Of the next fact."""
        return self._bench.next_seq

    @property
    def documents(self) -> int:
        """Changed so far."""
        return len(self._bench.changed) + len(self._lines)

    def apply(self, record: Incoming) -> Sequence[Outgoing]:
        """Judge one command; its facts as records of `cases`."""
        command = record.event.data if record.event else None
        if not isinstance(command, SubmissionReceived | ActionRequested):
            raise NotACommand(f"routing judges submissions and actions; this is {type(command).__name__}")
        if command.case_id != record.key:
            raise NotACommand(f"the record's key {record.key!r} is not the command's case {command.case_id!r}")
        judged = self._bench.judge(command, record.timestamp)
        # before anything is kept: what cannot be published or stored makes this record a dead letter, whereas an
        # error in `writes` would be taken for the store's and tried for ever
        made = [_record(fact) for fact in judged]
        lines = [self._store.line(fact) for fact in judged]
        self._bench.keep(judged)
        self._lines.extend(lines)
        for fact in judged:
            if fact.refusal is not None:
                self._refusals.count(fact.refusal.code)
        return made

    def writes(self) -> Mapping[str, Sequence[Any]]:
        """The batch's documents."""
        return self._store.writes(self._bench.partition, self._bench.changed, self._bench.newest, self._lines)


class JudgingReader:
    """The worker's reader."""

    def __init__(self, store: CaseStore, directory: Directory, refusals: Refusals) -> None:
        self._store = store
        self._directory = directory
        self._refusals = refusals

    async def load(self, batches: Sequence[Batch]) -> Mapping[int, Fold]:
        """A bench for each partition, all under one version of the directory."""
        snapshot = self._directory.snapshot
        rules = rules_of(snapshot.version, snapshot.rows)
        loaded = await self._store.load([key for batch in batches for key in _keys(batch)])
        return {
            batch.partition: JudgingFold(
                Bench(batch.partition, batch.next_seq, loaded, rules), self._store, self._refusals
            )
            for batch in batches
        }


def _keys(batch: Batch) -> list[CommandKey]:
    keys = []
    for record in batch.records:
        try:
            keys.append(key_of(record.event.data if record.event else None))
        except NotACommand:
            continue  # its turn comes in `apply`, where it becomes a dead letter
    return keys


def _record(fact: CaseFact) -> Outgoing:
    value, headers = encode(
        Event(
            id=f"{fact.partition}.{fact.seq}",
            source="/mingshao/routing",
            time=fact.recorded_at,
            subject=fact.case_id,
            sequence=fact.seq,
            data=fact,
        )
    )
    return Outgoing(topic=CASES.name, partition=fact.partition, key=fact.case_id.encode(), value=value, headers=headers)
