"""When alerts are judged, by whom, and what Prometheus is told of them. Nothing in here raises.

Its now is the time up to which the log is counted, as routing's timekeeper has it, but by all processes: while one is
behind, the reply that met a deadline may stand there uncounted. Further behind than figures may be, nothing is judged:
half of a backlog raises alerts that its other half clears.
"""

import time
from collections.abc import Awaitable, Callable, Container
from datetime import datetime

from prometheus_client import CollectorRegistry, Gauge

from services.runtime.logs import get_logger

from ..alerts import Summary
from ..domain.watermark import Watermark

EVERY_SECONDS = 60.0
PARTITION = 0
"""Whoever owns this one of `cases` judges; there is always one, and for a moment after a pause perhaps two."""


class AlertWatch:
    """One process's. `owned` are its partitions; `counted` says up to which time all are counted; `check` judges at a
    time, `summary` reads what stands."""

    def __init__(
        self,
        registry: CollectorRegistry,
        owned: Callable[[], Container[int]],
        counted: Callable[[], Watermark],
        check: Callable[[datetime], Awaitable[bool]],
        summary: Callable[[], Awaitable[Summary]],
    ) -> None:
        self._owned = owned
        self._counted = counted
        self._check = check
        self._summary = summary
        self._last: float | None = None
        self._log = get_logger(__name__)
        self._standing = Gauge("mingshao_alerts_standing", "alerts that stand, by rule", ("rule",), registry=registry)
        self._broken = Gauge("mingshao_alerts_broken", "alert rules that cannot be judged", registry=registry)
        self._judged = Gauge(
            "mingshao_alerts_judged_time", "when alerts were judged last, Unix time", registry=registry
        )

    def due(self) -> bool:
        """Whether to ask for a judgement now: once a minute, and at once after the partition was taken."""
        if self._time() is None:
            self._last = None
            return False
        now = time.monotonic()
        if self._last is not None and now - self._last < EVERY_SECONDS:
            return False
        self._last = now
        return True

    async def check(self) -> None:
        """Judge, where that is ours to do. What is away is asked again in a minute."""
        if (now := self._time()) is None:
            return
        if not self._counted().complete:
            self._log.info("alerts wait: counting is behind", counted_up_to=now.isoformat())
            return
        try:
            if not await self._check(now):
                self._log.info("alerts wait: figures are being counted again")
        except Exception as error:
            self._log.warning("alerts not judged", error=f"{type(error).__name__}: {error}")
        else:
            await self.refresh()

    def _time(self) -> datetime | None:
        """Now; None where it is not ours to judge. Who has the partition has read the directory to its end as well."""
        return self._counted().counted_up_to if PARTITION in self._owned() else None

    async def refresh(self) -> None:
        """Tell Prometheus; a store that is away leaves the numbers as they were."""
        try:
            found = await self._summary()
        except Exception as error:
            self._log.warning("alerts not read", error=str(error))
            return
        self._standing.clear()
        for rule, count in found.standing.items():
            self._standing.labels(rule).set(count)
        self._broken.set(found.broken)
        if found.judged_at is not None:
            self._judged.set(found.judged_at.timestamp())
