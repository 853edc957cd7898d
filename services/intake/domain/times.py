"""When it may have happened: not ahead of our clock, and not long past unless the key may backdate."""

from datetime import datetime, timedelta

from services.contracts import limits
from services.contracts.actors import BACKDATE, Actor
from services.contracts.times import TOLD_WITHIN

from .flaws import Flaw, Forbidden

AHEAD = timedelta(minutes=5)


def check_time(field: str, happened: datetime, now: datetime, actor: Actor) -> None:
    """Flaw more than 5 minutes ahead of `now`, Forbidden more than 72 hours past without the scope."""
    try:
        age = now - happened
    except OverflowError as error:
        raise Flaw("bad_time", field, "not a time that can be") from error
    if age < -AHEAD:
        raise Flaw("in_the_future", field, "more than 5 minutes ahead of the receiver's clock: check yours")
    if age > TOLD_WITHIN and BACKDATE not in actor.scopes:
        raise Forbidden("too_old", field, "more than 72 hours past: that needs a key with the scope backdate")
    try:
        limits.check_happened(field, happened)
    except limits.Beyond as error:
        raise Flaw("bad_time", field, str(error)) from error


def check_due(field: str, due: datetime | None, begin: datetime, now: datetime, *, since: str) -> None:
    """Until when it has time; `since` names the field that says from when on. Flaw."""
    if due is None:
        return
    try:
        limits.check_due(field, due, begin, now, since=since)
    except limits.Beyond as error:
        raise Flaw("bad_time", field, str(error)) from error
