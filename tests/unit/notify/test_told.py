"""The case as notify keeps it: who signed it as lead, through all that can become of it."""

from typing import Any

import msgspec
import pytest

from services.notify.domain.told import Told

from .facts import Case, department, kinds, task

A, B = department("a"), department("b")


def signed() -> Case:
    case = Case(state="dispatched", tasks=[task("b")])
    case.move("sign", "signed", "signed_on_time", by=A, summary={"state": "signed"})
    return case


def who_signed(case: Case) -> str | None:
    assert case.told is not None
    return case.told.signed_by


@pytest.mark.parametrize(
    ("action", "happened", "summary"),
    [
        ("return", "return_requested", {"state": "return_requested"}),
        ("refuse_return", "return_refused", {"state": "signed"}),
        ("send_back", "sent_back", {"state": "handling"}),
        ("redo", "redone", {"state": "redo"}),
        ("verify", "verified verification_failed", {"state": "redo"}),
        ("merge", "merged", {"state": "merged"}),
        ("split", "split", {"state": "signed"}),
        ("void", "voided", {"state": "void"}),
        ("archive", "archived", {"state": "archived"}),
        ("exclude", "dispatched signed excluded", {"excluded": True}),
    ],
)
def test_who_signed_stays_so_while_it_leads(action: Any, happened: str, summary: dict[str, Any]) -> None:
    case = signed()
    case.move(action, *kinds(happened), summary=summary)
    assert who_signed(case) == "a"
    assert case.told is not None
    assert case.told.state == summary.get("state", "signed")


def test_what_a_closed_department_had_signed_its_successor_need_not_sign_again() -> None:
    case = signed()
    case.move("hand_over", "handed_over", summary={"lead": "c"})
    assert who_signed(case) == "c"
    case = Case(state="dispatched")
    case.move("hand_over", "handed_over", summary={"lead": "c"})
    assert who_signed(case) is None


@pytest.mark.parametrize(
    ("action", "happened", "summary"),
    [
        ("dispatch", "dispatched", {"state": "dispatched", "lead": "b"}),
        ("dispatch", "dispatched", {"state": "dispatched"}),
        ("self_handle", "self_handled replied closed", {"state": "closed", "lead": None}),
    ],
)
def test_a_new_dispatch_is_signed_anew_and_who_lost_the_case_has_not_signed(
    action: Any, happened: str, summary: dict[str, Any]
) -> None:
    case = signed()
    case.move("redo", "redone", summary={"state": "redo"})
    case.move(action, *kinds(happened), summary=summary)
    assert who_signed(case) is None


def test_an_assistant_s_signature_and_its_refused_return_are_not_the_lead_s() -> None:
    case = Case(state="dispatched", tasks=[task("b")])
    case.move("sign", "assist_signed", by=B, summary={"tasks": (task("b", "signed"),)})
    assert who_signed(case) is None
    case.move("return", "assist_return_requested", by=B, summary={"tasks": (task("b", "return_requested"),)})
    case.move("refuse_return", "assist_return_refused", summary={"tasks": (task("b", "signed"),)}, department="b")
    assert who_signed(case) is None
    case.move("sign", "signed", by=A, summary={"state": "signed"})
    assert who_signed(case) == "a"


def test_a_department_that_reports_in_answers_the_newest_summons_that_waits_for_it() -> None:
    case = Case()
    case.move("whistle", "whistled", departments=("a", "b"))
    case.move("whistle", "whistled", departments=("a",))
    assert waiting(case) == {"2": ("a", "b"), "3": ("a",)}
    case.move("report_in", "reported_in", by=A)
    assert waiting(case) == {"2": ("a", "b")}
    case.move("report_in", "reported_in", by=A)
    assert waiting(case) == {"2": ("b",)}
    case.move("void", "voided", summary={"state": "void"})
    assert waiting(case) == {}


def waiting(case: Case) -> dict[str, tuple[str, ...]]:
    """As it comes out of the store."""
    assert case.told is not None
    return dict(msgspec.msgpack.decode(msgspec.msgpack.encode(case.told), type=Told).summoned)
