"""Metrics: facts to cells, beside the limit and beside the peers."""

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence

import msgspec
from rich.progress import Progress

from deploy.local.servers import Servers
from services.contracts.topics import CASES, Topic
from services.metrics.adapters.generations import FIRST, cells_of
from services.metrics.adapters.sheets import cells_on
from services.metrics.domain.measures import MEASURES
from services.metrics.domain.periods import mark

from . import ours, stage
from .city import City
from .contestants import kafka_streams
from .contestants.job import Told, digest_of
from .measure import median
from .stage import BY_PARTITION, mongo

OURS = "Mingshao metrics"
LEAST = 20_000
"""Events that the slowest is given too, so that in the tiny run all hold the same cells."""


class Contestant(msgspec.Struct, frozen=True, kw_only=True):
    """A module, how many of the events it is given (the slow ones get few), and which topic. `missing` says what this
    machine lacks for it."""

    module: str
    arguments: tuple[str, ...] = ()
    share: float = 1.0
    topic: Topic = CASES
    missing: Callable[[], str | None] = lambda: None

    def given(self, events: int, partitions: int) -> int:
        """Of so many, the same number in each partition."""
        return max(round(events * self.share), min(events, LEAST)) // partitions * partitions


CONTESTANTS = (
    Contestant(module="memory"),
    Contestant(module="aiokafka_memory", share=0.5),
    Contestant(module="kafka_streams", arguments=("exactly_once_v2",), missing=kafka_streams.missing),
    Contestant(module="kafka_streams", arguments=("at_least_once",), share=0.3, missing=kafka_streams.missing),
    Contestant(module="bytewax_flow", share=0.1),  # it writes all of its state each second, however much there is
    Contestant(module="quix", arguments=("exactly-once",), share=0.05, topic=BY_PARTITION),
    Contestant(module="quix", arguments=("at-least-once",), share=0.05, topic=BY_PARTITION),
    Contestant(module="faust_stock", share=0.02),
)


def measure(servers: Servers, city: City, events: int, rounds: int, progress: Progress) -> list[dict[str, object]]:
    """A row for each contestant, ours first; rounds interleaved. One that fails is told of and left out. RuntimeError
    where cells differ."""
    stage.fill(servers.kafka_bootstrap, CASES, stage.facts, city, events, progress)
    most = max(one.given(events, city.partitions) for one in CONTESTANTS if one.topic is BY_PARTITION)
    stage.fill(servers.kafka_bootstrap, BY_PARTITION, stage.facts_by_partition, city, most, progress)
    able = [one for one in CONTESTANTS if one.missing() is None]
    for one in CONTESTANTS:
        if lacking := one.missing():
            progress.console.print(f"{one.module} is left out: it needs {lacking}")
    task = progress.add_task("metrics", total=rounds * (1 + len(able)))
    found: dict[str, list[dict[str, object]]] = {}
    whole: set[str] = set()
    for _ in range(rounds):
        ours.forget(servers, "metrics")
        goal = dict.fromkeys(range(city.partitions), events // city.partitions)
        own = ours.drain(servers, "metrics", goal, "last_seq")
        own |= {"guarantee": "each fact once, through every kill", "own_cpu": own["cpu"]["metrics-1"]}
        found.setdefault(OURS, []).append(own)
        whole.add(digest_of_store(servers))
        progress.advance(task)
        for one in able:
            try:
                told = run(servers, one, one.given(events, city.partitions), city.partitions)
            except RuntimeError as error:
                # the others have run for an hour, and their figures stand without it
                progress.console.print(f"{one.module} {' '.join(one.arguments)} failed and is left out: {error}")
                progress.advance(task)
                continue
            if told.events == events:
                whole.add(told.digest)
            found.setdefault(told.name, []).append(
                {
                    "seconds": round(told.done - told.first, 2),
                    "records": told.events,
                    "per_second": round(told.events / (told.done - told.first)),
                    "guarantee": told.guarantee,
                    "own_cpu": round(told.cpu, 2),
                }
            )
            progress.advance(task)
    if len(whole) != 1:
        raise RuntimeError("the contestants do not hold the same cells")
    return [summary(name, results) for name, results in found.items()]


def summary(name: str, results: Sequence[dict[str, object]]) -> dict[str, object]:
    """Medians of a contestant's rounds."""
    speeds = [float(str(one["per_second"])) for one in results]
    cpu = [float(str(one["own_cpu"])) / float(str(one["records"])) * 1e6 for one in results]
    last = {key: value for key, value in results[-1].items() if key in ("cpu", "memory", "records", "guarantee")}
    return {"name": name, "per_second": median(speeds), "rounds": speeds, "cpu_us": round(median(cpu), 1), **last}


def run(servers: Servers, one: Contestant, events: int, partitions: int) -> Told:
    """One contestant to its end."""
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", f"bench.contestants.{one.module}", *one.arguments]
        command += ["--bootstrap", servers.kafka_bootstrap, "--topic", one.topic.name, "--events", str(events)]
        command += ["--partitions", str(partitions), "--state", state]
        done = subprocess.run(command, capture_output=True, text=True, timeout=3_600)
    lines = [line for line in done.stdout.splitlines() if line.startswith('{"name"')]
    if not lines:
        raise RuntimeError(f"{one.module} said nothing: {done.stdout[-1000:]} {done.stderr[-2000:]}")
    return msgspec.json.decode(lines[-1], type=Told)


def digest_of_store(servers: Servers) -> str:
    """Of our cells as they stand in MongoDB, in the contestants' form."""
    numbers: dict[str, int] = {}
    with mongo(servers) as client:
        for sheet in client["mingshao_metrics"][cells_of(FIRST)].find():
            for key, tally in cells_on(sheet).items():
                if key.basis not in MEASURES:
                    continue  # a month's, which has nothing of its own
                place = f"{key.basis}|{mark(key.bucket)}:00+00:00|{','.join(key.dims)}|{','.join(key.values)}"
                for measure, count in tally.items():
                    name = f"{place}|{measure}"
                    numbers[name] = numbers.get(name, 0) + count
    return digest_of((name, count) for name, count in numbers.items() if count)
