"""Thousands of random actions on a few cases: tables, tasks, requests, clocks and replay hold at every step."""

from itertools import pairwise

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.cases import NOW_CLOSED, TASK_OPEN, CaseFact, CaseSummary, Task
from services.contracts.promises import clock_key
from services.routing.api.views import next_moves
from services.routing.domain.authority import allowed_now
from services.routing.domain.moves import ANY_OPEN, MOVES
from services.routing.domain.state import CaseState
from services.routing.domain.tasks import TASK_MOVES
from tests.properties.walks import ACTORS, NUMBERS, walks
from tests.recount.table import DROPS, GRANTS, OPENS, REFUSES
from tests.unit.routing.street import rebuilt

seeds = st.integers(0, 1 << 40)


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
            assert fact.action != "submit"
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
        found = {row.action: row for row in next_moves(case, walk.rules)}
        for who in ACTORS:
            told = {
                name
                for name, row in found.items()
                if who.role in row.by
                and (who.role != "department" or who.subject in row.departments)
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
