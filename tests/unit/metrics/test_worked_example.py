"""DOMAIN.md's worked example, whole: what moves which cell, when, and what every rate says of it."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

import pytest

from services.metrics.domain.cells import CellKey, Sums
from services.metrics.domain.figures import Figure, figure
from services.metrics.domain.periods import day_of, hour_of
from services.metrics.domain.rates import definition
from services.metrics.domain.units import moves

from .cases import Story, at, before_the_merge, worked_example

SHANGHAI = ZoneInfo("Asia/Shanghai")
END = "12-31 00:00"


def cells_after(story: Story, until: str) -> dict[CellKey, dict[str, int]]:
    sums = Sums()
    for fact in story.facts:
        if fact.at < at(until):
            sums.add(moves(fact, SHANGHAI))
    return sums.cells()


def cohort(story: Story, until: str, department: str | None = None) -> dict[str, int]:
    bucket = day_of(at("03-30 00:00"), SHANGHAI)
    dims, values = (("department",), (department,)) if department else ((), ())
    return cells_after(story, until).get(CellKey(basis="cohort", bucket=bucket, dims=dims, values=values), {})


def flow(story: Story, hour: str, department: str) -> dict[str, int]:
    key = CellKey(basis="flow", bucket=hour_of(at(hour), SHANGHAI), dims=("department",), values=(department,))
    return cells_after(story, END).get(key, {})


def due(story: Story, until: str, hour: str) -> dict[str, int]:
    key = CellKey(basis="due", bucket=hour_of(at(hour), SHANGHAI), dims=(), values=())
    return cells_after(story, until).get(key, {})


def figure_of(story: Story, until: str, rate: str, basis: str | None = None, department: str | None = None) -> Figure:
    """The figure over all buckets, of all facts before `until`."""
    row, asked = definition(rate, basis)
    dims, values = (("department",), (department,)) if department else ((), ())
    sums: dict[str, int] = {}
    for key, tally in cells_after(story, until).items():
        if (key.basis, key.dims, key.values) == (row.cells(asked), dims, values):
            for measure, count in tally.items():
                sums[measure] = sums.get(measure, 0) + count
    found = figure(row, sums, {}, {})
    assert found is not None
    return found


def share(*asked: str | None) -> tuple[float | None, float | None]:
    found = figure_of(worked_example(), *asked)  # type: ignore[arg-type]
    return found.numerator, found.denominator


def test_valid_moves_with_the_department() -> None:
    story = worked_example()
    assert cohort(story, "03-30 09:15", "none") == {"received": 1, "valid": 1}
    assert cohort(story, "03-30 09:30", "none") == {"received": 1, "valid": 1, "accepted": 1}
    assert cohort(story, "03-30 11:00", "none") == {}
    assert cohort(story, "03-30 11:00", "a") == {"received": 1, "valid": 1, "accepted": 1, "dispatches": 1}
    assert cohort(story, "04-01 09:30", "a") == {}
    passed = {"received": 1, "valid": 1, "accepted": 1, "dispatches": 2, "returns": 1}
    assert cohort(story, "04-01 09:30", "b") == cohort(story, "04-01 09:30") == passed


# the state of the figures after each of its days
EVERY_DAY: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "03-31 00:00": {"handled": (0, 1), "replied": (0, 1), "returned": (0, 1), "once_done": (0, 0), "redone": (0, 0)},
    "04-02 00:00": {"handled": (0, 1), "replied": (0, 1), "returned": (1, 2), "handled_due": (0, 1)},
    "04-04 00:00": {"handled": (1, 1), "replied": (1, 1), "once_done": (1, 1), "redone": (0, 1), "on_time": (1, 1)},
    "04-06 00:00": {"handled": (0, 1), "replied": (1, 1), "once_done": (0, 0), "redone": (1, 1), "on_time": (0, 1)},
    "04-09 00:00": {"handled": (1, 1), "handled_due": (1, 1), "once_done": (0, 1), "redone": (1, 1)},
    "04-10 00:00": {"satisfied": (1, 1), "satisfied_strict": (1, 1), "satisfied_first": (1, 1)},
    "04-11 00:00": {
        "handled": (1, 1), "replied": (1, 1), "on_time": (1, 1), "on_time_first": (1, 1), "handled_due": (1, 1),
        "satisfied": (0, 1), "satisfied_strict": (0, 1), "satisfied_first": (0, 1), "not_dissatisfied": (0, 1),
        "contacted": (0, 0), "resolved": (0, 0), "returned": (1, 2), "returned_up": (0, 1), "extended": (0, 1),
        "self_handled": (0, 1), "verified_first": (0, 0), "duplicate": (0, 1), "assist_on_time": (0, 0),
    },
    END: {
        "handled": (0, 0), "replied": (0, 0), "on_time": (0, 0), "on_time_first": (0, 0), "handled_due": (0, 0),
        "satisfied": (0, 0), "satisfied_strict": (0, 0), "satisfied_first": (0, 0), "not_dissatisfied": (0, 0),
        "returned": (0, 0), "redone": (0, 0), "returned_up": (0, 1), "duplicate": (1, 1),
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("until", "rate", "parts"),
    [(until, rate, parts) for until, rates in EVERY_DAY.items() for rate, parts in rates.items()],
)
def test_every_rate_is_what_became_of_the_case_by_then(until: str, rate: str, parts: tuple[int, int]) -> None:
    assert share(until, rate) == parts


def test_only_the_last_department_answers_for_it() -> None:
    assert share("04-11 00:00", "handled", None, "b") == (1, 1)
    assert share("04-11 00:00", "handled", None, "a") == (0, 0)


def test_what_happened_stays_with_whom_it_happened() -> None:
    story = worked_example()
    assert flow(story, "03-30 10:00", "a") == {"dispatched": 1}
    assert flow(story, "04-01 08:00", "a") == {"return_requested": 1}
    assert flow(story, "04-03 16:00", "b") == {"closed": 1}
    assert flow(story, "04-08 10:00", "b") == {"closed": 1}
    assert flow(story, "04-10 09:00", "b") == {}


def test_a_correction_moves_the_verdict_in_its_own_hour() -> None:
    assert share("04-10 00:00", "satisfied", "flow", "b") == (1, 1)
    assert share("04-11 00:00", "satisfied", "flow", "b") == (0, 1)
    assert share("04-10 00:00", "satisfied_first", "flow", "b") == (1, 1)
    assert share("04-11 00:00", "satisfied_first", "flow", "b") == (0, 1)
    assert flow(worked_example(), "04-09 12:00", "b") == {"evaluated": 1, "dissatisfied": 1, "first_evaluated": 1}


def test_the_first_promise_stays_where_it_was_and_the_redo_has_another() -> None:
    story = worked_example()
    first = {"first_due": 1, "first_on_time": 1}
    assert due(story, "04-04 00:00", "04-06 09:10") == first | {"due": 1, "in_time": 1, "on_time": 1, "closed": 1}
    assert due(story, "04-06 00:00", "04-06 09:10") == first
    assert due(story, "04-06 00:00", "04-12 11:00") == {"due": 1, "unanswered": 1, "on_time": 1}
    assert due(story, "04-09 00:00", "04-12 11:00") == {"due": 1, "in_time": 1, "on_time": 1, "closed": 1}


def test_durations_follow_the_standing_closing() -> None:
    story = worked_example()
    hours = {
        (rate, until): (figure_of(story, until, f"speed_{rate}").value or 0) / 3600
        for rate in ("signed", "replied", "closed")
        for until in ("04-04 00:00", "04-11 00:00")
    }
    assert hours["signed", "04-11 00:00"] == hours["signed", "04-04 00:00"] == pytest.approx(48.83, rel=0.02)
    assert hours["replied", "04-11 00:00"] == hours["replied", "04-04 00:00"] == pytest.approx(101.83, rel=0.02)
    assert hours["closed", "04-04 00:00"] == pytest.approx(102.83, rel=0.02)
    assert hours["closed", "04-11 00:00"] == pytest.approx(216.83, rel=0.02)
    assert figure_of(story, "04-06 00:00", "speed_closed").denominator == 0


def test_merging_takes_the_units_and_leaves_what_happened() -> None:
    story, before = worked_example(), before_the_merge()
    assert cohort(story, END) == {"received": 1, "accepted": 1, "duplicate": 1}
    assert {key.basis for key in cells_after(story, END)} == {"cohort", "flow"}
    for hour in ("04-03 16:00", "04-08 10:00", "04-09 12:00"):
        assert flow(story, hour, "b") == flow(before, hour, "b") != {}


def test_splitting_gives_back_what_merging_took() -> None:
    story, before = worked_example(), before_the_merge()
    story.move("split", at("04-13 09:00"), occurrence="split", state="evaluated", merged_into=None)
    kept = {key: tally for key, tally in cells_after(story, END).items() if key.basis != "flow"}
    assert kept == {key: tally for key, tally in cells_after(before, END).items() if key.basis != "flow"}


def test_a_void_case_has_no_units_and_loses_the_occurrences_that_are_removed() -> None:
    story = Story()
    story.received(at("03-30 09:10"))
    story.voided(at("03-31 09:00"))
    assert cells_after(story, END) == {}


def test_a_day_is_the_deployments_day() -> None:
    assert day_of(at("03-30 00:00"), SHANGHAI).isoformat() == "2026-03-29T16:00:00+00:00"
    assert day_of(at("03-30 23:59"), SHANGHAI) == day_of(at("03-30 00:00"), SHANGHAI)
    kolkata = ZoneInfo("Asia/Kolkata")
    assert hour_of(at("03-30 10:40"), kolkata).isoformat() == "2026-03-30T02:30:00+00:00"
