"""What Prometheus sees of a worker."""

from prometheus_client import CollectorRegistry, Counter, Histogram


class Instruments:
    """Counters and histograms of one worker; durations in seconds."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.batch_records = Histogram(
            "mingshao_batch_records",
            "records in a batch, all partitions of this process",
            buckets=(1, 5, 20, 100, 500, 2000, 10000),
            registry=registry,
        )
        self.seconds = Histogram(
            "mingshao_batch_seconds", "time of a batch's step", labelnames=("step",), registry=registry
        )
        self.dead = Counter("mingshao_dead_letters", "records that became dead letters", registry=registry)
        self.rolled_back = Counter(
            "mingshao_rolled_back", "transactions MongoDB took back, done again in smaller ones", registry=registry
        )
        self.fenced = Counter("mingshao_fenced", "partitions lost to another owner in a commit", registry=registry)


class Refusals:
    """What was refused, by its stable code."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._refused = Counter(
            "mingshao_refusals", "commands refused, by code", labelnames=("code",), registry=registry
        )

    def count(self, code: str) -> None:
        """One more."""
        self._refused.labels(code).inc()
