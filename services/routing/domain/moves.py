"""The table of moves: who may ask what of a case, from which states to which, and what it needs (DOMAIN.md)."""

from typing import Literal

import msgspec

from services.contracts.actions import ActionName
from services.contracts.actors import Role
from services.contracts.cases import OccurrenceKind, State

ANY_OPEN: tuple[State, ...] = (
    "received", "accepted", "dispatched", "signed", "return_requested", "handling", "on_hold", "replied", "redo",
)  # fmt: skip
CHINESE: dict[State, str] = {
    "received": "已登记", "accepted": "已受理", "dispatched": "已派单", "signed": "已签收",
    "return_requested": "退单审核", "handling": "办理中", "on_hold": "挂账", "replied": "已答复待核查",
    "redo": "重办", "closed": "已办结", "follow_up": "回访中", "evaluated": "已评价", "archived": "归档",
    "merged": "并单", "rejected": "不予受理", "void": "作废", "returned": "已退回",
}  # fmt: skip

Need = Literal["reason", "text", "department", "until", "contacted", "grade", "corrects", "fields"]


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `to` None: the state stays. `needs` are fields of the action's details."""

    action: ActionName
    chinese: str
    roles: tuple[Role, ...]
    from_states: tuple[State, ...]
    to: State | None
    needs: tuple[Need, ...] = ()
    occurrence: OccurrenceKind | None = None


def _row(
    action: ActionName,
    chinese: str,
    roles: str,
    from_states: str,
    to: State | None,
    needs: str = "",
    occurrence: OccurrenceKind | None = None,
) -> Move:
    states = ANY_OPEN if from_states == "any open" else tuple(from_states.split())
    return Move(
        action=action,
        chinese=chinese,
        roles=msgspec.convert(roles.split(), tuple[Role, ...]),
        from_states=msgspec.convert(states, tuple[State, ...]),
        to=to,
        needs=msgspec.convert(needs.split(), tuple[Need, ...]),
        occurrence=occurrence,
    )


_EVERY = " ".join(CHINESE)
# fmt: off
MOVES: dict[ActionName, Move] = {move.action: move for move in (
    _row("accept", "受理", "routing dispatcher", "received", "accepted", "", "accepted"),
    _row("reject", "不予受理", "dispatcher", "received accepted", "rejected", "reason", "rejected"),
    _row("dispatch", "派单", "routing dispatcher", "received accepted dispatched return_requested redo", "dispatched",
         "department", "dispatched"),
    _row("sign", "签收", "department", "dispatched", "signed", "", "signed"),
    _row("return", "退单", "department", "dispatched signed handling", "return_requested", "reason",
         "return_requested"),
    _row("refuse_return", "驳回退单", "dispatcher", "return_requested", "signed", "reason", "return_refused"),
    _row("handle", "开始办理", "department", "signed redo", "handling", "", "handled_from"),
    _row("hold", "挂账", "dispatcher", "handling", "on_hold", "reason until", "held"),
    _row("resume", "恢复", "department dispatcher", "on_hold", "handling", "", "resumed"),
    _row("reply", "答复", "department dispatcher", "accepted signed handling", "replied", "text", "replied"),
    _row("close", "办结", "dispatcher source", "replied", "closed", "", "closed"),
    _row("redo", "重办", "source dispatcher followup supervisor", "replied closed follow_up evaluated", "redo",
         "reason", "redone"),
    _row("follow_up", "回访", "followup source", "closed", "follow_up", "contacted", "followed_up"),
    _row("rate", "评价", "source followup", "closed follow_up archived", "evaluated", "grade", "evaluated"),
    _row("void", "作废", "source dispatcher", "any open", "void", "reason", "voided"),
    _row("amend", "补充", "source", "any open", None, "fields", "amended"),
    _row("correct", "更正", "source department dispatcher supervisor followup", _EVERY, None, "corrects"),
)}
# fmt: on


def reply_role_ok(role: Role, state: State) -> bool:
    """直接答复: from accepted only the dispatcher replies, later only the department."""
    return (role == "dispatcher") is (state == "accepted")
