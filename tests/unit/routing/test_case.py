"""The life of a case: what is refused and why, what each move leaves behind."""

from datetime import timedelta
from typing import Any

import pytest

from services.routing.domain.case import decide, evolve
from tests.unit.routing.commands import (
    DISPATCHER,
    RULES,
    SOURCE,
    START,
    A,
    B,
    action,
    play,
    state_of,
    submission,
)

DISPATCHED = (submission(category="roads"),)
REPLIED = (*DISPATCHED, action("sign", A), action("reply", A, 2, text="done"))
CLOSED = (*REPLIED, action("close", DISPATCHER, 3))
RATED = (*CLOSED, action("rate", SOURCE, 4, action_id="r1", grade=4, solved=True))


def test_a_known_category_is_accepted_and_dispatched_by_routing_itself() -> None:
    case, decisions = play(submission(category="roads"))
    assert [decision.action_id for decision in decisions] == ["submit", "submit/accept", "submit/dispatch"]
    assert [decision.version for decision in decisions] == [1, 2, 3]
    assert case is not None
    assert case.summary.dims.department == "a"
    assert case.summary.due_at == START + timedelta(hours=48)


def test_an_unknown_category_waits_in_the_queue_until_the_dispatcher_names_one() -> None:
    assert state_of(submission(category="what")) == "received"
    case, decisions = play(submission(category="what"), action("accept", DISPATCHER, 5, category="roads"))
    assert case is not None
    assert case.summary.state == "dispatched"
    assert decisions[-1].action_id == "dispatcher:accept-5/dispatch"
    assert decisions[-1].actor.role == "routing"
    assert case.summary.due_at == case.summary.first_due_at == START + timedelta(hours=48)


def test_the_sources_own_due_time_comes_before_the_categorys() -> None:
    due = START + timedelta(hours=3)
    case, _ = play(submission(source_due_at=due), action("accept", DISPATCHER, category="roads"))
    assert case is not None
    assert case.summary.due_at == due


def test_the_same_submission_has_no_effect_and_another_under_its_number_is_refused_by_field() -> None:
    _, decisions = play(submission(), submission())
    assert len(decisions) == 1
    case, decisions = play(submission(), submission(title="n", contact_digest="d"))
    refusal = decisions[-1].refusal
    assert refusal is not None
    assert (refusal.code, refusal.fields) == ("conflicting_duplicate", ("reporter", "title"))
    assert case is not None
    assert case.version == 1


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (action("sign", B), "not_authorized"),
        (action("close", DISPATCHER), "not_allowed"),
        (action("sign", A, -1), "before_reception"),
        (action("return", A), "missing_field"),
        (action("dispatch", DISPATCHER, department="nowhere"), "unknown_department"),
        (action("dispatch", DISPATCHER, department="a"), "same_department"),
        (action("amend", SOURCE, fields={"category": "x"}), "not_amendable"),
        (action("amend", SOURCE, fields={"place": None}), "not_amendable"),
        (action("correct", SOURCE, corrects="never", grade=1), "unknown_action"),
    ],
)
def test_a_refusal_says_why(command: Any, code: str) -> None:
    _, decisions = play(*DISPATCHED, command)
    refusal = decisions[-1].refusal
    assert refusal is not None
    assert refusal.code == code
    assert " / " in refusal.detail


def test_an_action_for_a_case_nobody_submitted_is_refused() -> None:
    case, decisions = play(action("sign", A))
    assert case is None
    assert decisions[0].refusal is not None
    assert (decisions[0].refusal.code, decisions[0].version) == ("unknown_case", 0)


def test_a_channels_own_authority_replaces_the_tables() -> None:
    hotline = submission(category="roads", channel="hotline")
    steps = (hotline, action("sign", A), action("reply", A, 2, text="t"))
    assert state_of(*steps, action("close", DISPATCHER, 3)) == "replied"
    assert state_of(*steps, action("close", SOURCE, 3)) == "closed"
    assert state_of(hotline) == "dispatched", "routing still accepts by itself"


def test_a_granted_return_counts_and_moves_the_lead_a_refused_one_does_not() -> None:
    asked = (*DISPATCHED, action("return", A, reason="not ours"))
    granted, _ = play(*asked, action("dispatch", DISPATCHER, 2, department="b"))
    refused, _ = play(*asked, action("refuse_return", DISPATCHER, 2, reason="yours"))
    assert granted is not None
    assert refused is not None
    assert (granted.summary.returns, granted.summary.dims.department, granted.departments) == (1, "b", ("a", "b"))
    assert (refused.summary.returns, refused.summary.state) == (0, "signed")


def test_a_redo_takes_the_closing_and_its_evaluation_back_and_keeps_the_reply_and_the_first_promise() -> None:
    case, _ = play(*RATED, action("redo", SOURCE, 10, reason="not solved"))
    assert case is not None
    summary = case.summary
    assert (summary.closed_at, summary.evaluation, summary.redos) == (None, None, 1)
    assert summary.replied_at == START + timedelta(hours=2)
    assert summary.first_due_at == START + timedelta(hours=48)
    assert summary.due_at == START + timedelta(hours=58)


def test_void_removes_all_that_occurred_before() -> None:
    _, decisions = play(*DISPATCHED, action("void", SOURCE, reason="test"))
    assert [occurrence.kind for occurrence in decisions[-1].removed] == ["received", "accepted", "dispatched"]
    assert [occurrence.kind for occurrence in decisions[-1].added] == ["voided"]


def test_a_correction_replaces_a_grade_keeping_its_time_and_can_be_corrected_again() -> None:
    first = action("correct", SOURCE, 6, action_id="c1", corrects="r1", grade=1)
    again = action("correct", SOURCE, 7, action_id="c2", corrects="r1", grade=5, solved=False)
    case, decisions = play(*RATED, first, again)
    assert case is not None
    evaluation = case.summary.evaluation
    assert evaluation is not None
    assert (evaluation.grade, evaluation.solved, evaluation.at) == (5, False, START + timedelta(hours=4))
    assert decisions[-1].removed == decisions[-2].added
    assert decisions[-1].added[0].at == START + timedelta(hours=4)
    assert case.summary.state == "evaluated"


def test_only_its_sender_or_the_supervisor_corrects() -> None:
    _, decisions = play(
        *RATED, action("correct", DISPATCHER, 6, corrects="r1", corrects_sender="source:platform", grade=1)
    )
    assert decisions[-1].refusal is not None
    assert decisions[-1].refusal.code == "not_authorized"


def test_a_refusal_does_not_change_a_case() -> None:
    case, _ = play(*DISPATCHED)
    (refused,) = decide(case, action("close", SOURCE), RULES, START)
    with pytest.raises(ValueError, match="does not change"):
        evolve(case, refused)
