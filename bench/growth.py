"""What an event costs when there is more of everything: workers, departments, unevenness, cases that are open.

Notify is measured here too, on the first city: how many instances a city needs follows from all three.
"""

from collections.abc import Sequence
from typing import Any

from rich.progress import Progress

from deploy.local.servers import Servers
from services.contracts.topics import CASES, TICKETS

from . import ours, stage
from .city import City
from .measure import median
from .routing import FACTS_EACH
from .stage import mongo

CITIES = {
    "100 departments, uneven": City(),
    "1,000 departments, uneven": City(departments=1_000),
    "100 departments, all alike": City(skew=0.0),
    "100 departments, a few have nearly all": City(skew=2.0),
}
Row = dict[str, Any]
MORE = 9
"""So many times the first submissions come between the first and the last."""


def measure(servers: Servers, facts: int, submissions: int, rounds: int, progress: Progress) -> dict[str, Any]:
    """`metrics`: a row for each city and for two workers; `routing`: the first and the last tenth of the cases;
    `notify`: one figure. Medians of interleaved rounds."""
    task = progress.add_task("growth", total=rounds * (1 + len(CITIES)))
    metrics, routing, notify = list[list[Row]](), list[list[Row]](), list[Row]()
    for _ in range(rounds):
        metrics.append([])
        for name, city in CITIES.items():
            stage.empty(servers.kafka_bootstrap, CASES, city.partitions)
            stage.fill(servers.kafka_bootstrap, CASES, stage.facts, city, facts, progress)
            goal = dict.fromkeys(range(city.partitions), facts // city.partitions)
            for workers in (1, 2) if city == City() else (1,):
                ours.forget(servers, "metrics")
                told = ours.drain(servers, "metrics", goal, "last_seq", workers)
                metrics[-1].append({"name": f"{name}, {workers} worker{'s' * (workers > 1)}", **costs(told, "metrics")})
            if city == City():
                ours.forget(servers, "notify")
                notify.append(costs(ours.drain(servers, "notify", goal, "last_seq"), "notify"))
            progress.advance(task)
        for topic in (CASES, TICKETS):
            stage.empty(servers.kafka_bootstrap, topic, City().partitions)
        routing.append(cases_that_stay(servers, submissions, progress))
        progress.advance(task)
    return {
        "metrics": [medians(rows) for rows in zip(*metrics, strict=True)],
        "routing": [medians(rows) for rows in zip(*routing, strict=True)],
        "notify": medians(notify),
        "facts": facts,
    }


def medians(rows: Sequence[Row]) -> Row:
    """Of each number over the rounds; what is no number is the same in all."""
    return {
        key: median([row[key] for row in rows]) if isinstance(value, (int, float)) else value
        for key, value in rows[0].items()
    }


def cases_that_stay(servers: Servers, submissions: int, progress: Progress) -> list[dict[str, Any]]:
    """Routing on an empty store, and on one that holds ten times as many open cases; what they take in memory and on
    disk."""
    city, rows, there = City(), [], 0
    ours.forget(servers, "routing")
    for seed, (more, name) in enumerate(
        ((submissions, "the first"), (MORE * submissions, ""), (submissions, "then")), 1
    ):
        stage.fill(servers.kafka_bootstrap, TICKETS, stage.submissions, city, more, progress, seed)
        there += more // city.partitions
        goal = dict.fromkeys(range(city.partitions), 1 + FACTS_EACH * there)
        told = ours.drain(servers, "routing", goal, "next_seq")
        if name:
            rows.append(
                {
                    "name": f"{name} {submissions:,}, {there * city.partitions:,} open at the end",
                    "cases": there * city.partitions,
                    "resident_mb": told["memory"][-1]["routing-1"],
                    **costs(told, "routing"),
                    **stored(servers),
                }
            )
    return rows


def costs(told: dict[str, Any], service: str) -> dict[str, float]:
    """Records a second, and microseconds of processor for a record: the service's (all its workers) and MongoDB's."""
    own = sum(seconds for name, seconds in told["cpu"].items() if name.startswith(service))
    return {
        "per_second": told["per_second"],
        "own_us": round(own / told["records"] * 1e6, 1),
        "mongod_us": round(told["cpu"]["mongod"] / told["records"] * 1e6, 1),
    }


def stored(servers: Servers) -> dict[str, float]:
    """Bytes of routing's documents and of their indexes, before compression."""
    with mongo(servers) as client:
        told = client["mingshao_routing"].command("dbStats")
    return {"data_bytes": told["dataSize"], "index_bytes": told["indexSize"]}
