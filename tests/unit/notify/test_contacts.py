"""Contact, fact and tombstone in any order come to the same; an erased contact never comes back."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.submissions import ContactGiven
from services.notify.domain.contact import Contacts, erased, submitted
from services.notify.domain.contact import given as took
from services.notify.domain.cursor import BadCursor, decoded, encoded

RIGHT = ContactGiven(case_id="t-1", name="甲", phone="13800138000", digest="right")
WRONG = ContactGiven(case_id="t-1", name="乙", phone="13800138001", digest="wrong")


def after(*events: str) -> tuple[Contacts, int]:
    known, tombstones = Contacts(), 0
    for event in events:
        match event:
            case "fact":
                known = submitted(known, "right").after
            case "erase":
                known = erased(known)
            case _:
                step = took(known, RIGHT if event == "right" else WRONG)
                known, tombstones = step.after, tombstones + step.tombstone
    return known, tombstones


@pytest.mark.parametrize("order", [*permutations(["fact", "right", "wrong"])])
def test_only_the_contact_of_the_applied_submission_is_accepted_in_any_order(order: tuple[str, ...]) -> None:
    known, _ = after(*order)
    assert (known.accepted, known.pending) == (RIGHT, {})


@given(st.lists(st.sampled_from(["fact", "right", "wrong"])))
def test_the_newest_contact_on_the_log_is_the_accepted_one_once_everything_is_read(events: list[str]) -> None:
    """What is sent again is appended to the log and read in turn, as the log does it."""
    known, newest, queue = Contacts(), None, [*events, "fact", "right"]
    while queue:
        match queue.pop(0):
            case "fact":
                step = submitted(known, "right")
            case event:
                newest = RIGHT if event == "right" else WRONG
                step = took(known, newest)
        known = step.after
        if step.again is not None:
            queue.append("right" if step.again == RIGHT else "wrong")
    assert newest == known.accepted == RIGHT


@given(st.lists(st.sampled_from(["fact", "right", "wrong"])), st.lists(st.sampled_from(["fact", "right", "wrong"])))
def test_what_is_erased_stays_erased_and_each_later_contact_causes_one_tombstone(
    before: list[str], later: list[str]
) -> None:
    known, tombstones = after(*before, "erase", *later)
    assert (known.accepted, known.pending, known.erased) == (None, {}, True)
    assert tombstones == sum(event != "fact" for event in later)


@given(st.dictionaries(st.integers(0, 63), st.integers(0, 2**53 - 1)))
def test_a_cursor_comes_back_as_it_went(seqs: dict[int, int]) -> None:
    assert decoded(encoded("housing", seqs), "housing") == seqs


@pytest.mark.parametrize("cursor", ["x", "!!!!", encoded("other", {0: 1}), encoded("housing", {0: 2**60})])
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        decoded(cursor, "housing")
