"""What a case was promised: the terms that policies gave it, and its clocks. Facts carry them, so that a case can be
made again, and a deadline explained, from its facts alone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

import msgspec

from .deadlines import ClockName, EscalationLevel, Window
from .directory import Limit
from .times import Instant

DEFAULT_STEP = Limit(workdays=1)
LimitName = ClockName | Literal["redo"]
PublishFrom = Literal["replied", "closed", "evaluated", "never"]
ClockKey = str
"""A clock's name; where there may be several, with what it is of: `assist/<task id>`, `report/<version>`."""


def clock_key(name: str, of: str | None = None) -> ClockKey:
    """The key of a clock."""
    return f"{name}/{of}" if of else name


class Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`limits` are those that policies say; `calendar` None is China's alone."""

    policy_version: int = 0
    limits: Mapping[LimitName, Limit] = {}
    calendar: str | None = None
    remind_at: float | None = None
    stopped_by_hold: tuple[ClockName, ...] = ()
    escalation: tuple[EscalationLevel, ...] = ()
    step: Limit = DEFAULT_STEP
    most_redos: int = 3
    most_transfers: int = 3
    longest_extension: Limit | None = None
    archive_after_days: float = 14.0
    redo_if_unsolved: bool = False
    reopen_main: bool = False
    publish_from: PublishFrom = "closed"

    def limit(self, name: LimitName) -> Limit | None:
        """None where there is no such clock. A redo and an assistant have the reply's time if not their own."""
        said = self.limits.get(name)
        return self.limits.get("reply") if said is None and name in ("redo", "assist") else said

    def level(self, step: int) -> EscalationLevel | None:
        """Where step `step` of a passed deadline goes; None for the reminder and where the chain has none."""
        return self.escalation[step - 1] if 1 <= step <= len(self.escalation) else None


class Clock(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`started_at` is when the present promise was made: at the start, the latest extension or redo.

    While it stands still `due_at` is what it will be if it goes on at `stopped_until`, and `stopped_due` what it was,
    None where that had passed and does not move. `working`: its time is working time, not elapsed. `ran` is the time
    it had run at `runs_from`, where it last stopped or went on; `late` how long it stood still after it was due. Marks
    below `next_step` are done; the next is at `next_at`.
    """

    name: ClockName | Window
    started_at: Instant
    due_at: Instant
    first_due_at: Instant
    working: bool = False
    runs_from: Instant | None = None
    ran: timedelta = timedelta()
    late: timedelta = timedelta()
    stopped_at: Instant | None = None
    stopped_until: Instant | None = None
    stopped_due: Instant | None = None
    ended_at: Instant | None = None
    next_step: int = 0
    next_at: Instant | None = None

    @property
    def since(self) -> Instant:
        """From when it runs without a stop, under its present promise."""
        return self.runs_from or self.started_at
