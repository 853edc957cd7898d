"""The generator: the same by seed, in order within a case, and with everything in it."""

from collections import Counter
from typing import get_args

from services.contracts.actions import ActionName
from services.contracts.cases import State
from services.contracts.identity import case_id
from tests.recount.history import generate, key_row, keys_of, reference_street
from tests.recount.life import Step
from tests.recount.recount import Recount
from tests.recount.table import KINDS, ROUTING_ALONE

from .log import STREET, logged

STEPS = generate(STREET, seed=3, cases=3000)
RECOUNT = Recount(STREET).read(logged(STEPS))
NOT_BY_A_SENDER = {"due_soon", "overdue", "archived", "handed_over", "signed_on_time", "contacted_on_time"}
"""What only a clock brings, or a change of the directory; what is in time needs a limit, and this street has none."""


def case_of(step: Step) -> str:
    if step["kind"] == "action":
        return str(step["body"]["case_id"])
    return case_id(step["kind"], step["key"].partition(":")[2], step["body"]["source_id"])


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
    assert len(seen) == 3000
    assert switches > len(STEPS) / 2


def test_every_action_of_a_key_is_applied_and_is_refused() -> None:
    found = Counter((outcome["action"], outcome["outcome"]) for outcome in RECOUNT.outcomes)
    keyed = set(get_args(ActionName)) - set(ROUTING_ALONE)
    for action in keyed:
        assert found[(action, "applied")] > 0, action
        assert found[(action, "refused")] > 0, action
    assert {action for action, _ in found} == keyed | {"submit"}
    assert found[("submit", "none")] > 0


def test_every_kind_that_a_sender_can_cause_happens() -> None:
    cases = RECOUNT.cases.values()
    assert {event["kind"] for case in cases for event in case["happened"]} == set(KINDS) - NOT_BY_A_SENDER


def test_every_reason_to_refuse_is_there() -> None:
    assert {outcome["code"] for outcome in RECOUNT.outcomes} == {
        None, "bad_time", "before_reception", "closed_department", "conflicting_action", "conflicting_duplicate",
        "consultation_open", "excluded_already", "merged", "missing_field", "no_consultation", "no_task", "not_allowed",
        "not_amendable", "not_authorized", "not_consulted", "not_correctable", "not_later", "not_linked",
        "not_published", "not_summoned", "nothing_asked", "open_tasks", "other_kind", "same_case", "same_category",
        "same_department",
        "too_early", "too_long", "unknown_action", "unknown_case", "unknown_category", "unknown_department",
        "unused_field",
    }  # fmt: skip


def test_every_state_is_left_standing_somewhere() -> None:
    states = {case["state"] for case in RECOUNT.cases.values()}
    assert states == set(get_args(State)) - {"archived"}


def test_most_cases_are_simple_and_every_turn_is_taken_by_some() -> None:
    cases = RECOUNT.cases.values()
    applied = sum(outcome["outcome"] == "applied" for outcome in RECOUNT.outcomes)
    assert applied > 0.85 * len(STEPS), "mostly allowed"
    turns = {
        "return_up_requested", "assisted", "consulted", "whistled", "contacted_first", "held", "extended",
        "self_handled", "sent_back", "verified", "merged", "linked", "reminded", "supervised", "excluded", "published",
    }  # fmt: skip
    for turn in turns:
        share = sum(any(event["kind"] == turn for event in case["happened"]) for case in cases) / len(cases)
        assert 0.01 <= share <= 0.12, (turn, share)
    plain = sum(not turns & {event["kind"] for event in case["happened"]} for case in cases)
    assert plain > 0.4 * len(cases)


def test_what_others_are_merged_into_is_told_before_and_stays() -> None:
    cases = RECOUNT.cases
    told: set[str] = set()
    joined = 0
    for step in STEPS:
        main = step["body"].get("main")
        if step["kind"] != "action":
            told.add(case_of(step))
        elif step["body"]["action"] == "merge" and main in cases and main != case_of(step):
            joined += 1
            assert main in told
            assert main[0] == case_of(step)[0]
            assert cases[main]["state"] not in ("rejected", "void", "merged", "returned")
    assert joined > 50


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
