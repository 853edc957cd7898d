"""A question over HTTP, and beside it MongoDB's own time for the same documents: in turns, under the same noise."""

import http.client
import time
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from .measure import cpu_seconds, less, median
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


def measure(
    client: Client, asker: Asker, question: Question, pids: Mapping[str, int], most: int, seconds: float
) -> dict[str, Any]:
    """Up to `most` requests, fewer where they take more than `seconds` in all; after each MongoDB's own turn, where the
    same can be asked again. `cpu_ms` is what each of `pids` spent on a request of ours."""
    with profiled(client, question.stores) as profile:
        body = asker.ask(question)
    reads = profile.reads()
    ours, theirs, began = list[float](), list[float](), time.perf_counter()
    spent = dict.fromkeys(pids, 0.0)
    while len(ours) < most and (len(ours) < FEWEST or time.perf_counter() - began < seconds):
        before, at = cpu_seconds(pids), time.perf_counter()
        asker.ask(question)
        ours.append((time.perf_counter() - at) * 1e3)
        for name, used in less(cpu_seconds(pids), before).items():
            spent[name] += used
        if reads.whole:
            at = time.perf_counter()
            again(client, reads)
            theirs.append((time.perf_counter() - at) * 1e3)
    return {
        "asks": question.asks,
        "requests": len(ours),
        "bytes": len(body),
        "documents": reads.documents,
        "ours": _times(ours),
        "mongodb": _times(theirs) if theirs else None,
        "cpu_ms": {name: round(used / len(ours) * 1e3, 1) for name, used in spent.items()},
    }


def _times(took: Sequence[float]) -> dict[str, float]:
    return {"p50_ms": round(median(took), 1), "p99_ms": round(sorted(took)[len(took) * 99 // 100], 1)}
