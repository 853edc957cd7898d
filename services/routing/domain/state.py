"""A case as routing keeps it: its summary, and what later moves may need to know of earlier ones."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import Actor
from services.contracts.cases import CaseSummary, Occurrence, Refusal
from services.contracts.submissions import SubmissionReceived

_canonical = msgspec.json.Encoder(order="deterministic").encode


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One applied move: who by which id, and what occurred; `details` only of what can be corrected."""

    sender: str
    action_id: str
    action: ActionName | Literal["submit"]
    version: int
    at: datetime
    occurrences: tuple[Occurrence, ...] = ()


class CaseState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Immutable; `evolve` gives the next one. `category_given` is the source's own code, known to us or not."""

    case_id: str
    version: int
    summary: CaseSummary
    source: str
    source_id: str
    due_by_source: bool
    category_given: str | None = None
    confidential: bool = False
    fingerprints: Mapping[str, str] = {}
    departments: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def department(self) -> str | None:
        """The lead."""
        return self.summary.dims.department


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
    before: CaseSummary | None = None
    after: CaseSummary | None = None
    added: tuple[Occurrence, ...] = ()
    removed: tuple[Occurrence, ...] = ()

    @property
    def applied(self) -> bool:
        """Raised the version."""
        return self.refusal is None


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
