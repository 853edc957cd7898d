"""One batch of one partition: each command judged against the case as the commands before it left it."""

from datetime import datetime

from services.contracts.actions import ActionRequested
from services.contracts.cases import CaseFact
from services.contracts.submissions import SubmissionReceived

from .domain.case import Command, decide, evolve
from .domain.refusals import conflicting_action
from .domain.rules import Rules
from .domain.state import CaseState, Decision, command_digest
from .ports import CommandKey, Judged, Loaded


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
        self.judged: list[Judged] = []
        self._loaded = loaded
        self._digests: dict[CommandKey, frozenset[str]] = {}

    def judge(self, command: Command, recorded_at: datetime) -> list[Judged]:
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
            Judged(
                fact=_fact(decision, self.partition, self.next_seq + index, recorded_at, self.rules.version),
                key=key if index == 0 else CommandKey(key.case_id, "routing", decision.action_id, False),
                digest=digest if index == 0 else "",
            )
            for index, decision in enumerate(decisions)
        ]

    def keep(self, judged: list[Judged]) -> None:
        """What `judge` gave now stands."""
        for item in judged:
            if item.fact.outcome == "applied":
                case = self.changed.get(item.fact.case_id) or self._loaded.cases.get(item.fact.case_id)
                self.changed[item.fact.case_id] = evolve(case, _decision(item.fact))
                self.newest[item.fact.case_id] = item.fact
            if item.digest:
                known = self._digests.get(item.key) or self._loaded.judged.get(item.key, frozenset())
                self._digests[item.key] = known | {item.digest}
        self.judged.extend(judged)
        self.next_seq += len(judged)


def _fact(decision: Decision, partition: int, seq: int, recorded_at: datetime, directory_version: int) -> CaseFact:
    shared = {name: getattr(decision, name) for name in decision.__struct_fields__}
    return CaseFact(
        **shared,
        partition=partition,
        seq=seq,
        outcome="applied" if decision.applied else "refused",
        recorded_at=recorded_at,
        directory_version=directory_version,
    )


def _decision(fact: CaseFact) -> Decision:
    return Decision(**{name: getattr(fact, name) for name in Decision.__struct_fields__})


def rebuilt(facts: list[CaseFact]) -> CaseState | None:
    """A case from its facts alone: replay uses only `evolve`."""
    case: CaseState | None = None
    for fact in facts:
        if fact.outcome == "applied":
            case = evolve(case, _decision(fact))
    return case
