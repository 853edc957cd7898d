"""协办 by its table: every task state, every task action, every actor; and every state of the case around it."""

from typing import Any, get_args

import msgspec
import pytest

from services.contracts.actions import ActionName
from services.contracts.actors import Actor
from services.contracts.cases import State, Task, TaskState
from services.routing.domain.authority import allowed_now
from services.routing.domain.moves import ANY_OPEN
from services.routing.domain.state import CaseState
from services.routing.domain.tasks import CHINESE, TASK_MOVES
from tests.recount import table
from tests.unit.routing.street import RULES, T0, actor, ask, code, grounded, hours, in_state, one

TASK_STATES = get_args(TaskState)
ASSISTANT = actor("department", "roads")
ACTORS = (
    actor("source"), actor("department", "housing"), ASSISTANT, actor("department", "sewers"), actor("dispatcher"),
    actor("supervisor"), actor("followup"), actor("admin"), actor("dashboard"), actor("routing"),
)  # fmt: skip
IN_NO_TASK: tuple[ActionName, ...] = (
    "handle", "contact", "ask_hold", "ask_extend", "ask_assist", "resume", "amend", "close", "remind",
)  # fmt: skip


def with_task(state: TaskState, around: State = "handling") -> CaseState:
    """Housing leads, roads assists."""
    case = in_state(around)
    task = Task(
        id="task",
        department="roads",
        state=state,
        assigned_at=T0,
        due_at=hours(48),
        first_due_at=hours(48),
        signed_at=None if state == "assigned" else hours(1),
    )
    return msgspec.structs.replace(
        case, summary=msgspec.structs.replace(case.summary, tasks=(task,)), departments=("housing", "roads")
    )


def asks(action: ActionName, who: Actor, case: CaseState) -> str:
    details: dict[str, Any] = {"reason": "r", "text": "t"}
    if action == "refuse_return":
        details["department"] = "roads"
    return code(one(case, ask(action, who, **details)))


def test_the_table_is_the_domain_s() -> None:
    assert TASK_MOVES.keys() == table.TASK_FROM.keys()
    for action, row in TASK_MOVES.items():
        assert (row.from_states, row.to, row.occurrence) == (
            table.TASK_FROM[action],
            table.TASK_INTO[action],
            table.TASK_COUNTED_AS[action],
        )
    assert set(CHINESE) == set(TASK_STATES)


@pytest.mark.parametrize("state", TASK_STATES)
@pytest.mark.parametrize("action", TASK_MOVES)
def test_every_actor_moves_the_task_or_is_refused_with_what_would_be_allowed(
    action: ActionName, state: TaskState
) -> None:
    case = with_task(state)
    whose: dict[str, Any] = {"department": "roads"} if action == "refuse_return" else {}
    for who in ACTORS:
        own = who == (actor("dispatcher") if action == "refuse_return" else ASSISTANT)
        decision = one(case, ask(action, who, reason="r", text="t", **whose))
        lead = who == actor("department", "housing") and action != "refuse_return"
        if lead:
            assert decision.after is not None
            assert decision.after.tasks == case.summary.tasks, "the lead's is the case itself"
        elif not own:
            assert code(decision) == "not_authorized", who.sender
        elif state not in table.TASK_FROM[action]:
            assert code(decision) == "not_allowed"
        else:
            assert code(decision) == "applied"
            assert decision.after is not None
            assert decision.after.state == "handling"
            (task,) = decision.after.tasks
            assert (task.state, task.id) == (table.TASK_INTO[action], "task")
            assert [(made.kind, made.dims.department) for made in decision.added] == [
                (table.TASK_COUNTED_AS[action], "roads")
            ]
            assert (decision.version, decision.before) == (case.version + 1, case.summary)
        if decision.refusal is not None:
            assert decision.refusal.allowed == allowed_now(who, case, RULES)


@pytest.mark.parametrize("around", get_args(State))
def test_a_task_moves_in_an_open_case_alone(around: State) -> None:
    refused = "merged" if around == "merged" else "not_allowed"
    expected = "applied" if around in ANY_OPEN else refused
    assert asks("sign", ASSISTANT, with_task("assigned", around)) == expected
    assert asks("reply", ASSISTANT, with_task("signed", around)) == expected
    assert asks("return", ASSISTANT, with_task("assigned", around)) == expected
    assert asks("refuse_return", actor("dispatcher"), with_task("return_requested", around)) == expected
    assert code(one(with_task("replied", around), ask("release", "dispatcher"))) == (
        "no_task" if around in ANY_OPEN else refused
    )


@pytest.mark.parametrize("state", TASK_STATES)
def test_a_dispatcher_releases_what_is_open(state: TaskState) -> None:
    decision = one(with_task(state), ask("release", "dispatcher", department="roads"))
    if state in table.TASK_OPEN:
        assert decision.after is not None
        assert decision.after.tasks[0].state == "released"
    else:
        assert code(decision) == "no_task"


@pytest.mark.parametrize("action", IN_NO_TASK)
def test_an_assistant_does_nothing_else(action: ActionName) -> None:
    for state in TASK_STATES:
        assert code(one(with_task(state), ask(action, ASSISTANT))) == "not_authorized"


def test_a_task_move_needs_what_its_row_says_after_who_and_from_where() -> None:
    bare = {"action_id": "x", "contacted": True}
    assert code(one(with_task("assigned"), ask("return", ASSISTANT, **bare))) == "missing_field"  # type: ignore[arg-type]
    assert code(one(with_task("signed"), ask("reply", ASSISTANT, **bare))) == "missing_field"  # type: ignore[arg-type]
    assert code(one(with_task("replied"), ask("reply", ASSISTANT, **bare))) == "not_allowed"  # type: ignore[arg-type]
    assert code(one(with_task("assigned"), ask("sign", ASSISTANT, at=hours(-1)))) == "before_reception"


def test_the_ground_of_the_case_is_none_of_the_task_s() -> None:
    case = grounded(with_task("assigned"), "release")
    assert asks("sign", ASSISTANT, case) == "applied"
