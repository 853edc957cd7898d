"""Quix Streams: state in RocksDB with a changelog topic.

Its state belongs to a message's key, and a cell to a partition; so it reads a topic whose keys are the partitions'
numbers, which spares it to write every change of a cell to Kafka again under the cell's own key.
"""

import sys
import time
from collections import Counter
from typing import Any

from quixstreams import Application, State

from services.metrics.domain.cells import Sums

from .job import Clock, digest_of, fold, line, task

EXACTLY_ONCE = "exactly-once"


def main(guarantee: str = EXACTLY_ONCE) -> None:
    """Consume, keep each cell as an entry of the state, tell."""
    wanted, clock = task(), Clock()
    app = Application(
        broker_address=wanted.bootstrap,
        consumer_group=f"bench-quix-{time.time_ns()}",
        processing_guarantee=guarantee,
        auto_offset_reset="earliest",
        state_dir=wanted.state,
        loglevel="ERROR",
    )
    topic = app.topic(wanted.topic, value_deserializer="bytes", key_deserializer="bytes")
    left = Counter(dict.fromkeys(range(wanted.partitions), wanted.events // wanted.partitions))
    names: dict[bytes, set[str]] = {}
    numbers: Counter[str] = Counter()

    def count(value: bytes, key: bytes, timestamp: int, headers: Any, state: State) -> None:
        clock.start()
        partition = int(key)
        if not left[partition]:
            return
        left[partition] -= 1
        sums = Sums()
        fold(value, headers, sums)
        known = names.setdefault(key, set())
        for cell, tally in sums.cells().items():
            for measure, change in tally.items():
                name = line(cell, measure)
                known.add(name)
                state.set(name, state.get(name, 0) + change)
        if not left[partition]:
            for name in known:
                numbers[name] += state.get(name, 0)

    app.dataframe(topic).update(count, stateful=True, metadata=True)
    app.run(count=wanted.events, timeout=60.0)  # commits at its end
    done, cpu = time.time(), time.process_time()
    clock.tell(
        wanted,
        f"Quix Streams, {guarantee}",
        f"{guarantee}: changelog, RocksDB",
        digest_of((name, number) for name, number in numbers.items() if number),
        done,
        cpu,
    )


if __name__ == "__main__":
    main(sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("--") else EXACTLY_ONCE)
