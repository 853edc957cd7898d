"""Open cases and today's policies over HTTP: page by page what would change, and that it shall."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from .service import Calls

AT_ONCE = 500


class Seen(msgspec.Struct):
    """What was looked at so far; `cases` are those that would change, by id."""

    looked_at: int = 0
    cases: dict[str, dict[str, Any]] = {}


def preview(routing: Calls) -> Iterator[Seen]:
    """After each page all that was seen up to then; changes nothing. LocalError."""
    seen, cursor, more = Seen(), "", True
    while more:
        page = routing.json("GET", "/v1/reclocks", params={"cursor": cursor} if cursor else {})
        seen.looked_at += page["looked_at"]
        seen.cases |= {case["case_id"]: case for case in page["items"]}
        cursor, more = page["cursor"], page["more"]
        yield seen


def take_over(routing: Calls, case_ids: Sequence[str]) -> Iterator[int]:
    """Tell these cases; how many so far. LocalError; to begin again is harmless."""
    for begin in range(0, len(case_ids), AT_ONCE):
        part = case_ids[begin : begin + AT_ONCE]
        routing.json("POST", "/v1/reclocks", json={"case_ids": list(part)})
        yield begin + len(part)
