"""A caller's place among cases: partition → sequence number up to which it was given.

One counter over all partitions would skip what commits concurrently; one for each cannot.
"""

import base64
from collections.abc import Mapping
from typing import Annotated

import msgspec

Number = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]

Cursor = Mapping[int, int]


class BadCursor(ValueError):
    """Not one of ours."""


def encoded(place: Cursor) -> str:
    """A cursor as callers keep it: opaque."""
    return base64.urlsafe_b64encode(msgspec.json.encode(dict(place))).decode().rstrip("=")


def decoded(cursor: str | None, partitions: int) -> Cursor:
    """BadCursor where it is none of ours."""
    start = dict.fromkeys(range(partitions), 0)
    if not cursor:
        return start
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        given = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=dict[Number, Number])
    except (ValueError, msgspec.DecodeError) as error:
        raise BadCursor("use a cursor as it was given, or none to begin") from error
    if not set(given) <= set(start):
        raise BadCursor("this cursor is of another deployment")
    return start | given
