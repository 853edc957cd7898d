"""Every rate by hand on a handful of cases, and how groups add up."""

import pytest

from tests.recount.compare import ASKED
from tests.recount.figures import GROUPS, READINGS, durations, figures
from tests.recount.history import generate
from tests.recount.points import RATES
from tests.recount.recount import Recount

from .log import STREET, logged
from .tale import Tale

HISTORY = Recount(STREET).read(logged(generate(STREET, seed=8, cases=400)))


def rated(grade: int, **survey: bool) -> Tale:
    told = Tale("deputy").to_a_close()
    if survey:
        told.act("followup", "follow_up", "06 10:00", **survey)
    return told.act("followup", "rate", "06 11:00", grade=grade)


@pytest.mark.parametrize(
    ("grade", "satisfied", "strict", "not_dissatisfied", "weight"),
    [(5, 1, 1, 1, 1), (4, 1, 1, 1, 1), (3, 1, 0, 1, 0.9), (2, 0, 0, 0, 0), (1, 0, 0, 0, 0)],
)
def test_a_grade_in_every_rate_of_satisfaction(
    grade: int, satisfied: int, strict: int, not_dissatisfied: int, weight: float
) -> None:
    told = rated(grade, contacted=True)
    for basis in ("cohort", "flow"):
        assert told.rate("satisfied", basis) == (satisfied, 1)
        assert told.rate("satisfied_strict", basis) == (strict, 1)
        assert told.rate("satisfied_weighted", basis) == (weight, 1)
    assert told.rate("not_dissatisfied") == (not_dissatisfied, 1)


def test_a_weighted_numerator_is_no_part_of_its_denominator() -> None:
    assert rated(5).rate("satisfied_weighted") == (1, 0)
    assert rated(5, contacted=False).rate("satisfied_weighted", "flow") == (1, 0)
    assert rated(1, contacted=True).rate("satisfied_weighted") == (0, 1)


def test_who_was_not_asked_is_not_satisfied_and_not_dissatisfied() -> None:
    told = Tale("deputy").to_a_close()
    assert (told.rate("satisfied"), told.rate("not_dissatisfied")) == (None, (1, 1))


def test_an_open_case_divides_what_is_of_valid_cases_and_nothing_else() -> None:
    told = Tale()
    found = {
        rate: told.rate(rate, basis) for rate, basis in RATES if not rate.endswith("_count") and told.rate(rate, basis)
    }
    assert found == {
        "handled": (0, 1), "replied": (0, 1), "on_time": (0, 1), "on_time_first": (0, 1), "handled_due": (0, 1),
        "overdue_open": (1, None),
        "signed_on_time": (0, 1), "contacted_first": (0, 1), "not_dissatisfied": (1, 1), "returned": (0, 1),
        "returned_up": (0, 1), "extended": (0, 1), "duplicate": (0, 1),
    }  # fmt: skip


def test_a_return_counts_when_another_department_gets_it() -> None:
    told = Tale().act("b", "return", "05 10:00", reason="x").act("dispatcher", "dispatch", "05 11:00", department="b")
    assert told.rate("returned") == (0, 2)
    told.act("b", "return", "05 12:00", reason="x").act("dispatcher", "dispatch", "05 13:00", department="c")
    assert told.rate("returned") == (1, 3)


@pytest.mark.parametrize("reading", READINGS)
def test_every_grouping_adds_up_to_the_same(reading: str) -> None:
    found = figures(HISTORY, reading=reading)
    rates = {(rate, basis) for rate, basis, _ in found}
    for rate, basis in rates:
        totals = set()
        for group_by in GROUPS:
            rows = found[rate, basis, group_by].values()
            totals.add((round(sum(row[0] for row in rows), 6), sum(row[1] or 0 for row in rows)))
        assert len(totals) == 1, (rate, basis)


def test_everything_that_is_counted_is_asked_for() -> None:
    assert {(rate, basis) for rate, basis, _ in figures(HISTORY)} <= set(RATES)
    assert set(ASKED) == set(READINGS)


def test_the_assessed_reading_is_the_full_one_without_what_was_excluded() -> None:
    left = Recount(STREET)
    left.cases = {name: case for name, case in HISTORY.cases.items() if not case["excluded"]}
    assert 0 < len(left.cases) < len(HISTORY.cases)
    assert figures(HISTORY, reading="assessed") == figures(left)
    assert durations(HISTORY, reading="assessed") == durations(left)


def test_durations_are_of_valid_cases_sorted_by_group() -> None:
    told = Tale().to_a_close().recount
    assert durations(told, ("channel", "department")) == {
        "speed_signed": {("grid", "b"): [10.5 * 3600]},
        "speed_replied": {("grid", "b"): [11.5 * 3600]},
        "speed_closed": {("grid", "b"): [12.5 * 3600]},
    }
    assert durations(told, begin="2024-03-05")["speed_signed"] == {}
    whole = durations(HISTORY)
    by_channel = durations(HISTORY, ("channel",))
    for speed, groups in by_channel.items():
        assert sorted(one for taken in groups.values() for one in taken) == whole[speed][()]


def test_a_case_that_is_being_done_again_is_redone_before_it_is_closed() -> None:
    told = Tale().to_a_close()
    assert told.rate("redone") == (0, 1)
    told.act("supervisor", "redo", "06 10:00", reason="x")
    assert (told.rate("redone"), told.rate("once_done"), told.rate("handled_due", "due")) == ((1, 1), None, (0, 1))


def test_a_task_is_due_in_its_assistant_s_department() -> None:
    found = figures(Tale().act("dispatcher", "assist", "05 10:00", department="c").recount)
    assert found["assist_on_time", "due", ("department",)] == {("c",): (0, 1)}
    assert found["on_time", "due", ("department",)] == {("b",): (0, 1)}


def test_a_redo_takes_the_closing_s_duration_back() -> None:
    told = Tale().to_a_close().act("supervisor", "redo", "06 10:00", reason="x").recount
    assert durations(told)["speed_closed"] == {}
    assert durations(told)["speed_replied"] == {(): [11.5 * 3600]}
