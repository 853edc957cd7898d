"""协办: what an assisting department may do with its own task. The lead's work is the case itself (moves.py)."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from services.contracts.actions import ActionName, ActionRequested
from services.contracts.cases import TASK_OPEN, CaseSummary, OccurrenceKind, Task, TaskState

from .moves import ANY_OPEN, REMARKS, Need
from .state import CaseState

CHINESE: dict[TaskState, str] = {
    "assigned": "协办已派", "signed": "协办已签收", "return_requested": "协办退单审核", "replied": "协办已答复",
    "released": "协办已解除",
}  # fmt: skip
_replace = msgspec.structs.replace


class TaskMove(msgspec.Struct, frozen=True, kw_only=True):
    """One row; the case itself must be open."""

    action: ActionName
    from_states: tuple[TaskState, ...]
    to: TaskState
    needs: tuple[Need, ...]
    takes: tuple[Need, ...] = REMARKS
    occurrence: OccurrenceKind


TASK_MOVES: Mapping[ActionName, TaskMove] = {
    row.action: row
    for row in (
        TaskMove(action="sign", from_states=("assigned",), to="signed", needs=(), occurrence="assist_signed"),
        TaskMove(
            action="return",
            from_states=("assigned", "signed"),
            to="return_requested",
            needs=("reason",),
            occurrence="assist_return_requested",
        ),
        TaskMove(action="reply", from_states=("signed",), to="replied", needs=("text",), occurrence="assist_replied"),
        TaskMove(
            action="refuse_return",
            from_states=("return_requested",),
            to="signed",
            needs=("reason",),
            takes=("department", *REMARKS),
            occurrence="assist_return_refused",
        ),
    )
}
CASE_STATES = ANY_OPEN


def task_meant(case: CaseState, command: ActionRequested) -> Task | None:
    """The assistant's task that a command is about, None where it is about the case: a department that does not lead
    speaks of its own, the dispatcher names whose return it refuses."""
    if command.action not in TASK_MOVES:
        return None
    whose = command.actor.subject if command.actor.role == "department" else None
    if command.action == "refuse_return":
        whose = command.details.department
    return None if whose is None or whose == case.department else newest(case.summary, whose)


def newest(summary: CaseSummary, department: str) -> Task | None:
    """The department's task, the last one where it had several; of a successor's two open ones each in its turn."""
    own = [task for task in reversed(summary.tasks) if task.department == department]
    return next((task for task in own if task.state in TASK_OPEN), own[0] if own else None)


def open_tasks(summary: CaseSummary) -> tuple[Task, ...]:
    """Those that a closing waits for."""
    return tuple(task for task in summary.tasks if task.state in TASK_OPEN)


def assigned(summary: CaseSummary, task_id: str, department: str, at: datetime, due: datetime) -> CaseSummary:
    """With one more task."""
    task = Task(id=task_id, department=department, state="assigned", assigned_at=at, due_at=due, first_due_at=due)
    return _replace(summary, tasks=(*summary.tasks, task))


def moved(summary: CaseSummary, task: Task, to: TaskState, at: datetime) -> CaseSummary:
    """With `task` in its next state."""
    after = _replace(
        task,
        state=to,
        signed_at=task.signed_at or at if to == "signed" else task.signed_at,
        replied_at=at if to == "replied" else task.replied_at,
    )
    return _replace(summary, tasks=tuple(after if one.id == task.id else one for one in summary.tasks))


def released(summary: CaseSummary, department: str | None = None) -> CaseSummary:
    """With no task open, or none of the department's."""
    gone = [task for task in open_tasks(summary) if department in (None, task.department)]
    tasks = tuple(_replace(one, state="released") if one in gone else one for one in summary.tasks)
    return _replace(summary, tasks=tasks) if gone else summary
