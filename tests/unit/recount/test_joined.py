"""并单, 拆单, 并案: a case and its main case."""

import pytest

from .tale import MAIN, OTHER_KIND, Tale


def test_a_merge_leaves_the_flow_and_takes_the_cohort() -> None:
    told = Tale().to_a_close().act("dispatcher", "merge", "06 10:00", main=MAIN)
    assert (told.rate("handled"), told.rate("on_time", "due"), told.rate("duplicate")) == (None, None, (1, 1))
    assert told.rate("returned_up") == (0, 1), "it was received"
    assert told.kinds[("closed", "b")] == told.kinds[("merged", "b")] == 1


def test_a_split_brings_it_back_to_where_it_was() -> None:
    told = Tale().to_a_close().act("dispatcher", "merge", "06 10:00", main=MAIN).act("dispatcher", "split", "07 10:00")
    assert (told.case["state"], told.rate("handled"), told.rate("duplicate")) == ("closed", (1, 1), (0, 1))
    assert told.act("dispatcher", "split", "08 10:00").code == "not_allowed"


def test_a_linked_case_keeps_its_place_and_is_a_duplicate() -> None:
    told = Tale().act("dispatcher", "link", "05 10:00", main=OTHER_KIND)
    assert (told.rate("duplicate"), told.rate("handled")) == ((1, 1), (0, 1))
    assert told.act("dispatcher", "unlink", "05 11:00").rate("duplicate") == (0, 1)
    assert told.act("dispatcher", "unlink", "05 12:00").code == "not_linked"


@pytest.mark.parametrize(
    ("action", "main", "code"),
    [
        ("merge", "itself", "same_case"),
        ("link", "itself", "same_case"),
        ("merge", OTHER_KIND, "other_kind"),
        ("merge", "", "missing_field"),
    ],
)
def test_what_is_no_main_case(action: str, main: str, code: str) -> None:
    told = Tale()
    assert told.act("dispatcher", action, "05 10:00", main=told.case_id if main == "itself" else main).code == code


def test_a_case_that_nobody_accepted_is_no_duplicate() -> None:
    told = Tale(category=None).act("dispatcher", "dispatch", "05 10:00", department="b")
    assert told.act("dispatcher", "link", "05 11:00", main=MAIN).rate("duplicate") is None


def test_a_main_case_that_goes_away_lets_go() -> None:
    told = Tale().act("dispatcher", "merge", "05 10:00", main=MAIN)
    stays = {"main": MAIN, "version": 3, "at": "06 10:00"}
    assert told.followup("main", **stays, state="replied").case["state"] == "merged"
    assert told.followup("main", **stays | {"main": OTHER_KIND}, gone=True).case["state"] == "merged"
    assert told.followup("main", **stays | {"version": 4}, gone=True).case["state"] == "dispatched"
    assert told.kinds[("split", "b")] == 1
