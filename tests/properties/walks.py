"""A random walk: some cases on one bench, and whatever may happen to them, whoever asks for it."""

import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, get_args

import msgspec

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import Actor
from services.contracts.cases import CaseFact
from services.contracts.directory import Department, Limit
from services.contracts.followups import DirectoryApplied, FollowUpCommand
from services.routing.domain.authority import allowed_now, was_own
from services.routing.domain.case import Command
from services.routing.domain.reached import marks_due
from services.routing.domain.rules import Rules
from services.routing.domain.state import CaseState
from services.routing.handlers import Bench
from services.routing.ports import Loaded
from tests.unit.routing.street import NEEDED, T0, actor, submission
from tests.unit.routing.town import town

NUMBERS = ("1", "2", "3")
STEPS = 120
WEIGHTS: dict[ActionName, float] = {
    **dict.fromkeys(
        ("sign", "handle", "hold", "resume", "send_back", "verify", "refuse_return", "publish", "withdraw"), 6
    ),
    **dict.fromkeys(("merge", "reject", "void", "exclude", "correct"), 0.1),
}
"""So that a case is not over before it has begun."""
DEPARTMENTS = ("housing", "roads", "parks", "sewers")
PARTIES = (*DEPARTMENTS, "居委会")
ACTORS = (
    actor("source"), actor("source", "hotline"), *(actor("department", name) for name in DEPARTMENTS),
    actor("dispatcher"), actor("dispatcher"), actor("supervisor"), actor("followup"),
)  # fmt: skip
RULES = town(
    remind_at=0.5,
    stopped_by_hold=["reply", "assist", "report", "contact"],
    redo_if_unsolved=True,
    most_redos=1,
    longest_extension=Limit(hours=90),
    archive_after_days=0.5,
    publish_from="replied",
)
SHRUNK = msgspec.structs.replace(
    RULES,
    version=8,
    departments={**RULES.departments, "sewers": Department(name="排水", successor="parks")},
    known_terms={},
)


class Walk:
    """Some cases on one bench, and a dice."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.rules: Rules = RULES
        self.now = T0
        self.facts: list[CaseFact] = []
        self.waiting: list[FollowUpCommand] = []
        self.bench = Bench(0, 1, Loaded(cases={}, judged={}), RULES)
        for number in NUMBERS:
            told = {"category": self.dice.choice((None, "leak", "noise", "sewer", "what"))}
            channel = self.dice.choice(("grid", "hotline", "mediation"))
            self.take(submission(number, channel=channel, confidential=self.dice.random() < 0.1, **told))

    def take(self, command: Command) -> list[CaseFact]:
        """Its facts, and what they make routing tell other cases waits."""
        made = self.bench.judge(command, self.now)
        self.bench.keep(made)
        self.facts += made
        self.waiting += self.bench.owed(command, made)
        return made

    def case(self, number: str) -> CaseState:
        """As it stands."""
        case = self.bench.case(submission(number).case_id)
        assert case is not None
        return case

    def step(self) -> list[CaseFact]:
        """Time passes, and something happens: an action, a message, a deadline, a change of the directory."""
        self.now += timedelta(hours=self.dice.choice((0, 0, 0.1, 1, 6)))
        case = self.case(self.dice.choice(NUMBERS))
        luck = self.dice.random()
        if luck < 0.1 and self.waiting:
            return self.take(self.waiting.pop(0))
        if luck < 0.2:
            due = list(marks_due(case, self.now))
            return self.take(self.dice.choice(due)) if due else []
        if luck < 0.22:
            self.bench.rules = self.rules = SHRUNK
            what = self.dice.choice(("successor", "policy"))
            return self.take(DirectoryApplied(case_id=case.case_id, what=what, at=self.now))  # type: ignore[arg-type]
        who = self.who(case)
        name: ActionName = self.dice.choice(get_args(ActionName))
        sensible = allowed_now(who, case, self.rules)
        if sensible and self.dice.random() < 0.85:
            (name,) = self.dice.choices(sensible, [WEIGHTS.get(name, 1) for name in sensible])
        return self.take(
            ActionRequested(
                case_id=case.case_id,
                action_id=f"a{len(self.facts)}",
                action=name,
                at=self.now - timedelta(hours=self.dice.choice((0, 0, 2))),
                details=ActionDetails(**self.details(name, case, who)),
                actor=who,
            )
        )

    def who(self, case: CaseState) -> Actor:
        """Mostly one that has a part in the case."""
        lead = (actor("department", case.department),) * 4
        who = self.dice.choice((*ACTORS, *lead))
        return who if was_own(who, case) or self.dice.random() < 0.15 else self.dice.choice((ACTORS[0], *lead))

    def details(self, name: ActionName, case: CaseState, who: Actor) -> dict[str, Any]:
        """What it needs, mostly as it makes sense."""
        dice, said = self.dice, dict(NEEDED.get(name, {}))
        department = dice.choice(DEPARTMENTS)
        if name == "recategorise":
            return said | {"category": dice.choice(("leak", "noise", "sewer", "what"))}
        if name == "dispatch":
            other = {"category": dice.choice(("leak", "noise", "sewer"))} if dice.random() < 0.2 else {}
            return other | {
                "department": department,
                "departments": tuple(dice.sample(DEPARTMENTS, dice.choice((0, 0, 1, 2)))),
            }
        if name in ("assist", "ask_assist", "release"):
            return said | {"department": department}
        if name == "refuse_return" and dice.random() < 0.5:
            return said | {"department": department}
        if name == "whistle":
            return said | {"departments": tuple(dice.sample(DEPARTMENTS, 2))}
        if name == "consult":
            return said | {"parties": tuple(dice.sample(PARTIES, 2))}
        if name == "opine":
            return {"text": said["text"]} | ({} if who.role == "department" else {"party": dice.choice(PARTIES)})
        if name in ("extend", "ask_extend", "hold", "ask_hold"):
            return said | {"until": self.now + timedelta(hours=dice.choice((5, 60, 160)))}
        if name in ("merge", "link"):
            return {"main": submission(dice.choice((*NUMBERS, "never"))).case_id}
        if name == "verify":
            return {"passed": dice.random() < 0.5}
        if name in ("follow_up", "rate"):
            return said | {"solved": dice.choice((True, None, False))}
        if name == "correct" and case.steps:
            step = dice.choice(case.steps)
            return {
                "corrects": step.action_id,
                "corrects_sender": step.sender,
                dice.choice(("text", "solved")): None,
            } | ({"text": "更正"} if step.action == "reply" else {"solved": dice.random() < 0.5})
        if name in ("hold", "extend", "assist", "exclude") and dice.random() < 0.5:
            return {"text": "同意"}
        return said


def walks(seed: int) -> Iterator[tuple[Walk, list[CaseFact]]]:
    """The walk after each step, and the facts that the step made."""
    walk = Walk(seed)
    yield walk, walk.facts[:]
    for _ in range(STEPS):
        yield walk, walk.step()
