"""先行联系, 签收 and 退单 in time, 自办, 核查, what a correction changes: case by case."""

from datetime import datetime

import pytest

from .tale import Tale

LIMITS = {"sign": {"hours": 2}, "contact": {"hours": 24}, "return": {"hours": 48}}


def timed() -> Tale:
    """Two hours to sign, a day to contact, two to return."""
    return Tale(category=None).act("dispatcher", "dispatch", "05 10:00", department="b").under(limits=LIMITS)


def test_only_the_first_contact_that_reached_somebody_counts() -> None:
    told = Tale().act("b", "contact", "05 10:00", reached=False)
    assert ("contacted_first", "b") not in told.kinds
    told.act("b", "contact", "05 11:00", reached=True).act("b", "contact", "05 12:00", reached=True)
    assert told.code is None
    assert told.kinds[("contacted_first", "b")] == 1
    told.act("dispatcher", "dispatch", "05 13:00", department="c").act("c", "contact", "05 14:00", reached=True)
    assert told.kinds[("contacted_first", "c")] == 1, "of each dispatch"


def test_without_a_clock_nothing_is_in_time_or_too_late() -> None:
    told = Tale().act("b", "contact", "05 10:00", reached=True).to_a_reply()
    assert told.rate("signed_on_time", "flow") == told.rate("contacted_first", "flow") == (0, 1)
    assert Tale().act("b", "return", "30 10:00", reason="x").code is None


@pytest.mark.parametrize(("at", "signed"), [("05 12:00", 1), ("05 12:01", 0)])
def test_a_signature_in_time_counts_in_the_hour_of_its_dispatch(at: str, signed: int) -> None:
    told = timed().act("b", "sign", at)
    assert told.rate("signed_on_time", "flow") == (signed, 1)
    assert [event["at"].hour for event in told.case["happened"] if event["kind"] == "signed_on_time"] == [10] * signed


def test_so_does_a_contact() -> None:
    assert timed().act("b", "contact", "06 10:00", reached=True).rate("contacted_first", "flow") == (1, 1)
    assert timed().act("b", "contact", "06 10:01", reached=True).rate("contacted_first", "flow") == (0, 1)


def test_a_return_after_its_time_is_refused() -> None:
    assert timed().act("b", "return", "07 10:00", reason="x").code is None
    assert timed().act("b", "return", "07 10:01", reason="x").code == "too_late"


def test_what_is_handled_on_the_spot_has_no_lead() -> None:
    told = Tale().act("dispatcher", "assist", "05 09:00", department="c")
    told.act("source", "self_handle", "05 10:00", evidence=["photo"])
    assert told.code is None
    assert (
        told.kinds[("self_handled", "none")] == told.kinds[("replied", "none")] == told.kinds[("closed", "none")] == 1
    )
    assert told.kinds[("released", "c")] == 1
    assert (told.rate("self_handled"), told.rate("on_time", "due"), told.rate("handled")) == ((1, 1), (1, 1), (1, 1))
    again = told.act("dispatcher", "redo", "06 10:00", reason="x")
    assert (again.rate("self_handled"), again.rate("replied")) == (None, (1, 1))


@pytest.mark.parametrize(
    ("channel", "who", "details", "code"),
    [
        ("grid", "source", {}, "missing_field"),
        ("grid", "dispatcher", {"evidence": ["photo"]}, "not_authorized"),
        ("hotline", "source", {"evidence": ["photo"]}, "not_authorized"),
    ],
)
def test_who_may_handle_it_on_the_spot(channel: str, who: str, details: dict[str, list[str]], code: str) -> None:
    assert Tale(channel).act(who, "self_handle", "05 10:00", **details).code == code


def test_a_verification_closes_or_sends_back_without_a_redo() -> None:
    told = Tale().to_a_reply().act("source", "verify", "05 12:00", passed=False)
    assert told.kinds[("verified", "b")] == told.kinds[("verification_failed", "b")] == 1
    assert (told.case["redos"], told.case["state"]) == (0, "redo")
    assert told.rate("on_time", "due") == (0, 1), "the reply was taken back, its due time is a day later"
    assert told.rate("overdue_open", "due") == (1, None)
    assert told.case["due_at"] == datetime.fromisoformat("2024-03-06T12:00:00+08:00")
    told.act("b", "handle", "05 13:00").act("b", "reply", "05 14:00", text="好")
    told.act("dispatcher", "verify", "05 15:00", passed=True)
    assert told.kinds[("closed", "b")] == 1
    assert (told.rate("verified_first"), told.rate("once_done")) == ((1, 2), (1, 1))


def test_an_answer_that_is_sent_back_stands() -> None:
    told = Tale().to_a_reply().act("dispatcher", "send_back", "05 12:00", reason="x")
    assert (told.case["state"], told.rate("replied"), told.case["redos"]) == ("handling", (1, 1), 0)
    told.act("b", "reply", "07 10:00", text="好")
    assert (told.rate("on_time", "due"), told.rate("on_time_first", "due")) == ((0, 1), (1, 1))


def test_a_survey_is_effective_as_far_as_somebody_was_reached() -> None:
    reached = Tale("deputy").to_a_close().act("followup", "follow_up", "06 10:00", contacted=True, solved=True)
    assert (reached.rate("contacted"), reached.rate("resolved")) == ((1, 1), (1, 1))
    nobody = Tale("deputy").to_a_close().act("followup", "follow_up", "06 10:00", contacted=False)
    assert (nobody.rate("contacted"), nobody.rate("contacted", "flow")) == (None, None)
    counted = Tale("deputy").to_a_close().act("followup", "follow_up", "06 10:00", contacted=False, effective=True)
    assert (counted.rate("contacted"), counted.rate("resolved", "flow")) == ((0, 1), (0, 1))


def test_a_correction_of_the_survey_changes_both_bases() -> None:
    told = Tale("deputy").to_a_close().act("followup", "follow_up", "06 10:00", contacted=True, solved=True)
    told.act("followup", "correct", "07 10:00", corrects="4", solved=False)
    assert (told.rate("resolved"), told.rate("resolved", "flow")) == ((0, 1), (0, 1))
    told.act("followup", "redo", "07 11:00", reason="x").act(
        "followup", "correct", "07 12:00", corrects="4", solved=True
    )
    assert (told.rate("resolved"), told.rate("resolved", "flow")) == (None, (1, 1)), "it no longer stands"


@pytest.mark.parametrize(
    ("corrects", "said", "code"),
    [
        ("3", {"grade": 1}, "unknown_action"),
        ("4", {"grade": 1}, "not_correctable"),
        ("4", {"contacted": True, "text": "x"}, None),
        ("4", {"reason": "x"}, "missing_field"),
    ],
)
def test_a_correction_says_again_only_what_was_said(corrects: str, said: dict[str, object], code: str | None) -> None:
    told = Tale("deputy").to_a_close().act("followup", "follow_up", "06 10:00", contacted=True)
    assert told.act("followup", "correct", "07 10:00", corrects=corrects, **said).code == code


def test_the_first_evaluation_stays_but_for_its_correction() -> None:
    told = Tale("deputy").to_a_close().act("followup", "rate", "06 10:00", grade=2)
    told.act("followup", "redo", "06 11:00", reason="x").act("b", "handle", "06 12:00")
    told.act("b", "reply", "06 13:00", text="好").act("dispatcher", "close", "06 14:00")
    told.act("followup", "rate", "06 15:00", grade=5)
    assert (told.rate("satisfied"), told.rate("satisfied_first")) == ((1, 1), (0, 1))
    told.act("followup", "correct", "07 10:00", corrects="4", grade=3)
    assert (told.rate("satisfied"), told.rate("satisfied_first"), told.rate("satisfied", "flow")) == (
        (1, 1),
        (1, 1),
        (2, 2),
    )


def test_a_mediation_s_reply_says_whether_it_is_resolved() -> None:
    told = Tale("mediation").act("b", "sign", "05 10:00").act("b", "reply", "05 11:00", text="x", solved=True)
    assert (told.rate("resolved"), told.rate("resolved", "flow")) == ((1, 1), (1, 1))
    told.act("dispatcher", "close", "05 12:00").act("followup", "follow_up", "06 10:00", contacted=True, solved=False)
    assert (told.rate("resolved"), told.rate("resolved", "flow")) == ((1, 1), (1, 2)), "the reply alone, in the cohort"
    elsewhere = Tale().act("b", "sign", "05 10:00").act("b", "reply", "05 11:00", text="x", solved=True)
    assert (elsewhere.rate("resolved"), elsewhere.rate("resolved", "flow")) == (None, None)
