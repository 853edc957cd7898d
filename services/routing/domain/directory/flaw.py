"""What is wrong with a row."""

from collections.abc import Sequence

import msgspec


class Flaw(msgspec.Struct, frozen=True, kw_only=True):
    """Of which row, in which field, and what to do (Chinese first). `code` is stable."""

    kind: str
    id: str
    field: str
    code: str
    detail: str


class BadDirectory(ValueError):
    """A directory that cannot be: all of its flaws, at least one."""

    def __init__(self, flaws: Sequence[Flaw]) -> None:
        super().__init__("; ".join(f"{flaw.kind}/{flaw.id}: {flaw.field}: {flaw.detail}" for flaw in flaws))
        self.flaws = tuple(flaws)


def flaw(kind: str, row_id: str, field: str, code: str, chinese: str, english: str) -> Flaw:
    """With its text in both languages."""
    return Flaw(kind=kind, id=row_id, field=field, code=code, detail=f"{chinese} / {english}")
