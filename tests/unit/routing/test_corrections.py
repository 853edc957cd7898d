"""更正: who may, of what, and what it does to what occurred."""

from typing import Any

from services.contracts.cases import Evaluation
from tests.unit.routing.street import actor, after, ask, code, hours, one, submission
from tests.unit.routing.test_effects import closed

RATED = closed(upto="rate")


def test_a_corrected_grade_keeps_when_it_was_given_and_replaces_the_standing_evaluation() -> None:
    case = after(*RATED)
    decision = one(case, ask("correct", "followup", at=hours(50), corrects="a-rate", grade=1))
    old, new = decision.removed[0], decision.added[0]
    assert (old.grade, new.grade, new.solved) == (4, 1, True)
    assert (new.at, new.dims, new.kind) == (old.at, old.dims, "evaluated")
    assert new.id == f"{case.case_id}/{case.version + 1}/evaluated"
    assert decision.after is not None
    assert decision.after.evaluation == Evaluation(at=hours(5), grade=1, solved=True)
    assert decision.after.state == "evaluated"


def test_a_correction_is_corrected_again_by_the_same_action_id() -> None:
    once = ask("correct", "followup", action_id="c1", corrects="a-rate", grade=1)
    again = ask("correct", "followup", action_id="c2", corrects="a-rate", grade=3, solved=False)
    case = after(*RATED, once)
    decision = one(case, again)
    assert [found.grade for found in decision.removed] == [1]
    left = [found for step in after(*RATED, once, again).steps for found in step.occurrences if found.grade]
    assert [(found.grade, found.solved) for found in left] == [(3, False)]


def test_an_evaluation_that_was_taken_back_is_corrected_where_it_occurred_and_stays_taken_back() -> None:
    case = after(*RATED, ask("redo", "source", at=hours(6)))
    decision = one(case, ask("correct", "followup", corrects="a-rate", grade=1))
    assert decision.after is not None
    assert decision.after.evaluation is None
    assert [found.grade for found in decision.added] == [1]


def test_an_earlier_closing_s_rating_is_corrected_without_touching_the_standing_one() -> None:
    again = [
        ask("redo", "source", at=hours(6)),
        ask("handle", "department", at=hours(7)),
        ask("reply", "department", action_id="reply-2", at=hours(8)),
        ask("close", "dispatcher", action_id="close-2", at=hours(9)),
        ask("rate", "followup", action_id="rate-2", at=hours(10), grade=5),
    ]
    decision = one(after(*RATED, *again), ask("correct", "followup", corrects="a-rate", grade=1))
    assert decision.after is not None
    assert decision.after.evaluation == Evaluation(at=hours(10), grade=5)
    assert [(found.at, found.grade) for found in decision.added] == [(hours(5), 1)]


def test_its_sender_or_the_supervisor_and_nobody_else() -> None:
    case = after(*RATED)
    fix: dict[str, Any] = {"corrects": "a-rate", "corrects_sender": "followup", "grade": 2}
    assert code(one(case, ask("correct", "dispatcher", **fix))) == "not_authorized"
    assert code(one(case, ask("correct", "source", **fix))) == "not_authorized"
    assert code(one(case, ask("correct", actor("source", "hotline"), **fix))) == "not_authorized"
    assert code(one(case, ask("correct", "admin", **fix))) == "not_authorized"
    assert code(one(case, ask("correct", "supervisor", **fix))) == "applied"
    assert code(one(case, ask("correct", "supervisor", corrects="a-rate", grade=2))) == "unknown_action"


def test_who_led_once_corrects_what_it_said_then() -> None:
    way = [*closed(), ask("redo", "source", at=hours(9)), ask("dispatch", "dispatcher", department="roads")]
    fix = ask("correct", actor("department", "housing"), corrects="a-reply", text="更正")
    assert code(one(after(*way), fix)) == "applied"
    never = ask("correct", actor("department", "parks"), corrects="a-reply", text="更正")
    assert code(one(after(*way), never)) == "not_authorized"


def test_a_refused_action_and_the_submission_are_not_to_be_corrected() -> None:
    case = after(submission(category="leak"))
    assert code(one(case, ask("correct", "source", corrects="submit", text="x"))) == "unknown_action"
    assert code(one(case, ask("correct", "department", corrects="a-reply", text="x"))) == "unknown_action"


def test_what_the_action_never_said_is_not_corrected() -> None:
    case = after(*RATED)
    refused = one(case, ask("correct", "department", corrects="a-reply", grade=5, contacted=True)).refusal
    assert refused is not None
    assert (refused.code, refused.fields) == ("not_correctable", ("grade", "contacted"))
    assert code(one(case, ask("correct", "followup", corrects="a-follow_up", contacted=False))) == "applied"
    assert code(one(case, ask("correct", "followup", corrects="a-rate", reason="r"))) == "missing_field"


def test_a_corrected_text_moves_no_figure() -> None:
    decision = one(after(*RATED), ask("correct", "department", corrects="a-reply", text="更正"))
    assert (code(decision), decision.added, decision.removed) == ("applied", (), ())
    assert decision.before == decision.after
    assert decision.details.text == "更正"
