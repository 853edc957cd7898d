"""Reference data is checked whole before anything of it is published."""

import re
from collections.abc import Mapping
from itertools import chain
from typing import Any

import msgspec

from services.contracts.actors import Role
from services.contracts.directory import ROW_TYPES, Category, Channel, Key

from .moves import MOVES

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_HASH = re.compile(r"[0-9a-f]{64}")
_ID_PATTERNS = {
    "department": _SLUG,  # part of a topic's name
    "category": re.compile(r"[^\s/]{1,128}"),
    "channel": _NAME,
    "key": _HASH,
}
_ACTING: tuple[Role, ...] = ("source", "department", "dispatcher", "supervisor", "followup", "routing")
_WITH_SUBJECT: frozenset[Role] = frozenset(("source", "department"))


class BadRow(ValueError):
    """A row that cannot be: which, which field, and why."""

    def __init__(self, row_id: str, field: str, detail: str) -> None:
        super().__init__(f"{row_id}: {field}: {detail}" if field else f"{row_id}: {detail}")
        self.row_id = row_id
        self.field = field


def checked(kind: str, row_id: str, row: Mapping[str, Any], departments: frozenset[str]) -> msgspec.Struct:
    """The row as its type. BadRow."""
    pattern = _ID_PATTERNS[kind]
    if not pattern.fullmatch(row_id):
        raise BadRow(row_id, "id", f"an id of kind {kind} matches {pattern.pattern}")
    try:
        made: msgspec.Struct = msgspec.convert(row, ROW_TYPES[kind])
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        raise BadRow(row_id, path.strip("`.") or "row", text) from error
    if isinstance(made, Category) and made.department is not None and made.department not in departments:
        raise BadRow(row_id, "department", f"there is no department {made.department!r}")
    if isinstance(made, Channel) and (unknown := sorted(made.authority.keys() - MOVES.keys())):
        raise BadRow(row_id, "authority", f"no such actions: {', '.join(unknown)}; there are {', '.join(MOVES)}")
    if isinstance(made, Channel) and (idle := sorted({*chain.from_iterable(made.authority.values())} - {*_ACTING})):
        raise BadRow(row_id, "authority", f"{', '.join(idle)} cannot act on cases; there are {', '.join(_ACTING)}")
    if isinstance(made, Key):
        if (made.subject is None) is (made.role in _WITH_SUBJECT):
            needs = "needs" if made.role in _WITH_SUBJECT else "has no"
            raise BadRow(row_id, "subject", f"role {made.role} {needs} subject")
        if made.role == "department" and made.subject not in departments:
            raise BadRow(row_id, "subject", f"there is no department {made.subject!r}")
    return made
