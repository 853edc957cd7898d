"""What routing owes itself: commands on `followups`, key the case they are for, so that they count in log order.

Each may arrive more than once: whether it still has an effect follows from the case alone.
"""

from typing import Literal

import msgspec

from .cases import State
from .deadlines import ClockName, Window
from .times import Instant, check_aware


class DeadlineReached(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A clock of a case came to a mark at `at`: 0 the reminder, from 1 on the steps of its escalation. `archive` and
    `hold` are windows that end by themselves; `task` is the assistant's whose clock it is. No effect unless the case
    still waits for just this one."""

    case_id: str
    clock: ClockName | Window
    step: int
    at: Instant
    task: str | None = None

    def __post_init__(self) -> None:
        check_aware(at=self.at)


class CaseJoined(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """To a main case: `follower` merged into it (`joined`), or was split from it again; at `version` of the follower,
    so that an older one that comes late has no effect. `hops`: as with MainMoved."""

    case_id: str
    follower: str
    version: int
    joined: bool
    at: Instant
    hops: int = 0


class MainMoved(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """To a merged case: what became of its main case, at the main's `version`. `elsewhere`: it is merged itself, and
    that is the main case now; `gone`: it cannot take anyone in (rejected, void, returned, or never seen). `hops` counts
    how often the merge was handed on."""

    case_id: str
    main: str
    version: int
    state: State | None = None
    reply: str | None = None
    elsewhere: str | None = None
    gone: bool = False
    at: Instant
    hops: int = 0


class DirectoryApplied(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """To an open case: take the directory as it now is. `successor`: what a closed department had is its successor's;
    `policy`: deadlines that run are computed anew, which only an explicit command asks for."""

    case_id: str
    what: Literal["successor", "policy"]
    at: Instant


class FollowersOwed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """To a main case, from itself: those merged into it whose ids come after `after` are still owed word of what became
    of it at its `version`. No effect once it has spoken again: then all are told anew."""

    case_id: str
    version: int
    after: str
    at: Instant

    def __post_init__(self) -> None:
        check_aware(at=self.at)


FollowUpCommand = DeadlineReached | CaseJoined | MainMoved | FollowersOwed | DirectoryApplied
