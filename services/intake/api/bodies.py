"""Bodies as they come over HTTP: of a type, up to a size, one or lines; and what OpenAPI says of them."""

from codecs import BOM_UTF8
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from fastapi import Request

from services.runtime.breath import Breath
from services.runtime.openapi import component
from services.runtime.problems import Problem

T = TypeVar("T")
MAX_ONE, MAX_MANY, MAX_LINES = 256 << 10, 8 << 20, 5_000
JSON, NDJSON = "application/json", "application/x-ndjson"
LINES = {"type": "string", "format": "binary"}
"""What generators of clients make a file of: they know no type for lines."""


async def bounded(request: Request, limit: int) -> bytes:
    """The body. Problem 413 as soon as it is over `limit` bytes."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise Problem(413, "too_large", f"at most {limit} bytes; send it in parts")
        chunks.append(chunk)
    return b"".join(chunks)


def media_type(request: Request, *known: str) -> str:
    """Which of `known` was sent. Problem 415."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in known:
        raise Problem(
            415, "media_type", f"send Content-Type: {' or '.join(known)}", headers={"Accept": ", ".join(known)}
        )
    return sent


def lines_of(raw: bytes) -> list[bytes]:
    """The lines, a last empty one left out. Problem 413 where they are too many, 422 where there is none."""
    # files that were put together have a mark at the beginning of each
    lines = [line.removeprefix(BOM_UTF8) for line in raw.split(b"\n")]
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) > MAX_LINES:
        raise Problem(413, "too_many_lines", f"at most {MAX_LINES} lines; send them in parts")
    if not lines:
        raise Problem(422, "empty", "send at least one line")
    return lines


async def in_turns(lines: Sequence[bytes], read: Callable[[bytes], T]) -> list[T]:
    """Each line read, with a turn for others now and then: a batch of large texts takes a second."""
    breath, found = Breath(), list[T]()
    for line in lines:
        found.append(read(line))
        await breath.take()
    return found


def one_of(body: type[msgspec.Struct]) -> dict[str, Any]:
    """OpenAPI's request body, its schema from the one definition."""
    return _body(JSON, component(body))


def many_of(body: type[msgspec.Struct]) -> dict[str, Any]:
    """OpenAPI's request body of lines."""
    return _body(NDJSON, LINES | {"description": f"one JSON object a line, each a {body.__name__}"})


def _body(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {kind: {"schema": schema}}}}


ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"description": "this key may not; or too long past without the scope backdate"},
    413: {"description": "too large"},
    415: {"description": "another media type"},
    422: {"description": "what was sent cannot be; `field` says which"},
    429: {"description": "too much at once; try again after Retry-After"},
    503: {"description": "Kafka is away: not stored, or not surely; send it again, a repeat has no effect"},
}
MANY: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "one line for each, in their order: {line, status: 202, case_id …} or {line, status, problem}",
        "content": {NDJSON: {"schema": LINES}},
    }
}
