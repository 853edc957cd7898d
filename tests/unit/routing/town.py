"""A street with policies, and one case on its way through it: what the tests of single moves are played on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from services.contracts.actions import ActionName, ActionRequested
from services.contracts.actors import Actor
from services.contracts.cases import CaseSummary, Occurrence
from services.contracts.directory import Category, Channel, Department, History, Limit, Policy
from services.contracts.followups import DeadlineReached
from services.contracts.promises import Clock
from services.routing.domain.case import Command, decide, evolve
from services.routing.domain.reached import marks_due
from services.routing.domain.rules import Rules
from services.routing.domain.state import CaseState, Decision
from tests.unit.routing.street import T0, ask, hours, submission

HOURS = {
    "sign": 4, "contact": 8, "return": 16, "inner": 60, "close": 200,
    "assist": 20, "report": 2, "opine": 48, "redo": 30,
}  # fmt: skip
GENERAL = Policy(
    name="一般",
    limits={name: Limit(hours=number) for name, number in HOURS.items()},  # type: ignore[misc]
    stopped_by_hold=["reply", "inner"],
    escalation=["department", "leader", "supervision"],
    step=Limit(hours=24),
)
TOWN = Rules(
    version=7,
    departments={
        "housing": Department(name="房管"),
        "roads": Department(name="市政"),
        "parks": Department(name="园林"),
        "sewers": Department(name="排水"),
        "older": Department(name="旧所", successor="old"),
        "old": Department(name="老所", successor="roads"),
    },
    categories={
        "noise": Category(name="噪声"),
        "leak": Category(name="漏水", department="housing", hours=100),
        "sewer": Category(name="下水", department="older"),
    },
    channels={
        "grid": Channel(
            name="网格", kind="ticket", authority={"self_handle": ["source"], "verify": ["source", "dispatcher"]}
        ),
        "hotline": Channel(name="热线", kind="ticket", authority={"hold": ["source"], "close": ["source"]}),
        "mediation": Channel(name="调解", kind="ticket"),
        "deliberation": Channel(name="协商", kind="opinion"),
    },
    policies={"general": GENERAL},
)


def town(*more: Policy, histories: Mapping[str, History] | None = None, **said: Any) -> Rules:
    """The same where the general policy says this instead, and there are more."""
    policies = {"general": msgspec.structs.replace(GENERAL, **said)} | {policy.name: policy for policy in more}
    return msgspec.structs.replace(TOWN, policies=policies, histories=histories or {}, known_terms={})


class Life:
    """One case, from its submission on; each step happens an hour after the last unless said."""

    def __init__(self, rules: Rules = TOWN, *, number: str = "1", now: datetime = T0, **told: Any) -> None:
        self.rules = rules
        self._number = number
        self.decisions: list[Decision] = []
        self._case: CaseState | None = None
        self._hour = 0.0
        self.tell(submission(number, **{"category": "leak", **told}), now)

    @property
    def case(self) -> CaseState:
        """As it stands."""
        assert self._case is not None
        return self._case

    @property
    def summary(self) -> CaseSummary:
        """The case's."""
        return self.case.summary

    def tell(self, command: Command, now: datetime = T0) -> list[Decision]:
        """Any command; what came of it."""
        made = list(decide(self._case, command, self.rules, now))
        for decision in made:
            if decision.applied:
                self._case = evolve(self._case, decision)
        self.decisions += made
        return made

    def do(self, action: ActionName, who: Actor | str, at: float | None = None, **details: Any) -> Decision:
        """Its own decision; AssertionError where it is refused."""
        self._hour = self._hour + 1 if at is None else at
        first, *_ = self.tell(self._ask(action, who, hours(self._hour), details))
        assert first.refusal is None, first.refusal
        return first

    def code(self, action: ActionName, who: Actor | str, at: float | None = None, **details: Any) -> str:
        """Why it would be refused, or `applied`; nothing of it stays."""
        when = hours(self._hour if at is None else at)
        first, *_ = decide(self.case, self._ask(action, who, when, details), self.rules, T0)
        return first.refusal.code if first.refusal else "applied"

    def marks(self, key: str, *, now: datetime | None = None) -> list[Decision]:
        """What comes of the next mark of the clock `key`, told just when it comes unless said."""
        clock = self.case.clocks[key]
        assert clock.next_at is not None, f"{key} has no mark to come"
        of = key.partition("/")[2] or None
        (told,) = [one for one in self.due(clock.next_at) if (one.clock, one.task) == (clock.name, of)]
        return self.tell(told, now or clock.next_at)

    def due(self, now: datetime) -> list[DeadlineReached]:
        """The marks it has come to by then."""
        return list(marks_due(self.case, now))

    def clock(self, key: str) -> Clock:
        """One of the case's."""
        return self.case.clocks[key]

    @property
    def occurred(self) -> list[Occurrence]:
        """All that stands."""
        return [one for step in self.case.steps for one in step.occurrences]

    def _ask(self, action: ActionName, who: Actor | str, at: datetime, details: dict[str, Any]) -> ActionRequested:
        return ask(action, who, number=self._number, action_id=f"a{len(self.decisions)}", at=at, **details)


def made(decision: Decision) -> list[tuple[str, str | None]]:
    """What a decision adds: each kind with its department."""
    return [(one.kind, one.dims.department) for one in decision.added]


def signed(rules: Rules = TOWN, **told: Any) -> Life:
    """With housing, signed in the second hour."""
    life = Life(rules, **told)
    life.do("sign", "department")
    return life


def handling(rules: Rules = TOWN, **told: Any) -> Life:
    """With housing, at work since the second hour."""
    life = signed(rules, **told)
    life.do("handle", "department")
    return life


def replied(rules: Rules = TOWN, **told: Any) -> Life:
    """Housing replied in the third hour."""
    life = handling(rules, **told)
    life.do("reply", "department")
    return life


def closed(rules: Rules = TOWN, **told: Any) -> Life:
    """Closed in the fourth hour."""
    life = replied(rules, **told)
    life.do("close", "dispatcher")
    return life
