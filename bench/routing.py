"""Routing end to end: distinct submissions judged, kept and published, beside MongoDB keeping the same documents."""

import time
from typing import Any

from pymongo import ReplaceOne
from pymongo.database import Database
from rich.progress import Progress

from deploy.local.servers import Servers
from services.contracts.topics import CASES, TICKETS

from . import ours, stage
from .city import City
from .measure import median
from .stage import mongo

FACTS_EACH = 3
"""A submission of a category that has a department is received, accepted and dispatched."""
BULK = 1_000


def measure(servers: Servers, submissions: int, rounds: int, progress: Progress) -> dict[str, Any]:
    """Submissions a second of ours and of MongoDB's bulk upserts, with our indexes and without."""
    city = City()
    stage.fill(servers.kafka_bootstrap, TICKETS, stage.submissions, city, submissions, progress)
    share = submissions // city.partitions
    goal = dict.fromkeys(range(city.partitions), 1 + FACTS_EACH * share)
    task = progress.add_task("routing", total=rounds)
    found: dict[str, list[float]] = {"ours": [], "bulk": [], "bulk_indexed": []}
    before = stage.written(servers.kafka_bootstrap, CASES, city.partitions)
    if before:
        raise RuntimeError("routing is measured on a log without facts: it would halt")
    last: dict[str, Any] = {}
    for number in range(rounds):
        if number:
            stage.empty(servers.kafka_bootstrap, CASES, city.partitions)
        ours.forget(servers, "routing")
        last = ours.drain(servers, "routing", goal, "next_seq")
        found["ours"].append(last["per_second"] / FACTS_EACH)
        for name, indexed in (("bulk", False), ("bulk_indexed", True)):
            found[name].append(_bulk(servers, submissions, indexed))
        progress.advance(task)
    per_event = last["cpu"]["routing-1"] / last["records"] * FACTS_EACH * 1e6
    return {
        "rounds": found,
        "ours": median(found["ours"]),
        "bulk": median(found["bulk"]),
        "bulk_indexed": median(found["bulk_indexed"]),
        "cpu_us": round(per_event, 1),
        "cpu": last["cpu"],
        "memory": last["memory"],
        "submissions": submissions,
    }


def _bulk(servers: Servers, submissions: int, indexed: bool) -> float:
    """Submissions a second when their documents are put into empty collections, `BULK` documents at a time."""
    with mongo(servers) as client:
        source, target = client["mingshao_routing"], client["bench_bulk"]
        client.drop_database(target.name)
        seconds = 0.0
        for collection in ("cases", "timeline"):
            target.create_collection(collection)
            if indexed:
                _copy_indexes(source, target, collection)
            documents: list[dict[str, Any]] = []
            for document in source[collection].find():
                documents.append(document)
                if len(documents) == BULK:
                    seconds += _upsert(target, collection, documents)
                    documents = []
            seconds += _upsert(target, collection, documents)
        client.drop_database(target.name)
    return submissions / seconds


def _upsert(target: Database[dict[str, Any]], collection: str, documents: list[dict[str, Any]]) -> float:
    if not documents:
        return 0.0
    operations = [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in documents]
    began = time.monotonic()
    target[collection].bulk_write(operations, ordered=False)
    return time.monotonic() - began


def _copy_indexes(source: Database[dict[str, Any]], target: Database[dict[str, Any]], collection: str) -> None:
    for name, index in source[collection].index_information().items():
        if name != "_id_":
            more = {key: value for key, value in index.items() if key not in ("key", "v", "ns")}
            target[collection].create_index(index["key"], name=name, **more)
