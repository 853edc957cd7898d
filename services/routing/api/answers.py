"""What routing answers: each definition is the answer's JSON and its schema in the OpenAPI document."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from services.contracts.actions import ActionDetails, ActionName
from services.contracts.actors import Role
from services.contracts.cases import CaseSummary, Refusal, State
from services.contracts.deadlines import ClockName, Window
from services.contracts.directory import DirectoryKind
from services.contracts.submissions import Submitted

from ..domain.fields import Holds
from ..domain.requests import Pending
from ..domain.state import Consultation, Summons


class CaseBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list. `source_id` is its number at its source; `title` is null where it came before titles were kept;
    `days_late` how many days it is past due and open, null where it is neither."""

    case_id: str
    version: int
    state: State
    state_zh: str
    source: str
    source_id: str
    title: str | None
    category_given: str | None
    confidential: bool
    updated_at: datetime
    days_late: float | None
    summary: CaseSummary


class CaseList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases. Ask again with `cursor` for what follows; `more`: there is some now."""

    items: list[CaseBrief]
    cursor: str | None
    more: bool


class ClockShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A deadline. `of` says of which task or summons; `assumed`: it was counted in working days or hours into a year
    whose holidays the State Council has not published yet, and may move once it has."""

    clock: ClockName | Window
    clock_zh: str
    of: str | None = None
    state: Literal["running", "stopped", "met", "late"]
    due_at: datetime
    first_due_at: datetime
    ended_at: datetime | None = None
    next_at: datetime | None = None
    assumed: bool = False


class FieldShown(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A field of an action: whether it is needed, what it holds, and, where few values are good,
    which, each with its Chinese."""

    field: str
    field_zh: str
    needed: bool
    holds: Holds
    values: Mapping[str, str] = {}


class NextMove(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What may be done now: by which roles and, where not by the lead alone, by which departments; `needs` and `takes`
    name the fields, `fields` tells of each."""

    action: ActionName
    action_zh: str
    by: list[Role]
    needs: list[str]
    takes: list[str]
    fields: list[FieldShown]
    departments: list[str] = []


class ActionOutcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What became of an action, or of the submission: applied with the case's new `version` and `state`, or refused.
    Also one line of the timeline."""

    case_id: str
    version: int
    outcome: Literal["applied", "refused"]
    action: ActionName | Literal["submit"]
    action_id: str
    action_zh: str
    at: datetime
    recorded_at: datetime
    by: Role
    subject: str | None
    details: ActionDetails = ActionDetails()
    submission: Submitted | None = None
    refusal: Refusal | None = None
    directory_version: int
    state: State | None


class MainCase(msgspec.Struct, frozen=True, kw_only=True):
    """The case that this one was merged into: what is done now is done there."""

    case_id: str
    source_id: str
    title: str | None
    state: State
    state_zh: str


class CaseWhole(CaseBrief, frozen=True, kw_only=True):
    """A case with its clocks, what waits for an answer, its timeline, and what may be done next by whom.
    `refusals_left_out` counts the older refusals that the timeline does not show."""

    clocks: list[ClockShown]
    asked: Mapping[str, Pending]
    consultation: Consultation | None
    summons: list[Summons]
    followers: list[str]
    main: MainCase | None
    next: list[NextMove]
    timeline: list[ActionOutcome]
    refusals_left_out: int


class RowKept(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the directory and the version that set it."""

    row: dict[str, Any]
    version: int


class DirectoryRows(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of a kind, by id."""

    kind: DirectoryKind
    rows: dict[str, RowKept]


class DirectoryRow(RowKept, frozen=True, kw_only=True):
    """One row."""

    kind: DirectoryKind
    id: str


class KindsSet(msgspec.Struct, frozen=True, kw_only=True):
    """What several kinds' rows are set to: kind → id → version. Empty after a dry run."""

    versions: dict[str, dict[str, int]]


class RowsSet(msgspec.Struct, frozen=True, kw_only=True):
    """What a kind's rows are set to: id → version."""

    kind: DirectoryKind
    versions: dict[str, int]


class RowSet(msgspec.Struct, frozen=True, kw_only=True):
    """The version that the row has now."""

    kind: DirectoryKind
    id: str
    version: int


class ClockMoved(msgspec.Struct, frozen=True, kw_only=True):
    """What today's policies would make of a deadline."""

    clock: ClockName | Window
    clock_zh: str
    due_at: datetime
    would_be_due_at: datetime
    overdue: bool


class CaseMoved(msgspec.Struct, frozen=True, kw_only=True):
    """An open case for which today's policies or calendars say something else."""

    case_id: str
    source_id: str
    state: State
    department: str | None
    policy_version: int
    clocks: list[ClockMoved]


class Reclocks(msgspec.Struct, frozen=True, kw_only=True):
    """A page of what would move, of `looked_at` open cases."""

    items: list[CaseMoved]
    looked_at: int
    directory_version: int
    cursor: str
    more: bool


class CasesChosen(msgspec.Struct, frozen=True, kw_only=True):
    """So many cases will be judged again by today's policies."""

    told: int
