"""Why a command is not applied: each reason with a stable code, and what would be allowed."""

from datetime import datetime

import msgspec

from services.contracts.actions import ActionDetails, ActionRequested
from services.contracts.actors import ROUTING
from services.contracts.cases import Refusal, Task

from .authority import allowed_now, is_own, may
from .bounds import beyond
from .moves import ANY_OPEN, CHINESE, MOVES, Move
from .rules import Rules
from .sense import against
from .span import cannot_be, within
from .state import CaseState, Decision
from .tasks import CHINESE as TASK_CHINESE
from .tasks import TASK_MOVES, TaskMove

EMPTY: tuple[object, ...] = (None, "", {}, ())


def unknown_case() -> Refusal:
    """No submission of this id was seen before."""
    return Refusal(code="unknown_case", detail="没有这件事项；先登记 / no such case: send its submission first")


def conflicting_action(case: CaseState | None, command: ActionRequested, now: datetime) -> Decision:
    """The action id was used with another body: the first stands."""
    summary, command = case.summary if case else None, within(command, now)
    return Decision(
        case_id=command.case_id,
        action=command.action,
        action_id=command.action_id,
        actor=command.actor,
        at=command.at,
        version=case.version if case else 0,
        details=command.details,
        refusal=Refusal(
            code="conflicting_action",
            detail="同一动作编号已用于其他内容 / this action_id was used with another body: send it under a new one",
            fields=("action_id",),
        ),
        before=summary,
        after=summary,
    )


def refusal(
    case: CaseState, command: ActionRequested, task: Task | None, rules: Rules, now: datetime
) -> Refusal | None:
    """The first reason against, in the order: who, whether its times can be, from where, what it needs, what it has no
    use for, whether that makes sense. `task` is the assistant's task that the command is about, if it is about one."""
    move, state = MOVES[command.action], case.summary.state
    name = command.action

    def because(code: str, chinese: str, english: str, *fields: str) -> Refusal:
        allowed = allowed_now(command.actor, case, rules)
        return Refusal(code=code, detail=f"{chinese} / {english}", allowed=allowed, fields=fields)

    own_task = task is not None and command.actor.role == "department"
    if not (own_task and name != "refuse_return") and not may(move, command.actor, case, rules):
        own = "" if is_own(command.actor, case) else " (the case is not its own)"
        who = command.actor.sender
        return because("not_authorized", f"{who} 不能{move.chinese}", f"{who} may not {name} here{own}")
    if command.actor != ROUTING and (wrong := cannot_be(command, now)):
        return wrong
    if state == "merged" and state not in (() if task else move.from_states):
        main = case.summary.merged_into
        gone_on = because("merged", f"已并入主件 {main}，请到主件办理", f"it was merged into {main}: act on that one")
        return msgspec.structs.replace(gone_on, main=main)
    if state not in (ANY_OPEN if task else move.from_states):
        return because("not_allowed", f"{CHINESE[state]}时不能{move.chinese}", f"{name} is not allowed from {state}")
    if task is not None and task.state not in TASK_MOVES[name].from_states:
        stands = TASK_CHINESE[task.state]
        english = f"{name} is not allowed while the task of {task.department} is {task.state}"
        return because("not_allowed", f"{stands}时不能{move.chinese}", english)
    if command.at < case.summary.received_at:
        return because("before_reception", "早于登记时间", "at is before the case was received", "at")
    row = TASK_MOVES[name] if task else move
    missing = tuple(need for need in row.needs if getattr(command.details, need) in EMPTY)
    if missing:
        return because("missing_field", "缺少内容", f"{name} needs {', '.join(missing)}", *missing)
    if unused := _unused(command, row):
        text = f"{name} has no use for {', '.join(unused)}: leave it out, or send the action that has"
        return because("unused_field", f"{move.chinese}不用这些内容，请去掉", text, *unused)
    if (ends := command.details.until) is not None and ends <= command.at:
        return because("bad_time", "期限须晚于本动作的时间", "until is not after at: give a later one", "until")
    if move.only_asked and move.answers not in case.pending:
        return because("nothing_asked", "没有待批的申请", f"nothing waits for {name}")
    found = None if task else beyond(case, command) or against(case, command, rules)
    return because(*found) if found else None


def _unused(command: ActionRequested, row: Move | TaskMove) -> tuple[str, ...]:
    """What is said that the move would drop; routing's own say which deadline, or which other case, they are about."""
    if command.actor.role == "routing":
        return ()
    said = (name for name in msgspec.structs.asdict(command.details) if getattr(command.details, name) not in EMPTY)
    nothing = ActionDetails()
    return tuple(
        name
        for name in said
        if name not in (*row.needs, *row.takes) and getattr(command.details, name) != getattr(nothing, name)
    )
