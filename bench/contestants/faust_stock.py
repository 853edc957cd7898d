"""A stock Faust agent with a table of cells: at least once, and after a kill a table may count twice."""

import os
import time
from typing import Any

import faust

from services.metrics.domain.cells import Sums

from .job import Clock, digest_of, fold, line, task


def main() -> None:
    """Consume one by one, keep each cell in the table, tell."""
    wanted, clock = task(), Clock()
    app = faust.App(
        f"bench-faust-{time.time_ns()}",
        broker=f"kafka://{wanted.bootstrap}",
        store="memory://",
        datadir=str(wanted.state),
        topic_partitions=wanted.partitions,
        topic_replication_factor=1,
        web_enabled=False,
        consumer_auto_offset_reset="earliest",
    )
    topic = app.topic(wanted.topic, key_type=bytes, value_type=bytes, key_serializer="raw", value_serializer="raw")
    cells = app.Table("cells", default=int, partitions=wanted.partitions)
    left = dict.fromkeys(range(wanted.partitions), wanted.events // wanted.partitions)

    @app.agent(topic)
    async def count(stream: Any) -> None:
        async for event in stream.events():
            clock.start()
            partition = event.message.partition
            if not left[partition]:
                continue
            left[partition] -= 1
            sums = Sums()
            fold(event.value, list(event.message.headers), sums)
            for cell, tally in sums.cells().items():
                for measure, change in tally.items():
                    cells[f"{partition}|{line(cell, measure)}"] += change
            if not any(left.values()):
                finish()

    def finish() -> None:
        done, cpu = time.time(), time.process_time()
        numbers: dict[str, int] = {}
        for name, number in cells.items():
            own = name.partition("|")[2]
            numbers[own] = numbers.get(own, 0) + number
        told = digest_of((name, number) for name, number in numbers.items() if number)
        clock.tell(wanted, "Faust, stock agent and table", "at least once; may count twice", told, done, cpu)
        os._exit(0)  # an orderly stop takes a minute, and nothing is left to keep

    faust.Worker(app, loglevel="ERROR", redirect_stdouts=False, blocking_timeout=60).execute_from_commandline()


if __name__ == "__main__":
    main()
