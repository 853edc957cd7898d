"""A department's place in its feed: partition → number of the notice up to which it was given.

One counter over all partitions would skip what commits concurrently; one for each cannot.
"""

from collections.abc import Mapping
from typing import Annotated

import msgspec

from services.runtime import cursors
from services.runtime.cursors import BadCursor

__all__ = ["BadCursor", "decoded", "encoded"]

Number = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class _Place(msgspec.Struct, frozen=True):
    department: str
    seqs: dict[Number, Number]


def encoded(department: str, seqs: Mapping[int, int]) -> str:
    """As departments keep it: opaque, safe in a URL and in an SSE id."""
    return cursors.written(_Place(department, dict(seqs)))


def decoded(cursor: str, department: str) -> dict[int, int]:
    """BadCursor."""
    place = cursors.read(cursor, _Place)
    if place.department != department:
        raise BadCursor("this cursor is of another department's feed")
    return place.seqs
