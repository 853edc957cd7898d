"""The table of moves: who may ask what of a case, from which states to which, and what it needs (DOMAIN.md).

The tasks of assisting departments have a table of their own (tasks.py). From this one come the refusals' "what would be
allowed", the Chinese names in the API and the picture in docs/life-of-a-case.md.
"""

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

Need = Literal[
    "reason", "text", "department", "departments", "until", "contacted", "reached", "grade", "corrects", "fields",
    "parties", "passed", "main", "evidence", "notice", "level", "category", "corrects_sender", "effective", "party",
    "solved",
]  # fmt: skip
REMARKS: tuple[Need, ...] = ("reason", "text", "evidence")
"""What any action may say besides: it changes nothing, and stands in the timeline."""
RequestKind = Literal["return_up", "assist", "hold", "extend", "exclude"]
"""申请: what is asked first and then granted or refused."""


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One row. `to` None: the state stays, or the move's own rule says (effects.py). `needs` are fields of the
    action's details, `takes` those that it has a use for besides: any other is refused. `asks` opens a request,
    `answers` settles one; `only_asked`: there must be one."""

    action: ActionName
    chinese: str
    roles: tuple[Role, ...]
    from_states: tuple[State, ...]
    to: State | None
    needs: tuple[Need, ...] = ()
    takes: tuple[Need, ...] = REMARKS
    occurrence: OccurrenceKind | None = None
    asks: RequestKind | None = None
    answers: RequestKind | None = None
    only_asked: bool = False


_BUT = {
    "any open": frozenset(CHINESE) - frozenset(ANY_OPEN),
    "any": frozenset[State](),
    "any not void": frozenset[State](("void",)),
    "any standing": frozenset[State](("rejected", "void", "merged", "returned")),
    "any to merge": frozenset[State](("rejected", "void", "merged", "returned", "archived")),
}
"""Sets of states by name: all but these."""


def _row(
    action: ActionName,
    chinese: str,
    roles: str,
    from_states: str,
    to: State | None = None,
    needs: str = "",
    occurrence: OccurrenceKind | None = None,
    *,
    takes: str = "",
    asks: RequestKind | None = None,
    answers: RequestKind | None = None,
    only_asked: bool = False,
) -> Move:
    needed = msgspec.convert(needs.split(), tuple[Need, ...])
    besides = (*msgspec.convert(takes.split(), tuple[Need, ...]), *REMARKS)
    left_out = _BUT.get(from_states)
    named = from_states.split() if left_out is None else [name for name in CHINESE if name not in left_out]
    return Move(
        action=action,
        chinese=chinese,
        roles=msgspec.convert(roles.split(), tuple[Role, ...]),
        from_states=msgspec.convert(named, tuple[State, ...]),
        to=to,
        needs=needed,
        takes=tuple(name for name in besides if name not in needed),
        occurrence=occurrence,
        asks=asks,
        answers=answers,
        only_asked=only_asked,
    )


_UNJUDGED = "received accepted dispatched return_requested"
_AT_WORK = "accepted dispatched signed return_requested handling on_hold replied redo"
_WITH_LEAD = "dispatched signed handling on_hold redo"
# fmt: off
MOVES: dict[ActionName, Move] = {move.action: move for move in (
    # 研判
    _row("accept", "受理", "routing dispatcher", "received", "accepted", "", "accepted", takes="category"),
    _row("recategorise", "改类", "dispatcher", _AT_WORK, None, "category reason", "recategorised"),
    _row("reject", "不予受理", "dispatcher", "received accepted", "rejected", "reason", "rejected"),
    _row("return_up", "申请向上退单", "dispatcher", _UNJUDGED, None, "reason", "return_up_requested", asks="return_up"),
    _row("grant_return_up", "同意退回", "source", _UNJUDGED, "returned", "", "returned_up",
         answers="return_up", only_asked=True),
    _row("refuse_return_up", "不同意退回", "source", _UNJUDGED, None, "reason", "return_up_refused",
         answers="return_up", only_asked=True),
    _row("dispatch", "派单", "routing dispatcher", "received accepted dispatched return_requested redo", "dispatched",
         "department", "dispatched", takes="category departments"),
    _row("ask_assist", "申请协办", "department", "dispatched signed handling redo", None, "department reason",
         "assist_requested", asks="assist"),
    _row("assist", "派协办", "dispatcher", _AT_WORK, None, "department", "assisted", answers="assist"),
    _row("refuse_assist", "不同意协办", "dispatcher", "any open", None, "reason", "assist_refused",
         answers="assist", only_asked=True),
    _row("release", "解除协办", "dispatcher", "any open", None, "department", "released"),
    _row("consult", "会商", "dispatcher", "received accepted dispatched return_requested redo", None, "parties reason",
         "consulted", takes="until"),
    _row("opine", "会商意见", "department dispatcher supervisor followup", "any open", None, "text",
         "opined", takes="party"),
    _row("conclude", "会商结束", "dispatcher", "any open", None, "reason", "concluded"),
    _row("whistle", "鸣哨", "dispatcher", _AT_WORK, None, "departments reason", "whistled", takes="until"),
    _row("report_in", "报到", "department", "any open", None, "", "reported_in"),
    # 办理
    _row("sign", "签收", "department", "dispatched", "signed", "", "signed"),
    _row("return", "退单", "department", "dispatched signed handling", "return_requested", "reason",
         "return_requested"),
    _row("refuse_return", "驳回退单", "dispatcher", "return_requested", "signed", "reason",
         "return_refused", takes="department"),
    _row("contact", "先行联系", "department", "dispatched signed handling", None, "reached", "contacted_first"),
    _row("handle", "开始办理", "department", "signed redo", "handling", "", "handled_from"),
    _row("ask_hold", "申请挂账", "department", "handling", None, "reason until", "hold_requested", asks="hold"),
    _row("hold", "挂账", "dispatcher", "handling", "on_hold", "reason until", "held", answers="hold"),
    _row("refuse_hold", "不同意挂账", "dispatcher", "any open", None, "reason", "hold_refused",
         answers="hold", only_asked=True),
    _row("resume", "恢复", "department dispatcher routing", "on_hold", "handling", "", "resumed"),
    _row("ask_extend", "申请延期", "department", _WITH_LEAD, None, "reason until", "extension_requested",
         asks="extend"),
    _row("extend", "延期", "dispatcher", _WITH_LEAD, None, "reason until", "extended", answers="extend"),
    _row("refuse_extend", "不同意延期", "dispatcher", "any open", None, "reason", "extension_refused",
         answers="extend", only_asked=True),
    _row("reply", "答复", "department dispatcher", "accepted signed handling", "replied", "text",
         "replied", takes="solved"),
    # 自办 belongs to channels whose people handle on the spot: their rows say who
    _row("self_handle", "自办", "", "received accepted dispatched", "closed", "evidence", "self_handled"),
    # 核查
    _row("send_back", "审核退回", "dispatcher", "replied", "handling", "reason", "sent_back"),
    _row("verify", "核查", "dispatcher", "replied", None, "passed", "verified"),
    _row("close", "办结", "dispatcher source", "replied", "closed", "", "closed"),
    _row("redo", "重办", "source dispatcher followup supervisor routing", "replied closed follow_up evaluated", "redo",
         "reason", "redone"),
    _row("follow_up", "回访", "followup source", "closed", "follow_up", "contacted",
         "followed_up", takes="effective solved"),
    _row("rate", "评价", "source followup", "closed follow_up archived", "evaluated", "grade",
         "evaluated", takes="solved"),
    _row("archive", "归档", "routing", "closed follow_up evaluated", "archived", "", "archived"),
    # 并单
    _row("merge", "并单", "dispatcher", "any to merge", "merged", "main", "merged"),
    _row("split", "拆单", "dispatcher routing", "merged", None, "", "split"),
    _row("link", "并案", "dispatcher", "any standing", None, "main", "linked"),
    _row("unlink", "解除并案", "dispatcher", "any standing", None, "", "unlinked"),
    # 督办
    _row("remind", "催办", "source supervisor routing", "any open", None, "", "reminded"),
    _row("supervise", "督办", "supervisor", "any open", None, "reason", "supervised"),
    _row("escalate", "提级", "supervisor routing", "any open", None, "level", "escalated"),
    _row("void", "作废", "source dispatcher", "any open", "void", "reason", "voided"),
    _row("amend", "补充", "source", "any open", None, "fields", "amended"),
    _row("ask_exclude", "申请剔除", "dispatcher", "any not void", None, "reason evidence", "exclusion_requested",
         asks="exclude"),
    _row("exclude", "剔除", "source supervisor", "any not void", None, "reason", "excluded", answers="exclude"),
    _row("refuse_exclude", "不同意剔除", "source supervisor", "any not void", None, "reason", "exclusion_refused",
         answers="exclude", only_asked=True),
    _row("publish", "公示", "dispatcher", "any standing", None, "notice", "published"),
    _row("withdraw", "撤下", "dispatcher", "any", None, "reason", "withdrawn"),
    _row("correct", "更正", "source department dispatcher supervisor followup", "any", None, "corrects",
         takes="corrects_sender contacted effective grade solved"),
    # routing's own
    _row("absorb", "并入", "routing", "any"),
    _row("let_go", "放开", "routing", "any"),
    _row("follow", "随主件", "routing", "any"),
    _row("hand_over", "移交", "routing", "any open", None, "department", "handed_over"),
    _row("reclock", "重算时限", "routing", "any open"),
)}
# fmt: on


def reply_role_ok(role: Role, state: State) -> bool:
    """直接答复: from accepted only the dispatcher replies, later only the department."""
    return (role == "dispatcher") is (state == "accepted")
