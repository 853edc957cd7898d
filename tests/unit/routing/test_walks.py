"""The table walked: each state, action and actor, with the ground that the action needs and without it."""

from itertools import product
from typing import Any, get_args

import msgspec
import pytest

from services.contracts.actions import ActionName
from services.contracts.actors import Actor
from services.contracts.cases import State, Task
from services.contracts.directory import Department
from services.contracts.promises import Clock
from services.routing.domain.authority import allowed_now
from services.routing.domain.case import decide
from services.routing.domain.moves import ANY_OPEN, CHINESE, MOVES, reply_role_ok
from services.routing.domain.state import CaseState, Consultation, Dispatched
from tests.unit.routing.street import RULES, T0, actor, ask, grounded, hours, in_state, submission


def test_the_table_has_every_state_and_every_action() -> None:
    assert set(CHINESE) == set(get_args(State))
    assert set(MOVES) == set(get_args(ActionName))
    assert all(set(move.from_states) <= set(CHINESE) for move in MOVES.values())
    assert set(MOVES["void"].from_states) == set(ANY_OPEN)


OWN_AND_FOREIGN = (
    *(actor(role) for role in ("source", "department", "dispatcher", "supervisor", "followup", "admin")),
    actor("department", "roads"),
    actor("source", "hotline"),
    actor("dashboard"),
    actor("routing"),
)
INTO = {"verify": "closed", "split": "handling"}
"""Where the table leaves the next state to what is said, or to where the case was."""


def may(who: Actor, name: ActionName, state: State) -> bool:
    """By the table: in its role, on its own case."""
    own = who.subject in (None, "housing", "grid")
    if name in ("opine", "report_in") and who.role == "department":
        own = True
    return own and who.role in MOVES[name].roles and (name != "reply" or reply_role_ok(who.role, state))


@pytest.mark.parametrize(("state", "name"), [*product(get_args(State), get_args(ActionName))])
def test_every_state_action_and_role_moves_or_is_refused_with_what_would_be_allowed(
    state: State, name: ActionName
) -> None:
    move, case = MOVES[name], grounded(in_state(state), name)
    for who in OWN_AND_FOREIGN:
        (first, *_) = decide(case, ask(name, who), RULES, T0)
        should = state in move.from_states and may(who, name, state)
        if name == "correct":
            should = should and who.role in ("source", "supervisor")
        if who == actor("department", "roads"):
            should = False  # neither asked nor called
        assert first.applied is should, f"{who.sender} {name} from {state}: {first.refusal}"
        if first.applied:
            assert first.after is not None
            assert first.after.state == INTO.get(name, move.to or state)
            assert first.version == case.version + 1
        else:
            assert first.refusal is not None
            assert first.version == case.version
            assert first.refusal.allowed == allowed_now(who, case, RULES)


GROUNDLESS = {
    "grant_return_up": "nothing_asked", "refuse_return_up": "nothing_asked", "refuse_assist": "nothing_asked",
    "refuse_hold": "nothing_asked", "refuse_extend": "nothing_asked", "refuse_exclude": "nothing_asked",
    "opine": "no_consultation", "conclude": "no_consultation", "consult": "consultation_open",
    "report_in": "not_summoned", "release": "no_task", "assist": "same_department", "close": "open_tasks",
    "verify": "open_tasks", "return": "too_late", "extend": "not_later", "accept": "unknown_category",
    "dispatch": "closed_department", "ask_assist": "unknown_department", "whistle": "unknown_department",
    "merge": "same_case", "link": "other_kind", "unlink": "not_linked", "exclude": "excluded_already",
    "publish": "too_early", "withdraw": "not_published", "amend": "not_amendable", "correct": "unknown_action",
}  # fmt: skip
"""What is against an action that its actor may ask from there, where the case or what it says gives it no ground."""
SENSELESS: dict[str, dict[str, Any]] = {
    "accept": {"category": "no-such"},
    "dispatch": {"department": "old"},
    "ask_assist": {"department": "nobody", "reason": "r"},
    "whistle": {"departments": ("housing", "nobody"), "reason": "r"},
    "extend": {"until": hours(1), "reason": "r"},
    "merge": {"main": submission().case_id},
    "link": {"main": "o-1"},
    "amend": {"fields": {"category": "leak"}},
    "correct": {"corrects": "never", "text": "更正"},
}
RULES_WITH_OLD = msgspec.structs.replace(
    RULES, departments={**RULES.departments, "old": Department(name="旧", successor="roads")}
)


def groundless(state: State, name: ActionName) -> CaseState:
    """In this state, with the opposite of what `name` needs."""
    case = in_state(state)
    task = Task(id="t", department="sewers", state="signed", assigned_at=T0, due_at=T0, first_due_at=T0)
    passed = Clock(name="return", started_at=T0, due_at=hours(-1), first_due_at=hours(-1))
    tasks = (task,) if name in ("assist", "close", "verify") else ()
    summary = msgspec.structs.replace(
        case.summary, excluded=name == "exclude", tasks=tasks, merged_into="t-main" if state == "merged" else None
    )
    return msgspec.structs.replace(
        case,
        summary=summary,
        before_merge="handling",
        terms=msgspec.structs.replace(case.terms, publish_from="evaluated"),
        dispatched=Dispatched(at=T0),
        clocks={**case.clocks, "return": passed},
        consultation=Consultation(at=T0, parties=("a",)) if name == "consult" else None,
    )


@pytest.mark.parametrize(("state", "name"), [*product(get_args(State), GROUNDLESS)])
def test_without_its_ground_an_action_is_refused_after_who_and_from_where(state: State, name: ActionName) -> None:
    case, rules = groundless(state, name), RULES_WITH_OLD
    for who in OWN_AND_FOREIGN:
        (first, *_) = decide(case, ask(name, who, **SENSELESS.get(name, {})), rules, T0)
        assert first.refusal is not None, f"{who.sender} {name} from {state}"
        elsewhere = "merged" if state == "merged" else "not_allowed"
        expected = GROUNDLESS[name] if state in MOVES[name].from_states else elsewhere
        assert first.refusal.code == (expected if may(who, name, state) else "not_authorized"), who.sender
        assert first.refusal.allowed == allowed_now(who, case, rules)
        assert name in SENSELESS or name in ("assist", "return", "verify") or name not in first.refusal.allowed


def test_every_answer_that_needs_a_request_is_walked_without_one() -> None:
    assert {name for name, move in MOVES.items() if move.only_asked} == {
        name for name, code in GROUNDLESS.items() if code == "nothing_asked"
    }
