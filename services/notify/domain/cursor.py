"""A department's place in its feed: partition → number of the notice up to which it was given.

One counter over all partitions would skip what commits concurrently; one for each cannot.
"""

import base64
from collections.abc import Mapping
from typing import Annotated

import msgspec

Number = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class BadCursor(ValueError):
    """Not one of ours, or another department's."""


class _Place(msgspec.Struct, frozen=True):
    department: str
    seqs: dict[Number, Number]


def encoded(department: str, seqs: Mapping[int, int]) -> str:
    """As departments keep it: opaque, safe in a URL and in an SSE id."""
    raw = msgspec.msgpack.encode(_Place(department, dict(seqs)))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decoded(cursor: str, department: str) -> dict[int, int]:
    """BadCursor."""
    try:
        place = msgspec.msgpack.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=_Place)
    except (ValueError, msgspec.DecodeError) as error:
        raise BadCursor("use a cursor as it was given, or none to begin") from error
    if place.department != department:
        raise BadCursor("this cursor is of another department's feed")
    return place.seqs
