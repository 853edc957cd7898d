"""Thousands of random actions on a few cases: tables, tasks, requests, clocks and replay hold at every step."""

import random
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise
from typing import Any, get_args

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import Actor
from services.contracts.cases import NOW_CLOSED, TASK_OPEN, CaseFact, CaseSummary, Task
from services.contracts.directory import Department, Limit
from services.contracts.followups import DirectoryApplied, FollowUpCommand
from services.contracts.promises import clock_key
from services.routing.api.views import next_moves
from services.routing.domain.authority import allowed_now
from services.routing.domain.case import Command
from services.routing.domain.moves import ANY_OPEN, MOVES
from services.routing.domain.reached import marks_due
from services.routing.domain.rules import Rules
from services.routing.domain.state import CaseState
from services.routing.domain.tasks import TASK_MOVES
from services.routing.handlers import Bench
from services.routing.ports import Loaded
from tests.recount.table import DROPS, GRANTS, OPENS, REFUSES
from tests.unit.routing.street import NEEDED, T0, actor, rebuilt, submission
from tests.unit.routing.town import town

NUMBERS = ("1", "2", "3")
STEPS = 120
WEIGHTS: dict[ActionName, float] = {
    **dict.fromkeys(
        ("sign", "handle", "hold", "resume", "send_back", "verify", "refuse_return", "publish", "withdraw"), 6
    ),
    **dict.fromkeys(("merge", "reject", "void", "exclude"), 0.1),
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
        who = self.dice.choice((*ACTORS, *(actor("department", case.department),) * 4))
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

    def details(self, name: ActionName, case: CaseState, who: Actor) -> dict[str, Any]:
        """What it needs, mostly as it makes sense."""
        dice, said = self.dice, dict(NEEDED.get(name, {}))
        department = dice.choice(DEPARTMENTS)
        if name == "dispatch":
            return {"department": department, "departments": tuple(dice.sample(DEPARTMENTS, dice.choice((0, 0, 1, 2))))}
        if name in ("assist", "ask_assist", "release"):
            return said | {"department": department}
        if name == "refuse_return" and dice.random() < 0.5:
            return said | {"department": department}
        if name == "whistle":
            return said | {"departments": tuple(dice.sample(DEPARTMENTS, 2))}
        if name == "consult":
            return said | {"parties": tuple(dice.sample(PARTIES, 2))}
        if name == "opine":
            return said | {"party": dice.choice(PARTIES)}
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


seeds = st.integers(0, 1 << 40)


def walks(seed: int) -> Iterator[tuple[Walk, list[CaseFact]]]:
    """The walk after each step, and the facts that the step made."""
    walk = Walk(seed)
    yield walk, walk.facts[:]
    for _ in range(STEPS):
        yield walk, walk.step()


@given(seeds)
@settings(max_examples=30)
def test_no_walk_leaves_the_tables(seed: int) -> None:
    ids = set[str]()
    for _, made in walks(seed):
        for fact in made:
            if fact.outcome == "refused" or fact.action == "submit":
                continue
            assert fact.before is not None
            assert fact.after is not None
            move = MOVES[fact.action]
            if fact.before.tasks != fact.after.tasks and fact.action in TASK_MOVES:
                assert fact.before.state == fact.after.state
                assert fact.before.state in ANY_OPEN
            else:
                assert fact.before.state in move.from_states
                if fact.action not in ("verify", "split"):
                    assert fact.after.state == (move.to or fact.before.state)
            assert fact.actor.role == "routing" or fact.action not in ("absorb", "let_go", "follow", "hand_over")
            gone = {one.id for one in fact.removed}
            for one in fact.added:
                assert one.id not in ids or (one.id in gone and fact.action == "exclude")
                assert one.excluded is fact.after.excluded
                ids.add(one.id)


@given(seeds)
@settings(max_examples=30)
def test_no_walk_loses_a_task_or_closes_over_one(seed: int) -> None:
    for _, made in walks(seed):
        for fact in made:
            if fact.before is None or fact.after is None or fact.outcome == "refused":
                continue
            _keeps_tasks(fact.before.tasks, fact.after.tasks, fact)
            if fact.after.state in NOW_CLOSED and fact.before.state in ANY_OPEN:
                assert not any(task.state in TASK_OPEN for task in fact.after.tasks)


def _keeps_tasks(before: tuple[Task, ...], after: tuple[Task, ...], fact: CaseFact) -> None:
    assert [task.id for task in after[: len(before)]] == [task.id for task in before]
    assert len({task.id for task in after}) == len(after)
    assert all(task.state == "assigned" for task in after[len(before) :])
    for was, now in zip(before, after, strict=False):
        if was.state == now.state:
            continue
        if fact.action in ("release", "self_handle"):
            assert (was.state in TASK_OPEN, now.state) == (True, "released")
        elif fact.action in ("dispatch", "hand_over"):
            assert (was.state in TASK_OPEN, now.state) == (True, "released")
            assert fact.after is not None
            assert now.department == fact.after.dims.department, "who leads does not assist as well"
        else:
            row = TASK_MOVES[fact.action]
            assert was.state in row.from_states
            assert now.state == row.to


@given(seeds)
@settings(max_examples=30)
def test_requests_are_pending_once_from_the_asking_to_the_answer(seed: int) -> None:
    pending = dict[str, set[str]]()
    for walk, made in walks(seed):
        for fact in made:
            asked = pending.setdefault(fact.case_id, set())
            if fact.outcome == "refused" or fact.action == "submit":
                continue
            answered = GRANTS.get(fact.action) or REFUSES.get(fact.action)
            if fact.action in ("grant_return_up", *REFUSES):
                assert answered in asked
            asked -= {answered, *DROPS.get(fact.action, ())}
            asked |= {OPENS[fact.action]} if fact.action in OPENS else set()
        for number in NUMBERS:
            case = walk.case(number)
            assert case.pending.keys() == pending[case.case_id]


@given(seeds)
@settings(max_examples=30)
def test_the_facts_alone_give_the_same_case_clocks_included(seed: int) -> None:
    *_, (walk, _) = walks(seed)
    for number in NUMBERS:
        case = walk.case(number)
        facts = [fact for fact in walk.facts if fact.case_id == case.case_id]
        packed = [msgspec.msgpack.decode(msgspec.msgpack.encode(fact), type=CaseFact) for fact in facts]
        again = rebuilt(packed)
        assert again == case
        assert again is not None
        assert again.clocks == case.clocks
        changed = [fact for fact in facts if fact.outcome == "applied"]
        assert [fact.version for fact in changed] == list(range(1, len(changed) + 1))
        assert all(one.after == other.before for one, other in pairwise(changed))


@given(seeds)
@settings(max_examples=30)
def test_due_times_are_those_of_the_clocks_and_what_is_over_has_none_running(seed: int) -> None:
    for walk, _ in walks(seed):
        for number in NUMBERS:
            case = walk.case(number)
            summary, clocks = case.summary, case.clocks
            assert (summary.due_at, summary.first_due_at) == (clocks["reply"].due_at, clocks["reply"].first_due_at)
            assert summary.inner_due_at == clocks["inner"].due_at
            running = {key for key, clock in clocks.items() if clock.ended_at is None}
            _runs_for_its_tasks(summary, case, running)
            for key in running:
                clock = clocks[key]
                assert clock.started_at <= clock.since
                assert (clock.stopped_at is None) or (clock.next_at is None)
            if summary.state in NOW_CLOSED:
                assert running <= {"archive"}
            if summary.state in ("archived", "rejected", "void", "returned"):
                assert (running, case.next_mark) == (set(), None)
            if summary.state == "merged":
                assert case.next_mark is None
            assert summary.state != "on_hold" or "hold" in running
            assert "archive" not in running or case.before_merge or summary.state in NOW_CLOSED


def _runs_for_its_tasks(summary: CaseSummary, case: CaseState, running: set[str]) -> None:
    for task in summary.tasks:
        key = clock_key("assist", task.id)
        assert case.clocks[key].due_at == task.due_at
        assert task.state in TASK_OPEN or key not in running
        if summary.state in ANY_OPEN:
            assert (key in running) is (task.state in TASK_OPEN)


@given(seeds)
@settings(max_examples=20)
def test_next_moves_name_just_those_who_may(seed: int) -> None:
    for number, (walk, _) in enumerate(walks(seed)):
        if number % 10:
            continue
        case = walk.case(walk.dice.choice(NUMBERS))
        found = {row["action"]: row for row in next_moves(case, walk.rules)}
        for who in ACTORS:
            told = {
                name
                for name, row in found.items()
                if who.role in row["by"]
                and (who.role != "department" or who.subject in row["departments"])
                and (who.role != "source" or who.subject == case.source)
            }
            assert told == set(allowed_now(who, case, walk.rules)), who.sender


def test_a_walk_goes_far_enough_to_say_something() -> None:
    applied = dict[str, int]()
    states = set[str]()
    for seed in range(100):
        for _, made in walks(seed):
            for fact in made:
                if fact.outcome == "applied":
                    applied[fact.action] = applied.get(fact.action, 0) + 1
                    states.add(fact.after.state if fact.after else "")
    assert set(MOVES) - applied.keys() == set()
    assert sum(applied.values()) > 3_000
    assert len(states) == 17
