"""The job itself, how a contestant is told what to do, and what it says at the end."""

import argparse
import gc
import hashlib
import sys
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.cases import CaseFact
from services.contracts.codec import Headers, decode
from services.metrics.domain.cells import CellKey, Sums
from services.metrics.domain.units import moves
from services.runtime.service import GC_THRESHOLDS

ZONE = ZoneInfo("Asia/Shanghai")


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """`events` facts of `topic`, the same number in each partition; `state` is a folder of its own."""

    bootstrap: str
    topic: str
    events: int
    partitions: int
    state: Path


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """When the first fact was in hand and when the last was safe (seconds since 1970), and what came of them."""

    name: str
    guarantee: str
    first: float
    done: float
    events: int
    cpu: float
    digest: str


class Clock:
    """Starts with the first event."""

    def __init__(self) -> None:
        self.first = 0.0
        self._cpu = 0.0

    def start(self) -> None:
        """Once; later calls change nothing."""
        if not self.first:
            self.first, self._cpu = time.time(), time.process_time()

    def tell(self, task: Task, name: str, guarantee: str, digest: str, done: float, cpu: float) -> None:
        """The one line on standard output."""
        told = Told(
            name=name,
            guarantee=guarantee,
            first=self.first,
            done=done,
            events=task.events,
            cpu=cpu - self._cpu,
            digest=digest,
        )
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.flush()


def task() -> Task:
    """From the command line. All contestants are collected alike, as our services are."""
    gc.set_threshold(*GC_THRESHOLDS)
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--state", type=Path, required=True)
    return Task(**vars(parser.parse_args()))


def fold(value: bytes, headers: Headers, sums: Sums) -> None:
    """One record's fact into `sums`."""
    fact = decode(value, headers).data
    assert isinstance(fact, CaseFact)
    sums.add(moves(fact, ZONE))


Cells = Mapping[CellKey, Mapping[str, int]]


def digest(parts: Iterable[Cells]) -> str:
    """SHA-256 over all cells, added up over the partitions, without zeros."""
    total: dict[CellKey, dict[str, int]] = {}
    for part in parts:
        for key, tally in part.items():
            there = total.setdefault(key, {})
            for measure, count in tally.items():
                there[measure] = there.get(measure, 0) + count
    return digest_of(
        (line(key, measure), count) for key, tally in total.items() for measure, count in tally.items() if count
    )


def digest_of(numbers: Iterable[tuple[str, int]]) -> str:
    """The same of lines and their numbers."""
    found = hashlib.sha256()
    for name, count in sorted(numbers):
        found.update(f"{name}={count}\n".encode())
    return found.hexdigest()


def line(key: CellKey, measure: str) -> str:
    """A number's name."""
    return f"{key.basis}|{key.bucket.isoformat()}|{','.join(key.dims)}|{','.join(key.values)}|{measure}"
