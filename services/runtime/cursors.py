"""Where a reader goes on: a value that callers keep and give back, opaque, safe in a URL and in an SSE id."""

import base64
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class BadCursor(ValueError):
    """Not one that was given out."""


def written(place: Any) -> str:
    """As callers keep it."""
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(place)).decode().rstrip("=")


def read(cursor: str, kind: type[T]) -> T:
    """BadCursor."""
    try:
        return msgspec.msgpack.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=kind)
    except (ValueError, msgspec.DecodeError) as error:
        raise BadCursor("use a cursor as it was given, or none to begin") from error
