"""What the timekeeper's look costs, by how many cases are open: once a second it asks which have come to a mark."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import uvloop
from rich.progress import Progress

from deploy.local.servers import Servers
from services.contracts.cases import CaseFact
from services.routing.adapters.case_store import CASES, MongoCaseStore
from services.routing.adapters.marked_cases import MongoMarkedCases
from services.routing.domain.state import CaseState
from services.routing.timekeeper import AT_ONCE, Timekeeper
from services.runtime.health import Health
from services.runtime.mongo import Database, connect
from services.runtime.producer import Producer

from . import ours
from .city import City
from .measure import median
from .waiting import open_cases

DATABASE = "mingshao_routing"
SHARES = (10, 1)
"""Looked at with a tenth of the cases, and with all."""
BATCH, LOOKS = 1_000, 15


def measure(servers: Servers, waiting: int, progress: Progress) -> list[dict[str, Any]]:
    """A row for each number of open cases and each state of what is due. Milliseconds are medians of the looks."""
    ours.forget(servers, "routing")
    return uvloop.run(_measure(servers, waiting, progress))


async def _measure(servers: Servers, waiting: int, progress: Progress) -> list[dict[str, Any]]:
    task, city, rows, marks = (
        progress.add_task("deadlines", total=waiting),
        City(),
        list[dict[str, Any]](),
        list[datetime](),
    )
    database = connect(servers.mongodb_uri, DATABASE)
    try:
        store = MongoCaseStore(database)
        await store.prepare()
        made = open_cases(city)
        async with _producing(servers, city) as producer:
            for share in SHARES:
                while len(marks) < waiting // share:
                    some = list(islice(made, min(BATCH, waiting // share - len(marks))))
                    await _keep(database, store, city, some, len(marks))
                    marks += [mark for case, _ in some if (mark := case.next_mark)]
                    progress.update(task, completed=len(marks))
                rows += await _rows(database, producer, city, sorted(marks))
    finally:
        database.client.close()
    return rows


async def _keep(
    database: Database, store: MongoCaseStore, city: City, some: Sequence[tuple[CaseState, CaseFact]], there: int
) -> None:
    """As routing writes them; partitions in turn."""
    operations = list[Any]()
    for number, (case, fact) in enumerate(some, there):
        written = store.writes(number % city.partitions, {case.case_id: case}, {case.case_id: fact}, ())
        operations += written[CASES]
    await database[CASES].bulk_write(operations, ordered=False)


async def _rows(database: Database, producer: Producer, city: City, marks: Sequence[datetime]) -> list[dict[str, Any]]:
    """None due, `AT_ONCE` due, and these told but not yet applied."""
    rules, before, then = city.rules(), marks[0] - timedelta(seconds=1), marks[AT_ONCE - 1]

    def keeper(now: datetime) -> Timekeeper:
        return Timekeeper(
            cases=MongoMarkedCases(database),
            rules=lambda: rules,
            owned=lambda: range(city.partitions),
            read_upto=lambda: now,
            producer=producer,
            clock=lambda: now,
            health=Health("bench", ""),
        )

    told = keeper(then)
    await told.look()
    rows = []
    for name, now, looks in (
        ("none due", before, [keeper(before) for _ in range(LOOKS)]),
        (f"{AT_ONCE:,} due", then, [keeper(then) for _ in range(LOOKS)]),
        (f"{AT_ONCE:,} told, not yet applied", then, [told] * LOOKS),
    ):
        took = [await _timed(one.look()) for one in looks]
        bare = [await _timed(_bare(database, city, now)) for _ in range(LOOKS)]
        rows.append(
            {
                "cases": len(marks),
                "name": name,
                "look_ms": round(median(took), 2),
                "query_ms": round(median(bare), 2),
                **await _examined(database, looks[-1] if looks[-1] is told else keeper(now)),
            }
        )
    return rows


async def _bare(database: Database, city: City, now: datetime) -> Any:
    query = {"partition": {"$in": list(range(city.partitions))}, "mark_at": {"$lte": now}}
    return await database[CASES].find(query, {"body": 1}).sort("mark_at", 1).limit(AT_ONCE).to_list(AT_ONCE)


async def _timed(work: Any) -> float:
    began = time.perf_counter()
    await work
    return (time.perf_counter() - began) * 1e3


async def _examined(database: Database, keeper: Timekeeper) -> dict[str, int]:
    """Index entries and documents that MongoDB read for one look, as its profiler says."""
    await database.command("profile", 2)
    await keeper.look()
    await database.command("profile", 0)
    asked = await database["system.profile"].find({"ns": f"{DATABASE}.{CASES}"}).to_list(None)
    await database.drop_collection("system.profile")
    return {
        "keys": sum(one.get("keysExamined", 0) for one in asked),
        "documents": sum(one.get("docsExamined", 0) for one in asked),
    }


@asynccontextmanager
async def _producing(servers: Servers, city: City) -> Any:
    """Routing's own producer, connected."""
    health = Health("bench", "")
    producer = Producer(servers.kafka_bootstrap, city.partitions, health)
    running = asyncio.create_task(producer.run())
    try:
        while not health.ready:  # noqa: ASYNC110  # it has no event for it
            await asyncio.sleep(0.05)
        yield producer
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
