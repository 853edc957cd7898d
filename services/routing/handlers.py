"""One batch of one partition: each command judged against the case as the commands before it left it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import chain, repeat

import msgspec

from services.contracts.actions import ActionRequested
from services.contracts.actors import ROUTING
from services.contracts.cases import CaseFact
from services.contracts.codec import Event, encode
from services.contracts.followups import FollowUpCommand
from services.contracts.submissions import SubmissionReceived
from services.contracts.topics import FOLLOWUPS
from services.runtime.batches import Outgoing

from .domain.authority import was_own
from .domain.case import Command, Judged, evolve, judge
from .domain.joins import owed
from .domain.refusals import conflicting_action
from .domain.rules import Rules
from .domain.state import CaseState, Decision, command_digest
from .ports import CommandKey, Loaded

PartitionOf = Callable[[str, bytes], int]
"""Where a key of a topic goes."""


class NotACommand(ValueError):
    """The record is none of what routing judges."""


def command_in(message: object) -> Command:
    """NotACommand where it is neither a submission nor an action nor a followup."""
    if isinstance(message, SubmissionReceived | ActionRequested | FollowUpCommand):
        return message
    raise NotACommand(f"routing judges submissions, actions and followups; this is {type(message).__name__}")


def key_of(message: object) -> CommandKey:
    """NotACommand as above."""
    command = command_in(message)
    if isinstance(command, SubmissionReceived):
        return CommandKey(command.case_id, command.actor.sender, "submit", True)
    if isinstance(command, ActionRequested):
        return CommandKey(command.case_id, command.actor.sender, command.action_id, False)
    return CommandKey(command.case_id, ROUTING.sender, "", False)


class Bench:
    """Where a batch is judged: what was loaded, and what its own commands changed since."""

    def __init__(self, partition: int, next_seq: int, loaded: Loaded, rules: Rules) -> None:
        self.next_seq = next_seq
        self.partition = partition
        self.rules = rules
        self.changed: dict[str, CaseState] = {}
        self.newest: dict[str, CaseFact] = {}
        self._loaded = loaded
        self._digests: dict[CommandKey, frozenset[str]] = {}
        self._last: tuple[list[CaseFact], Judged] = ([], Judged((), None))

    def judge(self, command: Command, recorded_at: datetime) -> list[CaseFact]:
        """The command's facts, in order; none for a repeat. Leaves the bench as it was: `keep` takes them."""
        if isinstance(command, FollowUpCommand):
            # whether it has an effect, the case alone says: such commands may come again and again
            judged = judge(self.case(command.case_id), command, self.rules, recorded_at)
            return self._facts(judged, recorded_at, "")
        key, digest = key_of(command), command_digest(command)
        case = self.case(key.case_id)
        before = self._digests.get(key) or self._loaded.judged.get(key, frozenset())
        if digest in before:
            return []
        if isinstance(command, ActionRequested) and case is not None and not was_own(command.actor, case):
            case = None  # who has no part in a case is told what is told of one that is not there
        if before and isinstance(command, ActionRequested):
            judged = Judged((conflicting_action(case, command, recorded_at),), case)
        else:
            judged = judge(case, command, self.rules, recorded_at)
        return self._facts(judged, recorded_at, digest)

    def left(self, loaded: Loaded) -> Loaded:
        """What was loaded, as the commands so far left it."""
        return Loaded(cases={**loaded.cases, **self.changed}, judged={**loaded.judged, **self._digests})

    def case(self, case_id: str) -> CaseState | None:
        """As the commands so far left it."""
        return self.changed.get(case_id) or self._loaded.cases.get(case_id)

    def owed(self, command: Command, facts: Sequence[CaseFact]) -> list[FollowUpCommand]:
        """What other cases must be told once `facts` are kept."""
        last, judged = self._last
        decisions = judged.decisions if facts is last else [_decision(fact) for fact in facts]
        return list(owed(self.case(command.case_id), command, decisions))

    def _facts(self, judged: Judged, recorded_at: datetime, digest: str) -> list[CaseFact]:
        facts = [
            _fact(decision, self.partition, self.next_seq + index, recorded_at, self.rules.version, said)
            for index, (decision, said) in enumerate(zip(judged.decisions, chain((digest,), repeat("")), strict=False))
        ]
        self._last = facts, judged
        return facts

    def keep(self, facts: Sequence[CaseFact]) -> None:
        """What `judge` gave, or the log has, now stands."""
        last, judged = self._last
        for fact in facts:
            if fact.outcome == "applied":
                left = judged.case if facts is last else None  # judging it took these steps already
                self.changed[fact.case_id] = left or evolve(self.case(fact.case_id), _decision(fact))
                self.newest[fact.case_id] = fact
            if fact.command_digest:
                key = CommandKey.answered(fact)
                known = self._digests.get(key) or self._loaded.judged.get(key, frozenset())
                self._digests[key] = known | {fact.command_digest}
        self.next_seq += len(facts)


def _fact(
    decision: Decision, partition: int, seq: int, recorded_at: datetime, directory_version: int, digest: str
) -> CaseFact:
    shared = msgspec.structs.asdict(decision)
    del shared["recorded_at"]
    return CaseFact(
        **shared,
        partition=partition,
        seq=seq,
        outcome="applied" if decision.applied else "refused",
        recorded_at=recorded_at,
        directory_version=directory_version,
        command_digest=digest,
    )


def _decision(fact: CaseFact) -> Decision:
    return Decision(**{name: getattr(fact, name) for name in Decision.__struct_fields__})


def followup_record(told: FollowUpCommand, cause: str, now: datetime, place: PartitionOf) -> Outgoing:
    """One of `followups`, in the partition of the case it is for; `cause` makes its event's id."""
    key = told.case_id.encode()
    event = Event(
        id=f"{cause}/{type(told).__name__}/{told.case_id}",
        source="/mingshao/routing",
        time=now,
        subject=told.case_id,
        data=told,
    )
    value, headers = encode(event)
    partition = place(FOLLOWUPS.name, key)
    return Outgoing(topic=FOLLOWUPS.name, partition=partition, key=key, value=value, headers=headers)
