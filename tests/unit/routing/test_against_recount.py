"""Routing and the recount, which shares no code with it, judge a seeded history alike: every outcome, and every case as
it stands after each record, with what its clocks bring in between."""

import random
from collections import Counter
from typing import get_args

import pytest

from services.contracts.cases import OccurrenceKind
from services.contracts.deadlines import ClockName
from tests.recount.history import generate
from tests.unit.recount.rich import CLOSED, PROMISED, RICH
from tests.unit.recount.side_by_side import SideBySide, in_order

NOT_TOLD = {"handed_over"}
"""What a change of the directory alone brings."""


@pytest.fixture(scope="module")
def both() -> SideBySide:
    """After a whole history; SideBySide raises where they differ."""
    told, dice = SideBySide(RICH), random.Random(11)
    told.with_deadlines(in_order(generate(RICH, seed=11, cases=400)), dice)
    told.at_last(dice)
    return told


def test_routing_and_the_recount_judge_alike(both: SideBySide) -> None:
    assert both.bench.changed.keys() == both.recount.cases.keys()
    happened = {event["kind"] for case in both.recount.cases.values() for event in case["happened"]}
    assert happened == set(get_args(OccurrenceKind)) - NOT_TOLD


def test_points_without_a_grid_were_given_theirs_where_there_is_one(both: SideBySide) -> None:
    placed = [(fact.submission.place, fact.after) for fact in both.facts if fact.submission and fact.submission.place]
    points = [after for place, after in placed if place.grid is None and place.lon is not None and after is not None]
    assert {after.dims.grid for after in points} == {None, "north", "south-1", "south-2", "inner", "far"}


def test_every_clock_came_to_its_end_in_some_case(both: SideBySide) -> None:
    marks = Counter((one.details.clock, one.details.step) for one in both.facts if one.details.clock)
    for clock in set(get_args(ClockName)) - {"return"}:
        assert marks[clock, 0], f"{clock} reminded"
        assert marks[clock, 1], f"{clock} was overdue"
    by_itself = Counter(one.action for one in both.facts if one.action_id.startswith("deadline/"))
    assert by_itself["archive"]
    assert by_itself["resume"]


def test_a_hold_pushed_due_times_in_working_and_in_elapsed_time(both: SideBySide) -> None:
    pushed = Counter[bool]()
    for fact in both.facts:
        for clock in (fact.clocks or {}).values() if fact.action == "resume" else ():
            pushed[clock.working] += clock.due_at != clock.first_due_at
    assert pushed[True]
    assert pushed[False]


def test_they_hand_over_alike_when_a_department_is_closed() -> None:
    told, dice = SideBySide(RICH), random.Random(13)
    log = in_order(generate(RICH, seed=13, cases=120))
    told.with_deadlines(log[: len(log) // 2], dice)
    told.change(CLOSED)
    told.directory_applied()
    told.directory_applied()  # nothing more
    told.with_deadlines(log[len(log) // 2 :], dice)
    told.at_last(dice)
    handed = [fact for fact in told.facts if fact.action == "hand_over"]
    assert {fact.details.party for fact in handed} == {"b", "d"}
    assert {fact.details.department for fact in handed} == {"a"}, "the last successor"
    assert any(fact.after and fact.before and fact.after.tasks != fact.before.tasks for fact in handed)


@pytest.mark.parametrize("seed", range(3))
def test_they_take_over_other_policies_alike_when_told_to(seed: int) -> None:
    told, dice = SideBySide(RICH), random.Random(seed)
    log = in_order(generate(RICH, seed=seed, cases=120))
    told.with_deadlines(log[: len(log) // 2], dice)
    told.change(PROMISED)
    told.directory_applied("policy")
    made = [fact for fact in told.facts if fact.action == "reclock"]
    assert made
    told.directory_applied("policy")
    assert [fact for fact in told.facts if fact.action == "reclock"] == made, "nothing more"
    told.with_deadlines(log[len(log) // 2 :], dice)
    told.change(RICH)
    told.directory_applied("policy")
    told.at_last(dice)
