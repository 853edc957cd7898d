"""A caller's place among cases: partition → sequence number up to which it was given.

One counter over all partitions would skip what commits concurrently; one for each cannot. In the queue, whose order is
that of reception, it is the last case that was given.
"""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Self, TypeVar

import msgspec

Number = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]

Cursor = Mapping[int, int]
Place = TypeVar("Place")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(milliseconds=1)
Milliseconds = Annotated[
    int,
    msgspec.Meta(
        ge=(datetime.min.replace(tzinfo=UTC) - _EPOCH) // _STEP, le=(datetime.max.replace(tzinfo=UTC) - _EPOCH) // _STEP
    ),
]


class Waiting(msgspec.Struct, frozen=True, array_like=True):
    """A place in the queue: after this case. Of its time no more than MongoDB keeps."""

    since: Milliseconds
    case_id: Annotated[str, msgspec.Meta(max_length=64)]

    @classmethod
    def of(cls, received_at: datetime, case_id: str) -> Self:
        """The place of a case that was received at this time."""
        return cls((received_at - _EPOCH) // _STEP, case_id)

    @property
    def received_at(self) -> datetime:
        """As MongoDB has it."""
        return _EPOCH + self.since * _STEP


class BadCursor(ValueError):
    """Not one of ours."""


def encoded(place: Cursor | Waiting) -> str:
    """A cursor as callers keep it: opaque."""
    plain = place if isinstance(place, Waiting) else dict(place)
    return base64.urlsafe_b64encode(msgspec.json.encode(plain)).decode().rstrip("=")


def decoded(cursor: str | None, partitions: int) -> Cursor:
    """BadCursor where it is none of ours."""
    start = dict.fromkeys(range(partitions), 0)
    if not cursor:
        return start
    given = _decoded(cursor, dict[Number, Number])
    if not set(given) <= set(start):
        raise BadCursor("this cursor is of another deployment")
    return start | given


def waiting(cursor: str | None) -> Waiting | None:
    """The place in the queue; None for its head. BadCursor where it is none of ours."""
    return _decoded(cursor, Waiting) if cursor else None


def _decoded(cursor: str, kind: type[Place]) -> Place:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        return msgspec.json.decode(base64.urlsafe_b64decode(padded), type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        raise BadCursor("use a cursor as it was given, or none to begin") from error
