"""A figure that is not what its cases add up to: told to whoever watches, by a counter and in the log."""

from prometheus_client import CollectorRegistry, Counter

from services.runtime.logs import get_logger

from ..explaining import Receipt


class Alarm:
    """One process's."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._log = get_logger(__name__)
        self._counter = Counter(
            "mingshao_receipt_disagreements_total",
            "receipts whose cases did not add up to the figure",
            ["rate"],
            registry=registry,
        )

    def __call__(self, receipt: Receipt) -> None:
        """Tell of this one, and of the partitions in which it differs."""
        self._counter.labels(receipt.rate).inc()
        differing = [one for one in receipt.partitions or () if not one.agrees]
        self._log.error(
            "receipt disagrees",
            rate=receipt.rate,
            basis=receipt.basis,
            only=dict(receipt.only),
            begin=receipt.begin,
            end=receipt.end,
            partitions={one.partition: {"cells": dict(one.cells), "cases": dict(one.cases)} for one in differing},
        )
