"""The generator: the same by seed, in order within a case, and with everything in it."""

from collections import Counter
from typing import Any, get_args

from services.contracts.actions import ActionName
from services.contracts.identity import case_id
from tests.recount.history import generate, key_row, keys_of, reference_street
from tests.recount.lives import Step
from tests.recount.recount import Recount

from .log import STREET, logged

STEPS = generate(STREET, seed=3, cases=1500)


def case_of(step: Step) -> str:
    if step["kind"] == "action":
        return str(step["body"]["case_id"])
    return case_id(step["kind"], step["key"].partition(":")[2], step["body"]["source_id"])


def outcomes() -> list[dict[str, Any]]:
    return [dict(outcome) for outcome in Recount(STREET).read(logged(STEPS)).outcomes]


def test_the_same_seed_gives_the_same_history() -> None:
    assert generate(STREET, seed=3, cases=100) == generate(STREET, seed=3, cases=100)
    assert generate(STREET, seed=3, cases=100) != generate(STREET, seed=4, cases=100)


def test_a_case_begins_with_its_submission_and_cases_interleave() -> None:
    seen: set[str] = set()
    switches = 0
    for before, step in zip([None, *STEPS], STEPS, strict=False):
        case = case_of(step)
        never = step["kind"] == "action" and "早于登记" not in str(step["body"]) and case not in seen
        if step["kind"] != "action":
            seen.add(case)
        elif never:
            assert step["body"]["action"] == "amend", "only for a case that nobody knows"
        switches += before is not None and case_of(before) != case
    assert len(seen) == 1500
    assert switches > len(STEPS) / 2


def test_every_action_is_applied_and_is_refused() -> None:
    found = Counter((outcome["action"], outcome["outcome"]) for outcome in outcomes())
    for action in get_args(ActionName):
        assert found[(action, "applied")] > 0, action
    assert found[("submit", "none")] > 0
    assert {action for action, outcome in found if outcome == "refused"} >= {"submit", "sign", "close", "rate", "amend"}


def test_every_reason_to_refuse_is_there() -> None:
    assert {outcome["code"] for outcome in outcomes()} == {
        None,
        "before_reception",
        "conflicting_action",
        "conflicting_duplicate",
        "missing_field",
        "not_allowed",
        "not_amendable",
        "not_authorized",
        "same_department",
        "unknown_action",
        "unknown_case",
        "unknown_category",
        "unknown_department",
    }


def test_every_state_is_left_standing_somewhere() -> None:
    states = {case["state"] for case in Recount(STREET).read(logged(STEPS)).cases.values()}
    assert states == {
        "received", "accepted", "dispatched", "signed", "return_requested", "handling", "on_hold", "replied", "redo",
        "closed", "follow_up", "evaluated", "rejected", "void",
    }  # fmt: skip


def test_every_channel_grade_and_kind_of_time_is_there() -> None:
    bodies = [step["body"] for step in STEPS]
    assert {body["channel"] for body in bodies if "channel" in body} == set(STREET["channel"])
    assert {body["grade"] for body in bodies if body.get("action") == "rate" and "grade" in body} == {1, 2, 3, 4, 5}
    assert {"source_due_at", "reporter", "place", "urgency", "confidential"} <= {
        name for body in bodies for name in body
    }
    by_case: dict[str, list[str]] = {}
    for step in STEPS:
        if step["kind"] == "action":
            by_case.setdefault(case_of(step), []).append(step["body"]["at"])
    assert any(times != sorted(times) for times in by_case.values()), "some are told late"
    days = {body["reported_at"][:10] for body in bodies if "reported_at" in body}
    assert len(days) >= 60


def test_the_reference_street_gives_a_history_whose_keys_can_be_made() -> None:
    steps = generate(reference_street(), seed=1, cases=300)
    rows = {name: key_row(name) for name in keys_of(steps)}
    assert {"dispatcher", "supervisor", "followup", "source:hotline"} <= rows.keys()
    assert all("_" not in (row["subject"] or "") for row in rows.values()), "a key's subject is [a-z0-9-]"
