"""What a department is told: what it has to do, never who spoke."""

from typing import Literal

import msgspec

from .cases import State
from .deadlines import ClockName, EscalationLevel, Window
from .submissions import Place, Urgency
from .times import Instant

NoticeKind = Literal[
    "assigned", "withdrawn", "return_refused", "held", "hold_refused", "resumed", "extended", "extension_refused",
    "redo", "sent_back", "amended", "reminded", "due_soon", "overdue", "supervised", "escalated", "closed", "void",
    "merged", "split", "whistled", "consulted", "concluded", "assist_refused", "recategorised",
]  # fmt: skip


class AssignmentNotice(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to do or to know. `id` is stable: the same notice again has the same id.

    `clock` is what ends soon or is over, `level` to whom that went up; `main` the case that a merged one goes on in.
    """

    id: str
    department: str
    case_id: str
    version: int
    notice: NoticeKind
    role: Literal["lead", "assistant", "summoned", "consulted"] = "lead"
    state: State
    at: Instant
    due_at: Instant
    title: str
    text: str
    category: str | None = None
    place: Place | None = None
    urgency: Urgency = "normal"
    confidential: bool = False
    reason: str | None = None
    clock: ClockName | Window | None = None
    level: EscalationLevel | None = None
    main: str | None = None
