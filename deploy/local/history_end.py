"""A source has told all of its past: from here on the deadlines of what it told late count."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime

from . import street
from .calls import Caller, Refused
from .errors import LocalError

PAUSE_SECONDS = 1.0
TRIES = 120


def declare(
    routing: Caller, senders: Iterable[str], now: datetime, sleep: Callable[[float], None] = time.sleep
) -> list[str]:
    """For the sources among these keys (`source:hotline`), which it gives back; `routing` is called as the admin. As
    long as routing is away it is tried again. LocalError."""
    named = (name.partition(":") for name in senders)
    sources = sorted({subject for role, _, subject in named if role == "source"})
    rows = {source: {"ended_at": now.isoformat()} for source in sources}
    for left in reversed(range(TRIES)):
        try:
            street.publish(routing, {"history": rows})
            break
        except LocalError as error:
            if not left or (isinstance(error, Refused) and error.status != 503):
                raise
        sleep(PAUSE_SECONDS)
    return sources
