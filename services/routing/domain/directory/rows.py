"""A row by itself: its id, its type, and what its fields say together."""

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, get_args

import msgspec

from services.contracts.actions import ActionName
from services.contracts.actors import Role
from services.contracts.directory import ROW_TYPES, Channel, Key, Row

from .flaw import Flaw, flaw
from .polygons import ring_flaws
from .sizes import row_flaws
from .times import calendar_flaws, policy_flaws

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")
_CODE = re.compile(r"[^\s/]{1,128}")
_HASH = re.compile(r"[0-9a-f]{64}")
_ID_PATTERNS = {
    "department": _SLUG,  # part of a topic's name
    "category": _CODE,
    "channel": _NAME,
    "policy": _NAME,
    "calendar": _SLUG,
    "assessment": _SLUG,
    "street": _SLUG,
    "community": _SLUG,
    "grid": _CODE,
    "post": _SLUG,
    "alert": _SLUG,  # part of an alert's id, before a slash
    "history": _SLUG,
    "key": _HASH,
}
_OWN: frozenset[ActionName] = frozenset(("absorb", "let_go", "follow", "hand_over", "reclock"))
_ACTIONS: tuple[ActionName, ...] = tuple(name for name in get_args(ActionName) if name not in _OWN)
_ACTING: tuple[Role, ...] = ("source", "department", "dispatcher", "supervisor", "followup", "routing")
_WITH_SUBJECT: frozenset[Role] = frozenset(("source", "department"))


def read(kind: str, rows: Mapping[str, Any]) -> tuple[dict[str, Row | None], list[Flaw]]:
    """Rows as their type, None where they are to go, and what is wrong with the others."""
    made: dict[str, Row | None] = {}
    flaws: list[Flaw] = []
    for row_id, row in rows.items():
        if row is None:
            made[row_id] = None
            continue
        found = _read(kind, row_id, row)
        if isinstance(found, Flaw):
            flaws.append(found)
        else:
            made[row_id] = found
            # first how large it is: what else is asked of it takes the longer, the larger it is
            large = [*row_flaws(kind, row_id, found)]
            flaws += large or (_CHECKS[kind](row_id, found) if kind in _CHECKS else ())
    return made, flaws


def _read(kind: str, row_id: str, row: Any) -> Row | Flaw:
    pattern = _ID_PATTERNS[kind].pattern
    if not re.fullmatch(pattern, row_id):
        return flaw(kind, row_id, "id", "bad_row", f"编号须符合 {pattern}", f"an id of kind {kind} matches {pattern}")
    try:
        return msgspec.convert(row, ROW_TYPES[kind])
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `$")
        return flaw(kind, row_id, path.strip("`.") or "row", "bad_row", "字段有误，请改正", text)


def _channel(row_id: str, row: Channel) -> Iterator[Flaw]:
    if unknown := sorted(row.authority.keys() - {*_ACTIONS}):
        names, known = ", ".join(unknown), ", ".join(_ACTIONS)
        yield flaw(
            "channel", row_id, "authority", "bad_row",
            f"没有这样的动作：{names}；可用 {known}", f"no such actions: {names}; take one of those",
        )  # fmt: skip
    if idle := sorted({*chain.from_iterable(row.authority.values())} - {*_ACTING}):
        names, known = ", ".join(idle), ", ".join(_ACTING)
        yield flaw(
            "channel", row_id, "authority", "bad_row",
            f"{names} 不能办理事项；可用 {known}", f"{names} cannot act on cases; there are {known}",
        )  # fmt: skip


def _key(row_id: str, row: Key) -> Iterator[Flaw]:
    if (row.subject is None) is (row.role in _WITH_SUBJECT):
        chinese, english = ("须写明", "needs a") if row.role in _WITH_SUBJECT else ("不带", "has no")
        text = f"角色 {row.role} {chinese}主体 subject", f"role {row.role} {english} subject"
        yield flaw("key", row_id, "subject", "bad_row", *text)


_CHECKS: dict[str, Callable[[str, Any], Iterator[Flaw]]] = {
    "channel": _channel,
    "key": _key,
    "calendar": calendar_flaws,
    "policy": policy_flaws,
    "grid": ring_flaws,
}
