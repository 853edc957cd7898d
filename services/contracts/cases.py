"""Facts: what became of each submission and each action, applied or refused, with all a reader needs."""

from typing import Literal

import msgspec

from .actions import ActionDetails, ActionName, Grade
from .actors import Actor
from .identity import Kind
from .submissions import SubmissionReceived, Urgency
from .times import Instant, check_aware

State = Literal[
    "received", "accepted", "dispatched", "signed", "return_requested", "handling", "on_hold", "replied", "redo",
    "closed", "follow_up", "evaluated", "archived", "merged", "rejected", "void", "returned",
]  # fmt: skip
NOW_CLOSED: frozenset[State] = frozenset(("closed", "follow_up", "evaluated", "archived"))
NOT_VALID: frozenset[State] = frozenset(("rejected", "void", "merged", "returned"))

OccurrenceKind = Literal[
    "received", "accepted", "rejected", "dispatched", "signed", "return_requested", "return_refused",
    "handled_from", "held", "resumed", "replied", "closed", "redone", "followed_up", "evaluated", "voided", "amended",
]  # fmt: skip


class Dimensions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a figure can be grouped by. `department` is the lead, None before dispatch."""

    channel: str
    department: str | None = None
    category: str | None = None
    grid: str | None = None
    urgency: Urgency = "normal"


class Evaluation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """评价: belongs to one closing; a redo takes it back, a correction replaces it."""

    at: Instant
    grade: Grade
    solved: bool | None = None


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the case is now, as far as figures need it. All times are when it happened, not when it was told."""

    kind: Kind
    state: State
    dims: Dimensions
    received_at: Instant
    due_at: Instant
    first_due_at: Instant
    first_replied_at: Instant | None = None
    replied_at: Instant | None = None
    closed_at: Instant | None = None
    evaluation: Evaluation | None = None
    redos: int = 0
    returns: int = 0

    @property
    def valid(self) -> bool:
        """Counts in rates: not rejected, void, merged or returned upward."""
        return self.state not in NOT_VALID

    @property
    def now_closed(self) -> bool:
        """办结: closed, in follow-up, evaluated or archived."""
        return self.state in NOW_CLOSED


class Occurrence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened once, with the dimensions it had then; `id` is unique over all cases."""

    id: str
    kind: OccurrenceKind
    at: Instant
    dims: Dimensions
    grade: Grade | None = None
    solved: bool | None = None
    contacted: bool | None = None
    effective: bool | None = None


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why not, and what would be allowed. `code` is stable, `detail` is for people (Chinese first)."""

    code: str
    detail: str
    allowed: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class CaseFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One submission or action, applied (raises `version` by one) or refused (at `version`).

    `seq` is the fact's place among all facts of its partition of `cases`, from 1 without gaps;
    readers drop what they have and halt at a gap. `recorded_at` is the append time of its cause.
    `before` and `after` are None where there is no such case; the long text stands in `submission` alone.
    `command_digest` is that of the command it answers, empty for what routing does by itself: with it the facts alone
    are enough to make routing's store again.
    """

    case_id: str
    partition: int
    seq: int
    version: int
    outcome: Literal["applied", "refused"]
    action: ActionName | Literal["submit"]
    action_id: str
    actor: Actor
    at: Instant
    recorded_at: Instant
    details: ActionDetails = ActionDetails()
    submission: SubmissionReceived | None = None
    refusal: Refusal | None = None
    before: CaseSummary | None = None
    after: CaseSummary | None = None
    added: tuple[Occurrence, ...] = ()
    removed: tuple[Occurrence, ...] = ()
    directory_version: int
    command_digest: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or self.recorded_at.tzinfo is None:  # asked here first: every fact passes here
            check_aware(at=self.at, recorded_at=self.recorded_at)
