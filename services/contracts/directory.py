"""Reference data: rows of a few kinds, each change a record with a version."""

from datetime import date
from typing import Annotated, Any, Literal

import msgspec

from .actors import Role
from .alerts import AlertRule
from .deadlines import ClockName, EscalationLevel
from .identity import Kind
from .limits import whole
from .submissions import Urgency
from .times import Instant

DirectoryKind = Literal[
    "department", "category", "channel", "policy", "calendar", "assessment", "street", "community", "grid", "post",
    "alert", "history", "key",
]  # fmt: skip
Slug = Annotated[str, msgspec.Meta(pattern=whole("[a-z0-9][a-z0-9-]{0,62}"))]
TimeOfDay = Annotated[str, msgspec.Meta(pattern=whole("(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)"))]
Point = Annotated[tuple[float, float], msgspec.Meta(description="lon, lat in degrees, WGS 84")]


class Department(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit that handles cases; its id is part of a topic's name. One with a `successor` is closed: its open cases
    are that one's."""

    name: str
    name_en: str = ""
    parent: Slug | None = None
    calendar: Slug | None = None
    successor: Slug | None = None


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a case is about, in up to three levels; `hours` to reply are elapsed hours, None for what policies say.
    `department` is whom routing dispatches to by itself."""

    name: str
    name_en: str = ""
    parent: str | None = None
    department: str | None = None
    hours: Annotated[float, msgspec.Meta(gt=0, le=8784)] | None = None


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way in. `authority` replaces, action by action, who may act on its cases."""

    name: str
    name_en: str = ""
    kind: Kind
    authority: dict[str, list[Role]] = {}


class Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long: exactly one of elapsed hours, working hours, working days.

    Working days as the Civil Code counts (民法典 201, 203): the day on which it begins is not counted, and the last
    one ends when business does.
    """

    hours: Annotated[float, msgspec.Meta(gt=0, le=8784)] | None = None
    workhours: Annotated[float, msgspec.Meta(gt=0, le=2000)] | None = None
    workdays: Annotated[int, msgspec.Meta(gt=0, le=250)] | None = None

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.hours, self.workhours, self.workdays)) != 1:
            raise ValueError("a limit has exactly one of hours, workhours, workdays")


class Policy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """时限与督办: for the cases that match all of `channel`, `category` (it or one below it), `urgency` and
    `department` that are given. Each field is taken from the matching policy with the most criteria that says it.

    `limits` by clock, and `redo` for the reply after one; `remind_at` is the share of its time after which a clock
    reminds; `stopped_by_hold` the clocks that 挂账 stops; `escalation` where a passed deadline goes, each `step` later;
    `reopen_main`: a closed case into which another is merged is done again, else it takes none in.
    """

    name: str
    name_en: str = ""
    channel: str | None = None
    category: str | None = None
    urgency: Urgency | None = None
    department: Slug | None = None
    limits: dict[ClockName | Literal["redo"], Limit] = {}
    remind_at: Annotated[float, msgspec.Meta(gt=0, lt=1)] | None = None
    stopped_by_hold: list[ClockName] | None = None
    escalation: list[EscalationLevel] | None = None
    step: Limit | None = None
    most_redos: Annotated[int, msgspec.Meta(ge=0)] | None = None
    most_transfers: Annotated[int, msgspec.Meta(ge=0)] | None = None
    longest_extension: Limit | None = None
    archive_after_days: Annotated[float, msgspec.Meta(gt=0, le=3660)] | None = None
    redo_if_unsolved: bool | None = None
    reopen_main: bool | None = None
    publish_from: Literal["replied", "closed", "evaluated", "never"] | None = None


class Calendar(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Working days and hours: China's public holidays and make-up workdays, but for the local exceptions here."""

    name: str
    name_en: str = ""
    hours: tuple[tuple[TimeOfDay, TimeOfDay], ...] = (("09:00", "12:00"), ("13:30", "17:30"))
    workdays: list[date] = []
    holidays: list[date] = []


class Assessment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """考核: when its months and years begin (考核周期), and the rates that its score (综合得分) weighs.

    A month that begins on the 25th is named by the month in which it ends, a year by the year in which it ends.
    """

    name: str
    name_en: str = ""
    month_begins_on: Annotated[int, msgspec.Meta(ge=1, le=28)] = 1
    year_begins_in: Annotated[int, msgspec.Meta(ge=1, le=12)] = 1
    score: dict[str, Annotated[float, msgspec.Meta(gt=0)]] = {}


class Street(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """街道 or one of its streets with a chief (街长), who is a post."""

    name: str
    name_en: str = ""
    chief: Slug | None = None


class Community(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """村居."""

    name: str
    name_en: str = ""
    street: Slug
    inhabitants: Annotated[int, msgspec.Meta(ge=0)] | None = None


class Grid(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """网格. `polygon` is GeoJSON's: rings of points, each closed, the first around the others."""

    name: str
    name_en: str = ""
    community: Slug
    polygon: list[list[Point]]


class Post(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """岗位: a role that people hold in turn, never a person's name. `of` is the unit that it is held in."""

    name: str
    name_en: str = ""
    role: Literal["leader", "supervision", "committee", "street_chief", "grid_member", "deputy", "dispatcher"]
    of: Slug | None = None


class Alert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """预警: what metrics watches by itself, and tells of when it begins and when it is over."""

    name: str
    name_en: str = ""
    rule: AlertRule


class History(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The source of this id has told all of its past that it sent up to `ended_at` (append time): from here on the
    deadlines of those backdated cases count."""

    ended_at: Instant


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bearer key; the row's id is its SHA-256 in hex, the key itself is stored nowhere."""

    role: Literal["source", "department", "dispatcher", "supervisor", "followup", "dashboard", "admin"]
    subject: Slug | None = None
    scopes: list[Literal["backdate"]] = []
    label: str = ""


Row = (
    Department
    | Category
    | Channel
    | Policy
    | Calendar
    | Assessment
    | Street
    | Community
    | Grid
    | Post
    | Alert
    | History
    | Key
)
ROW_TYPES: dict[str, type[Row]] = {
    "department": Department,
    "category": Category,
    "channel": Channel,
    "policy": Policy,
    "calendar": Calendar,
    "assessment": Assessment,
    "street": Street,
    "community": Community,
    "grid": Grid,
    "post": Post,
    "alert": Alert,
    "history": History,
    "key": Key,
}


class DirectoryChanged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row set, or removed (`row` is None). `version` counts all changes of the directory, from 1 without gaps."""

    kind: DirectoryKind
    id: str
    version: int
    row: dict[str, Any] | None = None
