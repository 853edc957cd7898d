"""Whom a fact is told to: by the facts that routing's own domain gives."""

from datetime import timedelta
from typing import Any

import pytest

from services.contracts.assignments import AssignmentNotice
from services.contracts.cases import CaseFact
from services.notify.domain.notice import notices
from services.notify.domain.told import Told, told
from tests.unit.routing.commands import DISPATCHER, SOURCE, START, A, B, action, submission
from tests.unit.routing.test_bench import judged

NAMES = frozenset("ab")


def tell(facts: list[CaseFact]) -> tuple[Told | None, list[AssignmentNotice]]:
    case, made = None, list[AssignmentNotice]()
    for fact in facts:
        after = told(case, fact, NAMES)
        if after is not None:
            made += notices(case, after, fact, NAMES)
        case = after
    return case, made


def facts(*commands: Any, **changes: Any) -> list[CaseFact]:
    return judged([[submission(category="roads", **changes), *commands]])


def test_a_transfer_is_told_to_who_lost_it_and_to_who_has_it_now() -> None:
    _, made = tell(facts(action("dispatch", DISPATCHER, department="b")))
    assert [(notice.notice, notice.department) for notice in made] == [
        ("assigned", "a"),
        ("withdrawn", "a"),
        ("assigned", "b"),
    ]
    assert len({notice.id for notice in made}) == 3
    assert made[0].due_at == START + timedelta(hours=48)


def test_refusals_and_the_departments_own_moves_tell_nobody() -> None:
    _, made = tell(facts(action("sign", B), action("sign", A), action("reply", A, text="t")))
    assert [notice.notice for notice in made] == ["assigned"]


def test_what_others_do_is_told_to_the_lead() -> None:
    _, made = tell(
        facts(
            action("sign", A),
            action("handle", A),
            action("hold", DISPATCHER, reason="等料", until=START + timedelta(days=9)),
            action("resume", A),
            action("amend", SOURCE, fields={"title": "新标题", "place": {"address": "某路"}}),
            action("reply", A, text="t"),
            action("close", DISPATCHER),
            action("redo", SOURCE, reason="未解决"),
            action("void", SOURCE, 9, reason="误登"),
        )
    )
    assert [notice.notice for notice in made] == ["assigned", "held", "resumed", "amended", "closed", "redo", "void"]
    assert (made[1].reason, made[3].title) == ("等料", "新标题")
    assert made[3].place is not None


def test_only_who_signed_as_lead_has_signed() -> None:
    case, _ = tell(facts(action("sign", A)))
    assert case is not None
    assert (case.lead, case.signed_by) == ("a", "a")
    case, _ = tell(
        facts(action("sign", A), action("return", A, 2, reason="r"), action("dispatch", DISPATCHER, 3, department="b"))
    )
    assert case is not None
    assert (case.lead, case.signed_by) == ("b", None)


def test_a_fact_applied_late_does_not_take_the_case_back() -> None:
    made = facts(action("dispatch", DISPATCHER, department="b"), action("sign", B, 2))
    case, _ = tell([*made[:2], *made[3:]])
    again, _ = tell([*made[:2], *made[3:], made[2]])
    assert case == again
    assert case is not None
    assert (case.lead, case.signed_by) == ("b", "b")


def test_a_fact_before_its_submission_is_no_notice() -> None:
    made = facts()
    with pytest.raises(ValueError, match="before its submission"):
        told(None, made[1], NAMES)
