"""申请与批复: what is asked of a case and waits for an answer, and what an answer takes from it."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from services.contracts.actions import ActionDetails, ActionName, ActionRequested

from .moves import MOVES, RequestKind

_replace = msgspec.structs.replace


class Pending(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asked, not yet answered; asking again replaces it."""

    action_id: str
    sender: str
    at: datetime
    reason: str | None = None
    until: datetime | None = None
    department: str | None = None


Requests = Mapping[RequestKind, Pending]
_OF_THE_LEAD: frozenset[RequestKind] = frozenset(("hold", "extend", "assist"))
_DROPPED: Mapping[ActionName, frozenset[RequestKind]] = {
    "dispatch": _OF_THE_LEAD,
    **dict.fromkeys(("redo", "close", "void", "reject", "merge", "grant_return_up"), _OF_THE_LEAD | {"return_up"}),
}
"""What a move makes pointless; an exclusion is asked for whatever becomes of the case."""


def completed(pending: Requests, command: ActionRequested) -> ActionRequested:
    """An answer with what it leaves out taken from what was asked."""
    move = MOVES[command.action]
    asked = pending.get(move.answers) if move.answers and not move.only_asked else None
    if asked is None:
        return command
    lacking = {
        name: getattr(asked, name)
        for name in ("reason", "until", "department")
        if name in (*move.needs, *move.takes)
        and getattr(command.details, name) is None
        and getattr(asked, name) is not None
    }
    return _replace(command, details=_replace(command.details, **lacking)) if lacking else command


def after(pending: Requests, action: ActionName, details: ActionDetails, who: tuple[str, str, datetime]) -> Requests:
    """What waits once `action` was applied; `who` is the sender, its action id, and when."""
    move = MOVES[action]
    gone = _DROPPED.get(action, frozenset()) | ({move.answers} if move.answers else frozenset())
    left = {kind: one for kind, one in pending.items() if kind not in gone}
    if move.asks is not None:
        sender, action_id, at = who
        left[move.asks] = Pending(
            action_id=action_id,
            sender=sender,
            at=at,
            reason=details.reason,
            until=details.until,
            department=details.department,
        )
    return left
