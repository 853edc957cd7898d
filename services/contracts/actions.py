"""What is asked of a case after its submission. The table of who may, from where to where, is routing's."""

from typing import Annotated, Any, Literal

import msgspec

from .actors import Actor
from .times import Instant, check_aware

ActionName = Literal[
    "accept", "reject", "dispatch", "sign", "return", "refuse_return", "handle", "hold", "resume",
    "reply", "close", "redo", "follow_up", "rate", "void", "amend", "correct",
]  # fmt: skip
Grade = Annotated[int, msgspec.Meta(ge=1, le=5, description="5 很满意, 4 满意, 3 基本满意, 2 不满意, 1 很不满意")]
SATISFIED_FROM = 3
"""基本满意 or better counts as satisfied."""


class ActionDetails(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an action may carry; which of these it needs stands in routing's table."""

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

    def __post_init__(self) -> None:
        check_aware(until=self.until)


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
