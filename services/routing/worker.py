"""Routing's use of the runtime's worker: load, judge, give out facts."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.contracts.cases import CaseFact
from services.contracts.codec import Event, encode
from services.contracts.followups import FollowUpCommand
from services.contracts.topics import CASES
from services.runtime.batches import Batch, Fold, Incoming, Outgoing
from services.runtime.instruments import Refusals

from .domain.rules import Rules
from .handlers import Bench, NotACommand, PartitionOf, command_in, followup_record, key_of
from .ports import CaseStore, CommandKey, Loaded

RulesNow = Callable[[], Rules]


class JudgingFold:
    """One partition's batch on its bench."""

    def __init__(self, bench: Bench, store: CaseStore, refusals: Refusals, place: PartitionOf) -> None:
        self.directory_version = bench.rules.version
        self._place = place
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
        command = command_in(record.event.data if record.event else None)
        if command.case_id != record.key:
            raise NotACommand(f"the record's key {record.key!r} is not the command's case {command.case_id!r}")
        judged = self._bench.judge(command, record.timestamp)
        # before anything is kept: what cannot be published or stored makes this record a dead letter, whereas an
        # error in `writes` would be taken for the store's and tried for ever
        made = [_record(fact) for fact in judged]
        lines = [self._store.line(fact) for fact in judged]
        self._bench.keep(judged)
        made += [self._followup(one, record) for one in self._bench.owed(command, judged)]
        self._lines.extend(lines)
        for fact in judged:
            if fact.refusal is not None:
                self._refusals.count(fact.refusal.code)
        return made

    def _followup(self, told: FollowUpCommand, cause: Incoming) -> Outgoing:
        return followup_record(told, f"{cause.topic}/{cause.partition}/{cause.offset}", cause.timestamp, self._place)

    def left(self, loaded: Loaded) -> Loaded:
        """Cases as this batch leaves them."""
        return self._bench.left(loaded)

    def writes(self) -> Mapping[str, Sequence[Any]]:
        """The batch's documents."""
        return self._store.writes(self._bench.partition, self._bench.changed, self._bench.newest, self._lines)


class JudgingReader:
    """The worker's reader."""

    def __init__(self, store: CaseStore, rules: RulesNow, refusals: Refusals, place: PartitionOf) -> None:
        self._store = store
        self._rules = rules
        self._refusals = refusals
        self._place = place

    async def load(self, batches: Sequence[Batch]) -> Mapping[int, Fold]:
        """A bench for each partition, all under one version of the directory."""
        rules = self._rules()
        loaded = await self._store.load([key for batch in batches for key in _keys(batch)])
        return {
            batch.partition: JudgingFold(
                Bench(batch.partition, batch.next_seq, batch.as_left(loaded), rules),
                self._store,
                self._refusals,
                self._place,
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
