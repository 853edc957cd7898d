"""Every row of the table of notices: what happened, and who is told what in which part."""

from collections.abc import Sequence
from typing import Any, get_args

import msgspec
import pytest

from services.contracts.assignments import AssignmentNotice, NoticeKind
from services.contracts.cases import OccurrenceKind
from services.notify.domain.notice import TABLE

from .facts import DUE, T0, TASK_DUE, UNTIL, Case, department, kinds, task

OPEN, BACK = task("b"), task("b", "return_requested")
LED: dict[str, Any] = {"lead": "a"}
LEAD_AND_ASSISTANT: dict[str, Any] = {"lead": "a", "tasks": [OPEN]}


def row(
    action: Any,
    happened: str,
    expected: str,
    case: dict[str, Any] = LEAD_AND_ASSISTANT,
    summary: dict[str, Any] | None = None,
    **details: Any,
) -> Any:
    """One line below; `expected` is "kind role department" of each notice, in order."""
    named = "-".join(f"{name}={value}" for name, value in details.items() if isinstance(value, str))
    return pytest.param(
        case, action, kinds(happened), summary or {}, details, expected, id=f"{action}: {happened} {named}".strip()
    )


TOLD = [
    row("dispatch", "dispatched", "assigned lead a", {"lead": None}, {"lead": "a"}),
    row("dispatch", "dispatched", "assigned lead a", LED),
    row("dispatch", "dispatched", "withdrawn lead a, assigned lead c", LED, {"lead": "c"}),
    row(
        "dispatch",
        "dispatched assisted assisted",
        "withdrawn lead a, assigned lead c, assigned assistant b, assigned assistant a",
        LED,
        {"lead": "c", "tasks": (task("b"), task("a"))},
        departments=("b", "a"),
    ),
    row("hand_over", "handed_over", "withdrawn lead a, assigned lead c", summary={"lead": "c"}),
    row(
        "hand_over",
        "handed_over",
        "withdrawn assistant b, assigned assistant c",
        {"tasks": [OPEN, task("e", "replied")]},
        {"tasks": (task("c"), task("c", "replied"))},
    ),
    row(
        "hand_over",
        "handed_over",
        "withdrawn lead a, assigned lead c, assigned assistant d",
        {"lead": "a", "tasks": [task("a")]},
        {"lead": "c", "tasks": (task("d"),)},
    ),
    row("assist", "assisted", "assigned assistant c", summary={"tasks": (OPEN, task("c"))}, department="c"),
    row("refuse_assist", "assist_refused", "assist_refused lead a", reason="r"),
    row("release", "released", "withdrawn assistant b", summary={"tasks": (task("b", "released"),)}, department="b"),
    row(
        "release",
        "released",
        "withdrawn assistant b",
        {"tasks": [BACK, task("c", "released"), task("d", "replied"), task("e")]},
        {"tasks": (task("b", "released"), task("c", "released"), task("d", "replied"), task("e"))},
    ),
    row("refuse_return", "return_refused", "return_refused lead a", reason="r"),
    row(
        "refuse_return",
        "assist_return_refused",
        "return_refused assistant b",
        {"tasks": [BACK, task("c", "signed")]},
        {"tasks": (task("b", "signed"), task("c", "signed"))},
        department="b",
    ),
    row(
        "self_handle",
        "released self_handled replied closed",
        "withdrawn lead a, withdrawn assistant b",
        summary={"lead": None, "state": "closed", "tasks": (task("b", "released"),)},
    ),
    row("grant_return_up", "returned_up", "withdrawn lead a, withdrawn assistant b", summary={"state": "returned"}),
    row("grant_return_up", "returned_up", "withdrawn lead a", LED, {"lead": None, "state": "returned"}),
    row("reject", "rejected", "withdrawn assistant b", {"lead": None, "tasks": [OPEN]}, {"state": "rejected"}),
    row("whistle", "whistled", "whistled summoned c, whistled summoned d", departments=("c", "d"), reason="r"),
    row("consult", "consulted", "consulted consulted c, consulted consulted a", parties=("c", "某大学", "zzz", "a")),
    row("hold", "held", "held lead a"),
    row("refuse_hold", "hold_refused", "hold_refused lead a"),
    row("resume", "resumed", "resumed lead a"),
    row("extend", "extended", "extended lead a"),
    row("refuse_extend", "extension_refused", "extension_refused lead a"),
    row("recategorise", "recategorised", "recategorised lead a, recategorised assistant b", category="noise"),
    row("dispatch", "dispatched recategorised", "assigned lead a, recategorised assistant b", department="a"),
    row("amend", "amended", "amended lead a, amended assistant b", fields={"title": "新"}),
    row("amend", "amended", "amended lead a", {"tasks": [task("b", "replied"), task("c", "released")]}),
    row("send_back", "sent_back", "sent_back lead a"),
    row("redo", "redone", "redo lead a"),
    row("verify", "verified verification_failed", "redo lead a", passed=False),
    row("verify", "verified closed", "closed lead a", {"tasks": [task("b", "replied")]}, passed=True),
    row("close", "closed", "closed lead a, closed assistant b"),
    row("remind", "reminded", "reminded lead a"),
    row("remind", "due_soon", "due_soon lead a", clock="reply"),
    row("remind", "due_soon", "due_soon assistant b", clock="assist", department="b"),
    row("escalate", "overdue", "overdue lead a", clock="sign", level="department"),
    row("escalate", "overdue escalated", "overdue lead a, escalated lead a", clock="sign", level="leader"),
    row(
        "escalate",
        "overdue escalated",
        "overdue assistant b, escalated assistant b",
        clock="assist",
        level="leader",
        department="b",
    ),
    row("escalate", "escalated", "escalated lead a", level="supervision"),
    row("supervise", "supervised", "supervised lead a", reason="r"),
    row("merge", "merged", "merged lead a, merged assistant b", summary={"state": "merged"}, main="t-2"),
    row("split", "split", "split lead a, split assistant b", {"state": "merged", **LEAD_AND_ASSISTANT}),
    row("void", "voided", "void lead a, void assistant b", summary={"state": "void"}),
    row(
        "void",
        "voided",
        "void lead a, void assistant b",
        summary={"state": "void", "tasks": (task("b", "released"),)},
    ),
]  # fmt: skip


def plain(made: Sequence[AssignmentNotice]) -> str:
    return ", ".join(f"{one.notice} {one.role} {one.department}" for one in made)


@pytest.mark.parametrize(("case", "action", "happened", "summary", "details", "expected"), TOLD)
def test_is_told(
    case: dict[str, Any], action: Any, happened: Any, summary: dict[str, Any], details: dict[str, Any], expected: str
) -> None:
    made = Case(**case).move(action, *happened, summary=summary, **details)
    assert plain(made) == expected
    assert [one.id for one in made] == [f"t-1/2/{one.notice}/{one.department}" for one in made]


def test_no_row_of_the_table_is_left_out_here_but_those_that_end_a_consultation() -> None:
    """Those have a test of their own."""
    tried = {(kind, expected) for param in TOLD for kind in param.values[2] for expected in param.values[5].split(", ")}
    left = {
        (kind, notice)
        for kind, notice, _ in TABLE
        if not any(kind == tried_kind and told.startswith(f"{notice} ") for tried_kind, told in tried)
    }
    assert left == {(kind, "concluded") for kind in ("concluded", "rejected", "returned_up", "voided")}


def test_every_kind_of_notice_has_a_row() -> None:
    assert {notice for _, notice, _ in TABLE} == set(get_args(NoticeKind))


@pytest.mark.parametrize("kind", sorted(set(get_args(OccurrenceKind)) - {kind for kind, _, _ in TABLE}))
def test_is_told_to_nobody(kind: OccurrenceKind) -> None:
    case = Case(**LEAD_AND_ASSISTANT)
    case.move("consult", "consulted", parties=("c",))
    case.move("whistle", "whistled", departments=("d",))
    assert case.move("link", kind, by=department("b")) == []


@pytest.mark.parametrize("action", ["exclude", "correct"])
def test_what_is_counted_again_is_not_told_again(action: Any) -> None:
    """剔除 and 更正 remove occurrences and add them again."""
    assert Case(**LEAD_AND_ASSISTANT).move(action, "dispatched", "assisted", "held", "closed", "excluded") == []


@pytest.mark.parametrize(
    ("action", "happened", "expected"),
    [
        ("conclude", "concluded", "concluded consulted c, concluded consulted a"),
        ("dispatch", "dispatched concluded", "assigned lead a, concluded consulted c, concluded consulted a"),
        ("reject", "rejected", "concluded consulted c, concluded consulted a"),
        ("grant_return_up", "returned_up", "withdrawn lead a, concluded consulted c, concluded consulted a"),
        ("void", "voided", "concluded consulted c, concluded consulted a, void lead a"),
    ],
)
def test_the_end_of_a_consultation_is_told_to_all_departments_that_were_asked(
    action: Any, happened: str, expected: str
) -> None:
    case = Case()
    case.move("consult", "consulted", parties=("c", "某大学", "a"), reason="r")
    case.move("opine", "opined", by=department("c"), text="同意")
    assert plain(case.move(action, *kinds(happened), reason="r")) == expected
    assert plain(case.move("conclude", "concluded")) == "", "it is over"


def test_a_deadline_of_a_summons_or_a_consultation_is_told_to_whoever_still_owes_something() -> None:
    case = Case()
    case.move("consult", "consulted", parties=("c", "d", "e"))
    case.move("opine", "opined", by=department("c"), text="t")
    case.move("opine", "opined", party="d", text="desk writes down")
    case.move("whistle", "whistled", departments=("c", "f"))
    case.move("whistle", "whistled", departments=("c",))
    case.move("report_in", "reported_in", by=department("c"))
    case.move("report_in", "reported_in", by=department("f"))
    assert plain(case.move("remind", "due_soon", clock="opine")) == "due_soon consulted e"
    # called twice, c came once, to the newer summons: each clock is of one summons
    assert plain(case.move("remind", "due_soon", clock="report", task="5")) == "due_soon summoned c"
    assert case.move("remind", "due_soon", clock="report", task="6") == []
    case.move("report_in", "reported_in", by=department("c"))
    assert case.move("remind", "due_soon", clock="report", task="5") == []


def test_a_deadline_of_a_task_is_told_to_the_assistant_that_is_named() -> None:
    case = Case(tasks=[task("b"), task("c"), task("d", "replied")])
    assert plain(case.move("remind", "due_soon", clock="assist", department="c")) == "due_soon assistant c"
    assert case.move("remind", "due_soon", clock="assist", department="d") == [], "it has replied"
    assert len(case.move("remind", "due_soon", clock="assist")) == 2, "nobody is named"


def test_a_department_with_two_parts_is_told_once_of_each_kind_as_the_lead() -> None:
    made = Case(lead="a", tasks=[task("a")]).move("void", "voided", summary={"state": "void"})
    assert plain(made) == "void lead a"


@pytest.mark.parametrize(
    ("action", "kind", "details", "due"),
    [
        ("hold", "held", {}, DUE),
        ("assist", "assisted", {"department": "c"}, TASK_DUE),
        ("whistle", "whistled", {"departments": ("c",), "until": UNTIL}, UNTIL),
        ("whistle", "whistled", {"departments": ("c",)}, DUE),
        ("consult", "consulted", {"parties": ("c",), "until": UNTIL}, UNTIL),
        ("consult", "consulted", {"parties": ("c",)}, DUE),
        ("remind", "due_soon", {"clock": "sign", "due_at": UNTIL}, UNTIL),
        ("remind", "due_soon", {"clock": "reply"}, DUE),
        ("extend", "extended", {"due_at": UNTIL}, DUE),
    ],
)
def test_it_is_due(action: Any, kind: OccurrenceKind, details: dict[str, Any], due: Any) -> None:
    (made,) = Case().move(action, kind, summary={"tasks": (task("c"),)} if kind == "assisted" else {}, **details)
    assert made.due_at == due


def test_a_reminder_says_of_which_deadline_unless_it_has_its_own_reason() -> None:
    case = Case()
    (made,) = case.move("remind", "due_soon", clock="sign")
    assert (made.reason, made.clock, made.level) == ("签收", "sign", None)
    (made,) = case.move("escalate", "escalated", clock="sign", level="leader", reason="逾期")
    assert (made.reason, made.clock, made.level) == ("逾期", "sign", "leader")


def test_who_loses_a_case_to_another_is_told_to_which() -> None:
    (made,) = Case().move("merge", "merged", summary={"state": "merged"}, main="t-2")
    assert made.main == "t-2"
    (made,) = Case().move("assist", "assisted", summary={"tasks": (task("b"),)})
    assert made.main is None


def test_of_a_confidential_case_nobody_is_told_more_than_the_lead() -> None:
    case = Case(confidential=True)
    (lead,) = case.move("hold", "held", reason="r")
    made = [
        *case.move("assist", "assisted", summary={"tasks": (task("b"),)}, reason="r"),
        *case.move("whistle", "whistled", departments=("c",), reason="r"),
        *case.move("consult", "consulted", parties=("d",), reason="r"),
    ]
    assert {one.role for one in made} == {"assistant", "summoned", "consulted"}
    own = ("id", "department", "version", "notice", "role", "due_at")
    said = {name: getattr(lead, name) for name in lead.__struct_fields__ if name not in own}
    for one in made:
        assert {name: getattr(one, name) for name in said} == said
        assert b"3101" not in msgspec.json.encode(one)
    assert lead.confidential


def test_a_refused_action_tells_nobody() -> None:
    case = Case(**LEAD_AND_ASSISTANT)
    fact = msgspec.structs.replace(case.moved("void", "voided"), outcome="refused")
    assert case.take(fact) == []
    assert fact.at == T0
