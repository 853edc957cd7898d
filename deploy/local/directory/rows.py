"""Rows as the directory keeps them, and what would change."""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.contracts.directory import ROW_TYPES

Rows = dict[str, Any]
Wanted = Mapping[str, Rows]
"""Kind → id → row, None to remove it."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it stands and as it is wanted; None where it is not there."""

    kind: str
    id: str
    before: Any
    after: Any

    @property
    def fields(self) -> list[tuple[str, Any, Any]]:
        """Name, before and after of each field that differs."""
        before, after = self.before or {}, self.after or {}
        return [
            (name, before.get(name), after.get(name))
            for name in ROW_TYPES[self.kind].__struct_fields__
            if before.get(name) != after.get(name)
        ]


def filled(kind: str, row: Any) -> Any:
    """With all defaults filled in, as JSON has it, so that equal rows compare equal. msgspec.ValidationError."""
    return msgspec.json.decode(msgspec.json.encode(msgspec.convert(row, ROW_TYPES[kind])))


def differences(wanted: Wanted, there: Wanted) -> list[Difference]:
    """What `wanted` would change; rows that it does not speak of stay."""
    return [
        Difference(kind=kind, id=row_id, before=before, after=row)
        for kind, rows in wanted.items()
        for row_id, row in rows.items()
        if (before := there.get(kind, {}).get(row_id)) != row
    ]


def known(kind: str, row: Mapping[str, Any]) -> Any:
    """A row as a service gave it, which may be newer and have fields that are not known here."""
    return filled(kind, {name: row[name] for name in ROW_TYPES[kind].__struct_fields__ if name in row})


def short(kind: str, row: Mapping[str, Any]) -> Rows:
    """Without what is as by default."""
    defaults = {
        field.name: msgspec.to_builtins(field.default if field.default is not msgspec.NODEFAULT else _made(field))
        for field in msgspec.structs.fields(ROW_TYPES[kind])
        if not field.required
    }
    plain = msgspec.json.decode(msgspec.json.encode(defaults))
    return {name: value for name, value in row.items() if name not in plain or plain[name] != value}


def _made(field: Any) -> Any:
    return field.default_factory()
