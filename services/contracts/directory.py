"""Reference data: rows of a few kinds, each change a record with a version."""

from typing import Annotated, Any, Literal

import msgspec

from .actors import Role
from .identity import Kind

DirectoryKind = Literal["department", "category", "channel", "key"]
Slug = Annotated[str, msgspec.Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]


class Department(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A unit that handles cases; its id is part of a topic's name."""

    name: str
    name_en: str = ""


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a case is about; `hours` to reply are elapsed hours, None for the default."""

    name: str
    name_en: str = ""
    department: str | None = None
    hours: Annotated[float, msgspec.Meta(gt=0, le=8784)] | None = None


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A way in. `authority` replaces, action by action, who may act on its cases."""

    name: str
    name_en: str = ""
    kind: Kind
    authority: dict[str, list[Role]] = {}


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bearer key; the row's id is its SHA-256 in hex, the key itself is stored nowhere."""

    role: Literal["source", "department", "dispatcher", "supervisor", "followup", "dashboard", "admin"]
    subject: Slug | None = None
    scopes: list[Literal["backdate"]] = []
    label: str = ""


ROW_TYPES: dict[str, type[Department | Category | Channel | Key]] = {
    "department": Department,
    "category": Category,
    "channel": Channel,
    "key": Key,
}


class DirectoryChanged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One row set, or removed (`row` is None). `version` counts all changes of the directory, from 1 without gaps."""

    kind: DirectoryKind
    id: str
    version: int
    row: dict[str, Any] | None = None
