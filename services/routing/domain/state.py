"""A case as routing keeps it: its summary, and what later moves may need to know of earlier ones."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import Actor
from services.contracts.cases import CaseSummary, Occurrence, OccurrenceKind, Refusal, State
from services.contracts.deadlines import ClockName
from services.contracts.promises import Clock, ClockKey, Terms
from services.contracts.submissions import SubmissionReceived

from .requests import Requests

_canonical = msgspec.json.Encoder(order="deterministic").encode


_OF_A_TASK: frozenset[OccurrenceKind] = frozenset(
    ("assist_signed", "assist_return_requested", "assist_return_refused", "assist_replied")
)


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One applied move: who by which id, and what occurred; `details` only of what can be corrected."""

    sender: str
    action_id: str
    action: ActionName | Literal["submit"]
    version: int
    at: datetime
    occurrences: tuple[Occurrence, ...] = ()


class Dispatched(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The standing dispatch: first signature and first contact are measured from it."""

    at: datetime
    contacted: bool = False


class Consultation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """会商: who was asked, and who has spoken; ended by the dispatch it leads to, or without one."""

    at: datetime
    parties: tuple[str, ...]
    until: datetime | None = None
    spoken: tuple[str, ...] = ()


class Summons(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """鸣哨: who was called to the matter, and when each reported in."""

    version: int
    at: datetime
    departments: tuple[str, ...]
    until: datetime | None = None
    reported: Mapping[str, datetime] = {}


class Follower(msgspec.Struct, frozen=True):
    """A case that is merged into this one, or was: what it said last, at its version."""

    version: int
    joined: bool


class CaseState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Immutable; `evolve` gives the next one. `title` is as amended last, None in cases stored before it was kept;
    `category_given` is the source's own code, known to us or not.

    `departments` are all that ever had a part in it: they may see it, and correct what they said. `history_until` is
    the append time of a submission that was told long after its reception: until its source declares such histories
    ended, no deadline of the case counts.
    """

    case_id: str
    version: int
    summary: CaseSummary
    source: str
    source_id: str
    due_by_source: bool
    title: str | None = None
    category_given: str | None = None
    confidential: bool = False
    fingerprints: Mapping[str, str] = {}
    departments: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    pending: Requests = {}
    dispatched: Dispatched | None = None
    consultation: Consultation | None = None
    summons: tuple[Summons, ...] = ()
    before_merge: State | None = None
    followers: Mapping[str, Follower] = {}
    main_version: int = 0
    standing_reply: str | None = None
    terms: Terms = Terms()
    clocks: Mapping[ClockKey, Clock] = {}
    history_until: datetime | None = None

    @property
    def next_mark(self) -> datetime | None:
        """When one of its clocks is to be looked at next; a merged case's stand with its main."""
        if self.summary.state == "merged":
            return None
        return min((clock.next_at for clock in self.clocks.values() if clock.next_at), default=None)

    @property
    def department(self) -> str | None:
        """The lead."""
        return self.summary.dims.department

    def of_dispatch(self, name: ClockName) -> Clock | None:
        """That clock of the standing dispatch, running or ended; None where policies gave it none."""
        clock = self.clocks.get(name)
        return clock if clock and self.dispatched and clock.started_at == self.dispatched.at else None

    def summons_of(self, department: str) -> Summons | None:
        """The newest summons that names it and that it has not answered."""
        waiting = (one for one in reversed(self.summons) if department in one.departments)
        return next((one for one in waiting if department not in one.reported), None)


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one command or derived move: a refusal, or the case's next summary with its occurrences."""

    case_id: str
    action: ActionName | Literal["submit"]
    action_id: str
    actor: Actor
    at: datetime
    version: int
    details: ActionDetails = ActionDetails()
    submission: SubmissionReceived | None = None
    refusal: Refusal | None = None
    recorded_at: datetime | None = None
    before: CaseSummary | None = None
    after: CaseSummary | None = None
    added: tuple[Occurrence, ...] = ()
    removed: tuple[Occurrence, ...] = ()
    terms: Terms | None = None
    clocks: Mapping[ClockKey, Clock] | None = None

    @property
    def applied(self) -> bool:
        """Raised the version."""
        return self.refusal is None


def of_a_task(occurred: Iterable[Occurrence]) -> bool:
    """An assistant's task moved, not the case."""
    return any(one.kind in _OF_A_TASK for one in occurred)


def fingerprints(submission: SubmissionReceived) -> dict[str, str]:
    """Field → short hash of its content, of everything a repeat must have in common."""
    plain = msgspec.to_builtins(submission)
    plain.pop("actor", None)
    return {name: hashlib.sha256(_canonical(value)).hexdigest()[:12] for name, value in sorted(plain.items())}


def command_digest(command: SubmissionReceived | ActionRequested) -> str:
    """The same for the same content, whoever's key (of one sender) it came with."""
    plain = msgspec.to_builtins(command)
    plain.pop("actor", None)
    return hashlib.sha256(_canonical(plain)).hexdigest()[:32]
