"""剔除: out of the assessed figures, from the first occurrence to the last, and still in the full ones."""

import msgspec

from tests.unit.routing.street import MAIN, hours
from tests.unit.routing.town import Life, closed, handling, made, signed


def test_all_that_occurred_is_marked_and_keeps_its_id_time_and_dimensions() -> None:
    life = signed()
    before = life.occurred
    decision = life.do("exclude", "supervisor", at=9, reason="不可抗力")
    assert decision.removed == tuple(before)
    *again, last = decision.added
    assert again == [msgspec.structs.replace(one, excluded=True) for one in before]
    assert (last.kind, last.at, last.dims.department, last.excluded) == ("excluded", hours(9), "housing", True)
    assert (life.summary.excluded, life.summary.state) == (True, "signed")
    assert life.occurred == list(decision.added)


def test_what_occurs_later_is_marked_too() -> None:
    life = handling()
    life.do("exclude", "source", reason="r")
    life.do("assist", "dispatcher", department="roads")
    life.do("reply", "department")
    life.marks("close")
    life.do("void", "source", reason="r")
    assert [one.excluded for one in life.occurred] == [True]
    assert all(one.excluded for decision in life.decisions[-4:] for one in decision.added)


def test_a_case_is_excluded_once() -> None:
    life = closed()
    life.do("exclude", "supervisor", reason="r")
    assert life.code("exclude", "source", reason="r") == "excluded_already"


def test_a_correction_of_an_excluded_rating_stays_excluded() -> None:
    life = closed()
    said = life.do("rate", "source", grade=2)
    life.do("exclude", "supervisor", reason="r")
    decision = life.do("correct", "source", corrects=said.action_id, grade=5)
    (old,), (new,) = decision.removed, decision.added
    assert (old.id, old.excluded, new.excluded, new.grade) == (said.added[0].id, True, True, 5)
    life.do("correct", "source", corrects=said.action_id, grade=4)
    assert [one.grade for one in life.occurred if one.kind == "evaluated"] == [4]


def test_a_request_and_its_refusal_exclude_nothing() -> None:
    life = closed()
    asked = life.do("ask_exclude", "dispatcher", reason="r", evidence=("p",))
    refused = life.do("refuse_exclude", "source", reason="r")
    assert made(asked) + made(refused) == [("exclusion_requested", "housing"), ("exclusion_refused", "housing")]
    assert not life.summary.excluded
    assert not any(one.excluded for one in life.occurred)


def test_it_is_the_same_whatever_became_of_the_case_but_for_a_void_one() -> None:
    life = Life()
    life.do("merge", "dispatcher", main=MAIN)
    assert life.code("exclude", "supervisor", reason="r") == "applied"
    life.do("split", "dispatcher")
    life.do("void", "source", reason="r")
    assert life.code("exclude", "supervisor", reason="r") == "not_allowed"
