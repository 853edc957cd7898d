"""Seconds of processor, memory, and medians: how all of the benchmark measures."""

import statistics
import threading
import time
from collections.abc import Iterable, Mapping, Sequence

import psutil


def cpu_seconds(pids: Mapping[str, int]) -> dict[str, float]:
    """Name → user and system seconds so far of a process and its children; 0 for one that has ended."""
    return {name: _cpu(pid) for name, pid in pids.items()}


def _cpu(pid: int) -> float:
    total = 0.0
    try:
        process = psutil.Process(pid)
        for one in (process, *process.children(recursive=True)):
            times = one.cpu_times()
            total += times.user + times.system
    except psutil.NoSuchProcess:
        pass
    return total


def less(after: Mapping[str, float], before: Mapping[str, float]) -> dict[str, float]:
    """What was used between two readings, to a hundredth."""
    return {name: round(after[name] - before.get(name, 0.0), 2) for name in after}


def median(values: Iterable[float]) -> float:
    """Of several rounds."""
    return statistics.median(values)


def spread(values: Sequence[float]) -> float:
    """How far the rounds lie apart: (largest − smallest) / median."""
    return (max(values) - min(values)) / median(values)


class MemorySampler:
    """`with MemorySampler({"name": pid}) as memory:`; `series` holds seconds and megabytes (RSS) of each."""

    def __init__(self, pids: Mapping[str, int], every: float = 1.0) -> None:
        self._pids, self._every = pids, every
        self.series: list[dict[str, float]] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "MemorySampler":
        self._thread.start()
        return self

    def __exit__(self, *failed: object) -> None:
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        began = time.monotonic()
        while True:
            sample = {"t": round(time.monotonic() - began, 1)}
            for name, pid in self._pids.items():
                try:
                    sample[name] = round(psutil.Process(pid).memory_info().rss / 1e6, 1)
                except psutil.NoSuchProcess:
                    continue
            self.series.append(sample)
            if self._ended.wait(self._every):
                return
