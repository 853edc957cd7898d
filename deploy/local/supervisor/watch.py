"""When to start a process again: pure functions of what was seen and when. Times are seconds of a monotonic clock."""

from typing import Literal

import msgspec

SILENT_SECONDS = 30.0  # a service that does not answer
SLOW_START_SECONDS = 120.0  # one that has not answered since it was started: a slow machine loads its code for a minute
STUCK_SECONDS = 30.0  # one that has lag and makes no progress
SILENT_SERVER_SECONDS = 60.0  # Kafka or MongoDB themselves, once they had answered
STEADY_SECONDS = 60.0  # so long without an end, and earlier ends are forgotten
BACKOFF_SECONDS = (0.25, 30.0)  # the first and the longest wait
PATIENCE_DOUBLINGS = 4  # a service that is stuck again right after its restart gets more time, up to 16 times

Verdict = Literal["silent", "stuck"]


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """One look at a process. `ready` is that it takes work; `status` is its own word; `lag` None: it does not know."""

    answered: bool
    ready: bool = False
    status: str = ""
    lag: int | None = 0
    progress: int = 0
    waiting_for: str | None = None
    halted: str | None = None
    last_error: str | None = None


class Watched(msgspec.Struct, frozen=True, kw_only=True):
    """What a process's looks came to since it was started."""

    started: float
    answered: float | None = None
    moved: float
    progress: int = 0
    lag: int | None = 0
    left_alone: bool = False
    stuck_before: int = 0


def begin(now: float, stuck_before: int = 0) -> Watched:
    """Just started, or adopted; `stuck_before` is how often in a row it was found stuck."""
    return Watched(started=now, moved=now, stuck_before=stuck_before)


def look(watched: Watched, seen: Seen, now: float) -> Watched:
    """After one more look."""
    if not seen.answered:
        return watched
    # a share of the partitions may be long in coming; one that takes work should soon know how far behind it is
    left_alone = seen.status in ("halted", "stopping") or (seen.lag is None and seen.status == "waiting")
    moved = seen.progress != watched.progress or seen.lag == 0 or left_alone
    return msgspec.structs.replace(
        watched,
        answered=now,
        moved=now if moved else watched.moved,
        progress=seen.progress,
        lag=seen.lag,
        left_alone=left_alone,
        stuck_before=0 if seen.progress > watched.progress else watched.stuck_before,
    )


def judge_service(watched: Watched, stores_since: float | None, now: float) -> Verdict | None:
    """Kill it? Only time in which Kafka and MongoDB answered counts: since `stores_since`, None while they do not."""
    if stores_since is None:
        return None
    patience = SILENT_SECONDS if watched.answered is not None else SLOW_START_SECONDS
    if now - max(watched.answered or watched.started, stores_since) >= patience:
        return "silent"
    if watched.left_alone or watched.lag == 0:
        return None
    patience = STUCK_SECONDS * 2 ** min(watched.stuck_before, PATIENCE_DOUBLINGS)
    return "stuck" if now - max(watched.moved, stores_since) >= patience else None


def judge_server(watched: Watched, now: float) -> Verdict | None:
    """Kafka and MongoDB: recovering a log may take long, so only one that had answered is judged."""
    return "silent" if watched.answered is not None and now - watched.answered >= SILENT_SERVER_SECONDS else None


def backoff(ends: int) -> float:
    """Seconds to wait after so many ends in a row (from 1): 0.25, 0.5, 1 … 30."""
    first, longest = BACKOFF_SECONDS
    return min(longest, first * 2.0 ** min(ends - 1, 20))


def ends_in_a_row(ends: int, ran_for: float) -> int:
    """The count after one more end of a process that had run for so long."""
    return 1 if ran_for >= STEADY_SECONDS else ends + 1
