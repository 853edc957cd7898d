"""Bytewax with a recovery store: a partition's cells are one key's state, kept at the end of each epoch."""

import sys
import time
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource
from bytewax.connectors.stdio import StdOutSink
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.testing import run_main
from confluent_kafka import OFFSET_BEGINNING

from services.metrics.domain.cells import Sums

from .job import Clock, digest_of, fold, line, task

EPOCH = timedelta(seconds=1)
"""How much would be read again after a kill."""


def main() -> None:
    """Consume to the log's end, keep each cell in the state, tell."""
    wanted, clock = task(), Clock()
    states: list[dict[str, int]] = []
    share = wanted.events // wanted.partitions

    # mypy runs where the benchmark's libraries are not
    class Cells(StatefulBatchLogic[tuple[bytes, Any], None, dict[str, int]]):  # type: ignore[misc]
        def __init__(self, numbers: dict[str, int] | None) -> None:
            self.numbers, self.left = numbers or {}, share

        def on_batch(self, values: list[tuple[bytes, Any]]) -> tuple[Iterable[None], bool]:
            sums = Sums()
            for value, headers in values[: self.left]:
                fold(value, headers, sums)
            self.left -= min(self.left, len(values))
            for cell, tally in sums.cells().items():
                for measure, change in tally.items():
                    name = line(cell, measure)
                    self.numbers[name] = self.numbers.get(name, 0) + change
            return (), False

        def on_eof(self) -> tuple[Iterable[None], bool]:
            return (), False

        def snapshot(self) -> dict[str, int]:
            return dict(self.numbers)

    def keyed(message: Any) -> tuple[str, tuple[bytes, Any]]:
        clock.start()
        return str(message.partition), (message.value, message.headers)

    def made(numbers: dict[str, int] | None) -> Cells:
        logic = Cells(numbers)
        states.append(logic.numbers)
        return logic

    flow = Dataflow("cells")
    source: Any = KafkaSource([wanted.bootstrap], [wanted.topic], tail=False, starting_offset=OFFSET_BEGINNING)
    records = op.input("facts", flow, source)
    counted = op.stateful_batch("count", op.map("keyed", records, keyed), made)
    op.output("none", op.map("silent", counted, str), StdOutSink())
    init_db_dir(wanted.state, 1)
    run_main(flow, epoch_interval=EPOCH, recovery_config=RecoveryConfig(str(wanted.state)))
    done, cpu = time.time(), time.process_time()
    total: dict[str, int] = {}
    for numbers in states:
        for name, number in numbers.items():
            total[name] = total.get(name, 0) + number
    told = digest_of((name, number) for name, number in total.items() if number)
    guarantee = f"state exact, recovery store (SQLite) each {EPOCH.seconds} s"
    clock.tell(wanted, "Bytewax", guarantee, told, done, cpu)
    sys.exit(0)


if __name__ == "__main__":
    main()
