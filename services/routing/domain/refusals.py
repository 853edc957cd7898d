"""Why a command is not applied: each reason with a stable code, and what would be allowed."""

from typing import Any

import msgspec

from services.contracts.actions import ActionRequested
from services.contracts.cases import Refusal
from services.contracts.submissions import Place, Urgency

from .authority import allowed_now, is_own, may
from .corrections import CORRECTABLE, not_said, target
from .moves import CHINESE, MOVES
from .rules import Rules
from .state import CaseState, Decision


class Amendment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `amend` may change, each only if it is there."""

    title: str = ""
    text: str = ""
    place: Place = Place()
    urgency: Urgency = "normal"
    attributes: dict[str, Any] = {}


def unknown_case() -> Refusal:
    """No submission of this id was seen before."""
    return Refusal(code="unknown_case", detail="没有这件事项；先登记 / no such case: send its submission first")


def conflicting_action(case: CaseState | None, command: ActionRequested) -> Decision:
    """The action id was used with another body: the first stands."""
    summary = case.summary if case else None
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


def refusal(case: CaseState, command: ActionRequested, rules: Rules) -> Refusal | None:
    """The first reason against, in the order: who, from where, what it needs, whether that makes sense."""
    move, state = MOVES[command.action], case.summary.state
    allowed = allowed_now(command.actor, case, rules)

    def because(code: str, chinese: str, english: str, *fields: str) -> Refusal:
        return Refusal(code=code, detail=f"{chinese} / {english}", allowed=allowed, fields=fields)

    if not may(move, command.actor, case, rules):
        own = "" if is_own(command.actor, case) else " (the case is not its own)"
        who = command.actor.sender
        return because("not_authorized", f"{who} 不能{move.chinese}", f"{who} may not {command.action} here{own}")
    if state not in move.from_states:
        now = CHINESE[state]
        return because("not_allowed", f"{now}时不能{move.chinese}", f"{command.action} is not allowed from {state}")
    if command.at < case.summary.received_at:
        return because("before_reception", "早于登记时间", "at is before the case was received", "at")
    missing = tuple(name for name in move.needs if getattr(command.details, name) in (None, "", {}))
    if missing:
        return because("missing_field", "缺少内容", f"{command.action} needs {', '.join(missing)}", *missing)
    return _senseless(case, command, rules, because)


def _senseless(case: CaseState, command: ActionRequested, rules: Rules, because: Any) -> Refusal | None:
    details = command.details
    found: Refusal | None = None
    match command.action:
        case "accept":
            code = details.category or case.category_given
            if rules.category(code) is None:
                found = because("unknown_category", "需要已知的类别", f"category {code!r} is not known", "category")
        case "dispatch":
            if details.department not in rules.departments:
                text = f"department {details.department!r} is not known"
                found = because("unknown_department", "没有这个部门", text, "department")
            elif case.summary.state == "dispatched" and details.department == case.department:
                found = because("same_department", "已派给该部门", "it is with that department already", "department")
        case "amend":
            try:
                msgspec.convert(details.fields, Amendment)
            except msgspec.ValidationError as error:
                found = because("not_amendable", "不能这样补充", f"cannot amend so: {error}", "fields")
        case "correct":
            step = target(case, command)
            if step is None:
                found = because("unknown_action", "没有这个动作", "no applied action of that id", "corrects")
            elif step.sender != command.actor.sender and command.actor.role != "supervisor":
                text = "only its sender or the supervisor corrects an action"
                found = because("not_authorized", "只有本人或督查可更正", text, "corrects_sender")
            elif all(getattr(details, name) is None for name in CORRECTABLE):
                found = because("missing_field", "缺少更正内容", f"needs one of {', '.join(CORRECTABLE)}", *CORRECTABLE)
            elif foreign := not_said(step, command):
                text = f"{step.action} has no {', '.join(foreign)}"
                found = because("not_correctable", "该动作没有这些内容", text, *foreign)
    return found
