"""Five years of cells written into the store, by metrics' own rules and store but past its log: that would take hours.

Sheets of grids are left out: nobody asks for them here.
"""

import multiprocessing
import random
import time
from datetime import timedelta
from multiprocessing.sharedctypes import Synchronized

from pymongo import MongoClient
from rich.progress import Progress

from deploy.local.servers import Servers
from services.metrics.adapters import generations
from services.metrics.adapters.sheets import writes
from services.metrics.domain.cells import Sums
from services.metrics.domain.months import with_months

from .city import City, department
from .stage import mongo
from .years import FIRST, ZONE, moved, partition_of, turns, units_of_cases

DATABASE, COLLECTION = "mingshao_metrics", generations.cells_of(generations.FIRST)
DAYS = 28
"""That are counted at once, as a large batch would be."""


def fill(servers: Servers, city: City, each: int, progress: Progress) -> int:
    """All five years; how many cases they are. A process for each partition."""
    cases = sum(1 for _ in turns(city, each))
    task, context = progress.add_task("five years of cells", total=cases), multiprocessing.get_context("spawn")
    done = context.Value("l", 0)
    writers = [
        context.Process(target=_fill, args=(servers.mongodb_uri, city, each, partition, done))
        for partition in range(city.partitions)
    ]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        time.sleep(0.5)
        progress.update(task, completed=done.value)
    if any(writer.exitcode for writer in writers):
        raise RuntimeError("filling five years failed")
    return cases


def sheets(servers: Servers) -> int:
    """How many documents all cells are."""
    with mongo(servers) as client:
        return client[DATABASE][COLLECTION].estimated_document_count()


def _fill(uri: str, city: City, each: int, partition: int, done: "Synchronized[int]") -> None:
    dice, pool = random.Random(partition), units_of_cases(city)
    cases, until = turns(city, each), FIRST + timedelta(days=DAYS)
    with MongoClient[dict[str, object]](uri, w=1) as client:
        cells, sums, count = client[DATABASE][COLLECTION], Sums(), 0

        def put() -> None:
            kept = {sheet: changed for sheet, changed in sums.sheets().items() if sheet.dimension != "grid"}
            for operations in writes(generations.FIRST, partition, with_months(kept, ZONE)).values():
                cells.bulk_write(list(operations), ordered=False)
            with done.get_lock():
                done.value += count

        for day, number in cases:
            if day >= until:
                put()
                sums, count, until = Sums(), 0, day + timedelta(days=DAYS)
            if partition_of(day, number, city.partitions) == partition:
                sums.add(moved(dice.choice(pool), day, department(number)))
                count += 1
        put()
