"""并单, 拆单, 并案: what a merger and a link change in the one case; the talk between two is in test_mergers.py."""

import pytest

from services.contracts.identity import case_id
from tests.unit.routing.street import MAIN, hours
from tests.unit.routing.town import Life, closed, handling, made, replied

OTHER_MAIN = case_id("ticket", "hotline", "7")


def test_a_merger_takes_the_case_out_and_a_split_puts_it_where_it_was() -> None:
    for life in (handling(), replied(), closed()):
        before = life.summary
        decision = life.do("merge", "dispatcher", main=MAIN)
        assert made(decision) == [("merged", "housing")]
        assert (life.summary.state, life.summary.merged_into, life.summary.valid) == ("merged", MAIN, False)
        assert life.case.next_mark is None
        assert made(life.do("split", "dispatcher")) == [("split", "housing")]
        assert life.summary == before


def test_the_state_before_is_that_of_the_last_merger() -> None:
    life = Life()
    life.do("merge", "dispatcher", main=MAIN)
    life.do("split", "dispatcher")
    life.do("sign", "department")
    life.do("merge", "dispatcher", main=OTHER_MAIN)
    life.do("split", "dispatcher")
    assert life.summary.state == "signed"


@pytest.mark.parametrize("action", ["merge", "link"])
def test_a_case_is_not_its_own_main_nor_one_of_another_kind(action: str) -> None:
    life = Life()
    for main, code in (
        (life.case.case_id, "same_case"),
        (case_id("opinion", "grid", "9"), "other_kind"),
        ("nonsense", "other_kind"),
    ):
        assert life.code(action, "dispatcher", main=main) == code  # type: ignore[arg-type]


def test_nothing_moves_in_a_merged_case() -> None:
    life = handling()
    life.do("merge", "dispatcher", main=MAIN)
    for action in ("reply", "extend", "close", "void", "remind", "merge", "link", "publish"):
        for who in ("source", "department", "dispatcher", "supervisor"):
            assert life.code(action, who) in ("merged", "not_authorized")


def test_a_linked_case_goes_on_and_counts() -> None:
    life = handling()
    decision = life.do("link", "dispatcher", main=MAIN)
    assert (made(decision), life.summary.linked_to) == ([("linked", "housing")], MAIN)
    assert (life.summary.state, life.summary.valid) == ("handling", True)
    life.do("link", "dispatcher", main=OTHER_MAIN)
    assert life.summary.linked_to == OTHER_MAIN
    life.do("reply", "department")
    assert made(life.do("unlink", "dispatcher")) == [("unlinked", "housing")]
    assert life.summary.linked_to is None
    assert life.code("unlink", "dispatcher") == "not_linked"


def test_a_reminder_a_supervision_and_a_step_up_change_no_state() -> None:
    life = handling()
    said = [
        made(life.do("remind", "source", at=9)),
        made(life.do("supervise", "supervisor", at=9, reason="r")),
        made(life.do("escalate", "supervisor", at=9, level="department")),
    ]
    assert said == [[(kind, "housing")] for kind in ("reminded", "supervised", "escalated")]
    assert (life.summary.state, life.summary.due_at) == ("handling", hours(100))


def test_amending_the_urgency_promises_nothing_anew() -> None:
    life = handling()
    decision = life.do("amend", "source", fields={"urgency": "urgent"})
    assert (made(decision), decision.terms, decision.clocks) == ([("amended", "housing")], None, None)
    assert (life.summary.dims.urgency, life.summary.due_at) == ("urgent", hours(100))
