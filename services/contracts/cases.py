"""Facts: what became of each submission and each action, applied or refused, with all a reader needs."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from .actions import ActionDetails, ActionName, Grade
from .actors import Actor
from .identity import Kind
from .promises import Clock, ClockKey, Terms
from .submissions import SubmissionReceived, Urgency
from .times import Instant, check_aware

State = Literal[
    "received", "accepted", "dispatched", "signed", "return_requested", "handling", "on_hold", "replied", "redo",
    "closed", "follow_up", "evaluated", "archived", "merged", "rejected", "void", "returned",
]  # fmt: skip
NOW_CLOSED: frozenset[State] = frozenset(("closed", "follow_up", "evaluated", "archived"))
NOT_VALID: frozenset[State] = frozenset(("rejected", "void", "merged", "returned"))

OccurrenceKind = Literal[
    "received", "accepted", "recategorised", "rejected", "return_up_requested", "return_up_refused", "returned_up",
    "dispatched", "handed_over", "assist_requested", "assisted", "assist_refused", "released", "consulted", "opined",
    "concluded", "whistled", "reported_in",
    "signed", "signed_on_time", "return_requested", "return_refused", "contacted_first", "contacted_on_time",
    "handled_from", "hold_requested", "held", "hold_refused", "resumed", "extension_requested", "extended",
    "extension_refused", "replied", "self_handled",
    "assist_signed", "assist_return_requested", "assist_return_refused", "assist_replied",
    "sent_back", "verified", "verification_failed", "closed", "redone", "followed_up", "evaluated", "archived",
    "merged", "split", "linked", "unlinked",
    "reminded", "due_soon", "overdue", "supervised", "escalated", "voided", "amended", "exclusion_requested",
    "excluded", "exclusion_refused", "published", "withdrawn",
]  # fmt: skip
"""`signed_on_time` and `contacted_on_time` stand at the time of the dispatch they answer, all others at their own."""

TaskState = Literal["assigned", "signed", "return_requested", "replied", "released"]
"""协办任务: 已派 已签收 退单审核 已答复 已解除."""
TASK_OPEN: frozenset[TaskState] = frozenset(("assigned", "signed", "return_requested"))


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


class FollowUp(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """回访: the standing one belongs to one closing, as an evaluation does. Only an effective one counts in rates."""

    at: Instant
    contacted: bool
    effective: bool = True
    solved: bool | None = None


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """协办: what one assisting department has to do. `id` is that of the assist's occurrence."""

    id: str
    department: str
    state: TaskState
    assigned_at: Instant
    due_at: Instant
    first_due_at: Instant
    signed_at: Instant | None = None
    replied_at: Instant | None = None


class CaseSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the case is now, as far as figures need it. All times are when it happened, not when it was told.

    `due_at` is the reply's, `first_due_at` its first promise; `inner_due_at` the street's own, shorter one.
    `signed_at` is the first signature. `returns` counts granted ones, `dispatches` each time it went to a department.
    `accepted` stays once it was, `first_evaluation` too, but for its correction.
    `resolved` is what a reply says of a mediation (agreement reached) or a deliberation.
    """

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
    accepted: bool = False
    dispatches: int = 0
    signed_at: Instant | None = None
    inner_due_at: Instant | None = None
    extended: int = 0
    verifications: int = 0
    verifications_failed: int = 0
    self_handled: bool = False
    resolved: bool | None = None
    follow_up: FollowUp | None = None
    first_evaluation: Evaluation | None = None
    merged_into: str | None = None
    linked_to: str | None = None
    excluded: bool = False
    published: bool = False
    tasks: tuple[Task, ...] = ()

    @property
    def valid(self) -> bool:
        """Counts in rates: not rejected, void, merged or returned upward."""
        return self.state not in NOT_VALID

    @property
    def now_closed(self) -> bool:
        """办结: closed, in follow-up, evaluated or archived."""
        return self.state in NOW_CLOSED


class Occurrence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that happened once, with the dimensions it had then; `id` is unique over all cases.

    `excluded`: out of the assessed figures (考核口径). An assistant's occurrences have it as their department.
    """

    id: str
    kind: OccurrenceKind
    at: Instant
    dims: Dimensions
    grade: Grade | None = None
    solved: bool | None = None
    contacted: bool | None = None
    effective: bool | None = None
    excluded: bool = False


class Refusal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why not, and what would be allowed. `code` is stable, `detail` is for people (Chinese first). `main` is the case
    in which a merged one goes on."""

    code: str
    detail: str
    allowed: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    main: str | None = None


class CaseFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One submission or action, applied (raises `version` by one) or refused (at `version`).

    `seq` is the fact's place among all facts of its partition of `cases`, from 1 without gaps;
    readers drop what they have and halt at a gap. `recorded_at` is the append time of its cause.
    `before` and `after` are None where there is no such case; the long text stands in `submission` alone.
    `command_digest` is that of the command it answers, empty for what routing does by itself: with it the facts alone
    are enough to make routing's store again. `terms` and `clocks` are there where they changed, of clocks only those
    that did.
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
    terms: Terms | None = None
    clocks: Mapping[ClockKey, Clock] | None = None
    directory_version: int
    command_digest: str = ""

    def __post_init__(self) -> None:
        if self.at.tzinfo is None or self.recorded_at.tzinfo is None:  # asked here first: every fact passes here
            check_aware(at=self.at, recorded_at=self.recorded_at)
