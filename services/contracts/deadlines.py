"""时限: the clocks of a case, and whom a passed deadline goes to."""

from typing import Literal

ClockName = Literal["sign", "contact", "return", "reply", "inner", "close", "assist", "report", "opine"]
"""签收, 先行联系, 退单, 答复 (the due time that rates count by), 内部时限 (the street's own, shorter), 办结;
协办 of an assistant's task, 报到 of a summons, 意见 of a consultation."""
Window = Literal["archive", "hold"]
"""归档, 挂账期限: what ends by itself."""
CLOCK_NAMES: dict[ClockName | Window, str] = {
    "sign": "签收", "contact": "先行联系", "return": "退单", "reply": "答复", "inner": "内部时限", "close": "办结",
    "assist": "协办", "report": "报到", "opine": "会商意见", "archive": "归档", "hold": "挂账期限",
}  # fmt: skip
EscalationLevel = Literal["department", "leader", "supervision", "committee"]
"""承办部门 → 其负责人 → 督查 → 工委."""
