"""回访 and 评价: what the person says of it, what stands of that, and what routing does if it is not solved."""

import pytest

from services.contracts.cases import Evaluation, FollowUp
from tests.unit.routing.street import hours
from tests.unit.routing.town import closed, made, replied, town


@pytest.mark.parametrize(
    ("said", "effective"),
    [({"contacted": True}, True), ({"contacted": False}, False), ({"contacted": True, "effective": False}, False)],
)
def test_a_survey_is_effective_as_it_reached_somebody_unless_said(said: dict[str, bool], effective: bool) -> None:
    life = closed()
    decision = life.do("follow_up", "followup", at=9, solved=False, **said)
    (occurred,) = decision.added
    assert (occurred.kind, occurred.contacted, occurred.effective, occurred.solved) == (
        "followed_up",
        said["contacted"],
        effective,
        False,
    )
    expected = FollowUp(at=hours(9), contacted=said["contacted"], effective=effective, solved=False)
    assert (life.summary.follow_up, life.summary.state) == (expected, "follow_up")


def test_an_evaluation_stands_and_the_first_is_kept() -> None:
    life = closed()
    decision = life.do("rate", "source", at=9, grade=2, solved=False)
    assert (made(decision), decision.added[0].grade, decision.added[0].solved) == ([("evaluated", "housing")], 2, False)
    first = Evaluation(at=hours(9), grade=2, solved=False)
    assert (life.summary.evaluation, life.summary.first_evaluation) == (first, first)
    life.do("redo", "supervisor", reason="r")
    life.do("handle", "department")
    life.do("reply", "department")
    life.do("close", "dispatcher")
    life.do("rate", "followup", at=20, grade=5)
    second = Evaluation(at=hours(20), grade=5)
    assert (life.summary.evaluation, life.summary.first_evaluation) == (second, first)


def test_a_closing_is_rated_once() -> None:
    life = closed()
    life.do("follow_up", "source", contacted=True)
    assert life.code("follow_up", "followup", contacted=True) == "not_allowed"
    life.do("rate", "source", grade=4)
    assert life.code("rate", "followup", grade=1) == "not_allowed"


def test_an_archived_case_may_still_be_rated() -> None:
    life = closed()
    life.marks("archive")
    before = life.summary
    life.do("rate", "source", grade=4)
    assert (before.state, life.summary.state) == ("archived", "evaluated")


@pytest.mark.parametrize(("action", "said"), [("follow_up", {"contacted": True}), ("rate", {"grade": 1})])
def test_what_is_not_solved_is_done_again_where_the_policy_says_so(action: str, said: dict[str, int]) -> None:
    life = closed(town(redo_if_unsolved=True))
    life.do(action, "followup", at=9, solved=False, **said)  # type: ignore[arg-type]
    redo = life.decisions[-1]
    assert (redo.action, redo.actor.role, redo.at, redo.details.reason) == ("redo", "routing", hours(9), "回访未解决")
    assert redo.action_id == f"followup:{life.decisions[-2].action_id}/redo"
    assert (life.summary.state, life.summary.due_at) == ("redo", hours(39))


@pytest.mark.parametrize("solved", [True, None])
def test_what_is_solved_or_not_said_is_not_done_again(solved: bool | None) -> None:
    life = closed(town(redo_if_unsolved=True))
    life.do("follow_up", "followup", contacted=True, solved=solved)
    assert life.summary.state == "follow_up"
    life = closed()
    life.do("rate", "followup", grade=1, solved=False)
    assert life.summary.state == "evaluated"


def test_what_was_archived_is_not_done_again_by_itself() -> None:
    life = closed(town(redo_if_unsolved=True))
    life.marks("archive")
    life.do("rate", "source", grade=1, solved=False)
    assert life.summary.state == "evaluated"


def test_a_correction_of_the_standing_survey_corrects_what_stands() -> None:
    life = closed()
    said = life.do("follow_up", "followup", at=9, contacted=True, solved=True)
    decision = life.do("correct", "followup", at=20, corrects=said.action_id, solved=False, contacted=False)
    (old,), (new,) = decision.removed, decision.added
    assert (old.id, new.at, new.solved, new.contacted, new.effective) == (
        said.added[0].id, hours(9), False, False, True,
    )  # fmt: skip
    assert life.summary.follow_up == FollowUp(at=hours(9), contacted=False, effective=True, solved=False)
    life.do("redo", "source", reason="r")
    life.do("correct", "followup", corrects=said.action_id, solved=True)
    assert life.summary.follow_up is None


def test_a_correction_of_an_earlier_survey_leaves_the_standing_one() -> None:
    life = closed()
    first = life.do("follow_up", "followup", contacted=True, solved=False)
    life.do("redo", "source", reason="r")
    life.do("handle", "department")
    life.do("reply", "department")
    life.do("close", "dispatcher")
    life.do("follow_up", "followup", at=30, contacted=True, solved=True)
    life.do("correct", "followup", corrects=first.action_id, solved=None, effective=False)
    assert life.summary.follow_up == FollowUp(at=hours(30), contacted=True, effective=True, solved=True)


def test_the_first_evaluation_is_corrected_with_its_own() -> None:
    life = closed()
    said = life.do("rate", "source", at=9, grade=2)
    life.do("correct", "source", corrects=said.action_id, grade=4)
    assert (life.summary.evaluation, life.summary.first_evaluation) == (Evaluation(at=hours(9), grade=4),) * 2
    assert replied().summary.evaluation is None
