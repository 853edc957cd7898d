"""Within which times a case can be told: from EARLIEST on, and not more than LATEST_AHEAD ahead of the
log.

The door asks the same before it says 202. What stands on the log all the same is refused here, and its times are left
out of the fact, so that whoever reads the fact can reckon with it.
"""

from datetime import datetime, timedelta

import msgspec

from services.contracts.actions import ActionRequested
from services.contracts.cases import Refusal
from services.contracts.limits import AHEAD, EARLIEST
from services.contracts.submissions import SubmissionReceived
from services.contracts.times import plus

LATEST_AHEAD = AHEAD + timedelta(days=7)
"""Of the append time: a week more than the door says, so that no clock that is a little off refuses what was answered
202."""
_replace = msgspec.structs.replace


def cannot_be(told: SubmissionReceived | ActionRequested, now: datetime) -> Refusal | None:
    """Why not, by name of field; `now` is the command's append time."""
    if isinstance(told, ActionRequested):
        outside = _outside({"at": told.at, "until": told.details.until, "due_at": told.details.due_at}, now)
        return _refusal(*outside) if outside else None
    outside = _outside({"reported_at": told.reported_at, "source_due_at": told.source_due_at}, now)
    if outside:
        return _refusal(*outside)
    if told.source_due_at is not None and told.source_due_at < told.reported_at:
        return Refusal(
            code="bad_time",
            detail="要求办结时间早于登记时间 / source_due_at is before reported_at: leave it out, or mend it",
            fields=("source_due_at",),
        )
    return None


def within(command: ActionRequested, now: datetime) -> ActionRequested:
    """As a refusal has it: without times that cannot be, at its append time where its own is one of them."""
    details = command.details
    for name in _outside({"until": details.until, "due_at": details.due_at}, now):
        details = _replace(details, **{name: None})
    at = now if _outside({"at": command.at}, now) else command.at
    return command if at is command.at and details is command.details else _replace(command, at=at, details=details)


def _outside(times: dict[str, datetime | None], now: datetime) -> tuple[str, ...]:
    latest = plus(now, LATEST_AHEAD)
    return tuple(name for name, at in times.items() if at is not None and not EARLIEST <= at <= latest)


def _refusal(*fields: str) -> Refusal:
    years = AHEAD.days // 365
    span = f"from {EARLIEST.date()} to {years} years ahead"
    return Refusal(
        code="bad_time",
        detail=f"时间须在 {EARLIEST.date()} 至今后 {years} 年之间 / {', '.join(fields)}: give a time {span}",
        fields=fields,
    )
