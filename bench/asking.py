"""A question over HTTP, and beside it MongoDB's own time for the same documents: in turns, under the same noise."""

import http.client
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from .measure import median
from .replaying import Client, Store, again, profiled

KEY = "dashboard"
FEWEST = 20
"""Requests of a question, however slow it is."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """`asks` says it in words; `stores` are what is read for it."""

    asks: str
    path: str
    query: Mapping[str, str]
    stores: Sequence[Store]


class Asker:
    """One connection that is kept, as a page's."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)

    def ask(self, question: Question) -> bytes:
        """The answer's body. RuntimeError where it is no 200."""
        address = f"{question.path}?{urlencode(question.query)}"
        self._connection.request("GET", address, headers={"Authorization": f"Bearer {KEY}"})
        answer = self._connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{address}: {answer.status} {body[:500]!r}")
        return body


def measure(client: Client, asker: Asker, question: Question, most: int, seconds: float) -> dict[str, Any]:
    """Up to `most` requests, fewer where they take more than `seconds` in all; after each MongoDB's own turn."""
    with profiled(client, question.stores) as profile:
        body = asker.ask(question)
    reads = profile.reads()
    ours, theirs, began = list[float](), list[float](), time.perf_counter()
    while len(ours) < most and (len(ours) < FEWEST or time.perf_counter() - began < seconds):
        at = time.perf_counter()
        asker.ask(question)
        between = time.perf_counter()
        again(client, reads)
        ours.append((between - at) * 1e3)
        theirs.append((time.perf_counter() - between) * 1e3)
    return {
        "asks": question.asks,
        "requests": len(ours),
        "bytes": len(body),
        "documents": reads.documents,
        "p50_ms": round(median(ours), 1),
        "p99_ms": round(_p99(ours), 1),
        "mongodb_p50_ms": round(median(theirs), 1),
        "mongodb_p99_ms": round(_p99(theirs), 1),
    }


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[len(values) * 99 // 100]
