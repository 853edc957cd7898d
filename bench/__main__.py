"""`make bench`: each part beside its limit and its peers in one run, then the tables and plots."""

import argparse
import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psutil
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.local.servers import Servers

from . import deadlines, freshness, growth, intake, metrics, queries, report, routing, stage
from .city import City

SIZES = {
    "tiny": {
        "events": 20_000,
        "per_day": 400,
        "submissions": 4_000,
        "requests": 1_000,
        "seconds": 5,
        "rounds": 1,
        "growth": 8_000,
        "cases": 1_000,
        "waiting": 10_000,
        "told": 8_000,
        "each": 60,
        "asks": 30,
    },
    "small": {
        "events": 100_000,
        "per_day": 8_000,
        "submissions": 20_000,
        "requests": 5_000,
        "seconds": 10,
        "rounds": 3,
        "growth": 40_000,
        "cases": 5_000,
        "waiting": 100_000,
        "told": 30_000,
        "each": 4,
        "asks": 300,
    },
    "full": {
        "events": 1_500_000,
        "per_day": 80_000,
        "submissions": 200_000,
        "requests": 30_000,
        "seconds": 30,
        "rounds": 3,
        "growth": 400_000,
        "cases": 50_000,
        "waiting": 1_000_000,
        "told": 400_000,
        "each": 1,
        "asks": 500,
    },
}
"""The log of metrics spans a day or two, the tiny one five: whole lives, so that all kinds of work are in it. Queries
meet five years, in the last of which every department has a case each `each` days, and so many facts that were told."""
PORT_BASE = 31_400
Part = Callable[[Servers, dict[str, int], Progress], Any]
PARTS: dict[str, Part] = {
    "metrics": lambda servers, size, bar: metrics.measure(
        servers, City(per_day=size["per_day"]), size["events"], size["rounds"], bar
    ),
    "routing": lambda servers, size, bar: routing.measure(servers, size["submissions"], size["rounds"], bar),
    "intake": lambda servers, size, bar: intake.measure(servers, size["requests"], size["rounds"], bar),
    "growth": lambda servers, size, bar: growth.measure(servers, size["growth"], size["cases"], size["rounds"], bar),
    "deadlines": lambda servers, size, bar: deadlines.measure(servers, size["waiting"], bar),
    "queries": lambda servers, size, bar: queries.measure(
        servers, size["told"], size["each"], size["asks"], size["seconds"], size["rounds"], bar
    ),
    "freshness": lambda servers, size, bar: freshness.measure(servers, size["seconds"], size["rounds"], bar),
}


def main() -> None:
    """Each part has servers of its own, so that none inherits another's log."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="small")
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--rounds", type=int, help="fewer or more of them than the size has")
    parser.add_argument(
        "--output",
        type=Path,
        help="a folder for benchmarks.md, whose other parts stay as they were; without it, only told",
    )
    chosen = parser.parse_args()
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    size = SIZES[chosen.size] | ({"rounds": chosen.rounds} if chosen.rounds else {})
    found: dict[str, Any] = {}
    with Progress(*columns) as progress:
        for name in chosen.only or PARTS:
            conditions = {**machine(), "size": chosen.size, "rounds": size["rounds"]}
            home = Path(tempfile.mkdtemp(prefix=f"mingshao-bench-{name}-"))
            try:
                with stage.start(home, PORT_BASE) as servers:
                    stage.make_topics(servers.kafka_bootstrap, City().partitions, stage.OWN)
                    stage.publish_directory(servers.kafka_bootstrap, City())
                    result = PARTS[name](servers, size, progress)
            finally:
                shutil.rmtree(home, ignore_errors=True)
            found[name] = {"conditions": conditions, "result": result}
            if chosen.output:
                report.write({name: found[name]}, chosen.output)
    print(f"{chosen.output / 'benchmarks.md'}" if chosen.output else report.tables(found))


def machine() -> dict[str, Any]:
    """What it ran on, as far as it matters for reading the figures."""
    return {
        "at": datetime.now(ZoneInfo("Asia/Shanghai")).isoformat(timespec="minutes"),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "load": round(os.getloadavg()[0], 1),
    }


if __name__ == "__main__":
    main()
