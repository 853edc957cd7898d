"""One batch of one partition: each command judged against the case as the commands before it left it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain, repeat

from services.contracts.actions import ActionRequested
from services.contracts.cases import CaseFact
from services.contracts.submissions import SubmissionReceived

from .domain.case import Command, decide, evolve
from .domain.refusals import conflicting_action
from .domain.rules import Rules
from .domain.state import CaseState, Decision, command_digest
from .ports import CommandKey, Loaded


class NotACommand(ValueError):
    """The record is none of what routing judges."""


def key_of(command: object) -> CommandKey:
    """NotACommand where it is neither a submission nor an action."""
    if isinstance(command, SubmissionReceived):
        return CommandKey(command.case_id, command.actor.sender, "submit", True)
    if isinstance(command, ActionRequested):
        return CommandKey(command.case_id, command.actor.sender, command.action_id, False)
    raise NotACommand(f"routing judges submissions and actions; this is {type(command).__name__}")


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

    def judge(self, command: Command, recorded_at: datetime) -> list[CaseFact]:
        """The command's facts, in order; none for a repeat. Leaves the bench as it was: `keep` takes them."""
        key, digest = key_of(command), command_digest(command)
        case = self.changed.get(key.case_id) or self._loaded.cases.get(key.case_id)
        before = self._digests.get(key) or self._loaded.judged.get(key, frozenset())
        if digest in before:
            return []
        if before and isinstance(command, ActionRequested):
            decisions: tuple[Decision, ...] = (conflicting_action(case, command),)
        else:
            decisions = decide(case, command, self.rules, recorded_at)
        return [
            _fact(decision, self.partition, self.next_seq + index, recorded_at, self.rules.version, said)
            for index, (decision, said) in enumerate(zip(decisions, chain((digest,), repeat("")), strict=False))
        ]

    def keep(self, facts: Sequence[CaseFact]) -> None:
        """What `judge` gave, or the log has, now stands."""
        for fact in facts:
            if fact.outcome == "applied":
                case = self.changed.get(fact.case_id) or self._loaded.cases.get(fact.case_id)
                self.changed[fact.case_id] = evolve(case, _decision(fact))
                self.newest[fact.case_id] = fact
            if fact.command_digest:
                key = CommandKey.answered(fact)
                known = self._digests.get(key) or self._loaded.judged.get(key, frozenset())
                self._digests[key] = known | {fact.command_digest}
        self.next_seq += len(facts)


def _fact(
    decision: Decision, partition: int, seq: int, recorded_at: datetime, directory_version: int, digest: str
) -> CaseFact:
    shared = {name: getattr(decision, name) for name in decision.__struct_fields__}
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
