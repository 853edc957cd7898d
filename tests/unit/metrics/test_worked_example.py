"""DOMAIN.md's worked example, on units and cells: what moves which cell, and when."""

from zoneinfo import ZoneInfo

from services.metrics.domain.cells import CellKey, Sums
from services.metrics.domain.periods import day_of, hour_of
from services.metrics.domain.units import moves, units

from .cases import Story, at, worked_example

SHANGHAI = ZoneInfo("Asia/Shanghai")


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
    return cells_after(story, "12-31 00:00").get(key, {})


def test_valid_moves_with_the_department() -> None:
    story = worked_example()
    assert cohort(story, "03-30 09:30", "none") == {"valid": 1}
    assert cohort(story, "03-30 11:00", "a") == {"valid": 1}
    assert cohort(story, "04-01 09:30", "a") == {}
    assert cohort(story, "04-01 09:30", "b") == {"valid": 1}
    assert cohort(story, "04-01 09:30") == {"valid": 1}


def test_a_redo_takes_back_handled_but_not_the_reply() -> None:
    story = worked_example()
    assert cohort(story, "04-03 17:00") == {"valid": 1, "replied": 1, "closed": 1}
    assert cohort(story, "04-05 12:00") == {"valid": 1, "replied": 1}
    assert cohort(story, "04-08 11:00") == {"valid": 1, "replied": 1, "closed": 1}


def test_a_correction_moves_the_numerator_alone() -> None:
    story = worked_example()
    assert cohort(story, "04-09 13:00")["satisfied"] == 1
    corrected = cohort(story, "04-10 10:00")
    assert corrected == {"valid": 1, "replied": 1, "closed": 1, "evaluated": 1, "dissatisfied": 1}


def test_what_happened_stays_with_whom_it_happened() -> None:
    story = worked_example()
    assert flow(story, "03-30 10:00", "a") == {"dispatched": 1}
    assert flow(story, "04-01 08:00", "a") == {"return_requested": 1}
    assert flow(story, "04-03 16:00", "b") == {"closed": 1}
    assert flow(story, "04-08 10:00", "b") == {"closed": 1}
    assert flow(story, "04-09 12:00", "b") == {"evaluated": 1, "dissatisfied": 1}
    assert flow(story, "04-10 09:00", "b") == {}


def test_the_second_reply_after_the_due_time_is_not_on_time() -> None:
    story = worked_example()
    due = CellKey(basis="due", bucket=hour_of(at("04-06 09:10"), SHANGHAI), dims=(), values=())
    assert cells_after(story, "04-04 00:00")[due] == {"due": 1, "on_time": 1}
    assert cells_after(story, "12-31 00:00")[due] == {"due": 1}


def test_merging_takes_the_units_and_leaves_what_happened() -> None:
    story = worked_example()
    before = flow(story, "04-08 10:00", "b")
    story.move("merge", at("04-12 09:00"), state="merged")
    assert units(story.now, SHANGHAI) == {}
    assert cohort(story, "12-31 00:00") == {}
    assert flow(story, "04-08 10:00", "b") == before


def test_a_void_case_has_no_units_and_loses_the_occurrences_that_are_removed() -> None:
    story = Story()
    story.received(at("03-30 09:10"))
    story.voided(at("03-31 09:00"))
    assert cells_after(story, "12-31 00:00") == {}


def test_a_day_is_the_deployments_day() -> None:
    assert day_of(at("03-30 00:00"), SHANGHAI).isoformat() == "2026-03-29T16:00:00+00:00"
    assert day_of(at("03-30 23:59"), SHANGHAI) == day_of(at("03-30 00:00"), SHANGHAI)
    kolkata = ZoneInfo("Asia/Kolkata")
    assert hour_of(at("03-30 10:40"), kolkata).isoformat() == "2026-03-30T02:30:00+00:00"
