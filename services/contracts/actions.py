"""What is asked of a case after its submission. The table of who may, from where to where, is routing's."""

from typing import Annotated, Any, Literal

import msgspec

from .actors import Actor
from .deadlines import ClockName, EscalationLevel
from .times import Instant, check_aware

ActionName = Literal[
    # judging: 受理 改类 不予受理 向上退单 派单 协办 会商 鸣哨
    "accept", "recategorise", "reject", "return_up", "grant_return_up", "refuse_return_up", "dispatch",
    "ask_assist", "assist", "refuse_assist", "release", "consult", "opine", "conclude", "whistle", "report_in",
    # handling: 签收 退单 先行联系 办理 挂账 延期 答复 自办
    "sign", "return", "refuse_return", "contact", "handle", "ask_hold", "hold", "refuse_hold", "resume",
    "ask_extend", "extend", "refuse_extend", "reply", "self_handle",
    # checking: 审核退回 核查 办结 重办 回访 评价 归档
    "send_back", "verify", "close", "redo", "follow_up", "rate", "archive",
    # several cases about one matter: 并单 拆单 并案
    "merge", "split", "link", "unlink",
    # watching: 催办 督办 提级 作废 补充 剔除 公示 撤下 更正
    "remind", "supervise", "escalate", "void", "amend", "ask_exclude", "exclude", "refuse_exclude",
    "publish", "withdraw", "correct",
    # routing's own: a main case takes one in or lets it go, a merged one follows it; the directory has changed
    "absorb", "let_go", "follow", "hand_over", "reclock",
]  # fmt: skip
Grade = Annotated[int, msgspec.Meta(ge=1, le=5, description="5 很满意, 4 满意, 3 基本满意, 2 不满意, 1 很不满意")]
SATISFIED_FROM = 3
"""基本满意 or better counts as satisfied."""
CaseRef = Annotated[str, msgspec.Meta(max_length=64)]
Names = Annotated[tuple[Annotated[str, msgspec.Meta(min_length=1, max_length=200)], ...], msgspec.Meta(max_length=50)]


class ActionDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an action may carry; which of these it needs stands in routing's table.

    `department` is whom it is for: the lead of a dispatch, the assistant of an assist, whose return is refused.
    `departments` are those summoned, `parties` those consulted, `party` for whom an opinion is written down; `main`
    is the case that this one is merged into or linked with; `evidence` are references to photos and papers; `notice`
    is the text that may be published; `clock`, `task`, `step`,
    `level` and `due_at` say which deadline routing's own moves are about, `hops` how often a merge was handed on.
    """

    reason: str | None = None
    text: str | None = None
    category: str | None = None
    department: str | None = None
    until: Instant | None = None
    contacted: bool | None = None
    effective: bool | None = None
    solved: bool | None = None
    grade: Grade | None = None
    fields: dict[str, Any] | None = None
    corrects: str | None = None
    corrects_sender: str | None = None
    departments: Names = ()
    parties: Names = ()
    party: str | None = None
    main: CaseRef | None = None
    reached: bool | None = None
    passed: bool | None = None
    evidence: Names = ()
    notice: str | None = None
    clock: ClockName | None = None
    level: EscalationLevel | None = None
    step: int | None = None
    task: str | None = None
    hops: int = 0
    due_at: Instant | None = None

    def __post_init__(self) -> None:
        check_aware(until=self.until, due_at=self.due_at)


class ActionRequested(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An actor asks for one move of one case; `at` is when it happened, not when it was sent."""

    case_id: str
    action_id: str
    action: ActionName
    at: Instant
    details: ActionDetails = ActionDetails()
    actor: Actor

    def __post_init__(self) -> None:
        check_aware(at=self.at)
