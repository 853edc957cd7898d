"""What a service says of itself: what it waits for, how far behind it is, whether it needs a person."""

from math import nan
from typing import Literal

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge

from .logs import get_logger

Status = Literal["ok", "waiting", "halted", "stopping"]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a process says of itself. `lag`: records not yet applied, null while not known; `halted`: why a person must
    act; `last_error`: after which the same was tried again."""

    service: str
    instance: str
    status: Status
    lag: int | None
    progress: int
    waiting_for: str | None
    halted: str | None
    last_error: str | None


class Health:
    """One process's state. `progress` only grows; `lag` is in records, None while it is not known; halted stays until
    a person acts."""

    def __init__(self, service: str, instance: str) -> None:
        self.service = service
        self.instance = instance or f"{service}-1"
        self.registry = CollectorRegistry()
        self.progress = 0
        self.lag: int | None = 0
        self.stopping = False
        self.halted: str | None = None
        self.last_error: str | None = None
        self._waits: dict[str, str] = {}
        self._log = get_logger(__name__)
        Gauge("mingshao_lag_records", "records not yet applied", registry=self.registry).set_function(
            lambda: nan if self.lag is None else self.lag
        )
        Gauge("mingshao_progress_records", "records applied since start", registry=self.registry).set_function(
            lambda: self.progress
        )
        Gauge("mingshao_halted", "1 where a person must act", registry=self.registry).set_function(
            lambda: float(self.halted is not None)
        )
        self._retries = Counter(
            "mingshao_retries",
            "errors after which the same was tried again",
            labelnames=("what",),
            registry=self.registry,
        )
        Gauge("mingshao_ready", "1 where nothing is waited for", registry=self.registry).set_function(
            lambda: float(self.ready)
        )

    @property
    def waiting(self) -> str | None:
        """What is waited for, None where nothing is."""
        return "; ".join(self._waits.values()) or None

    @property
    def ready(self) -> bool:
        """Takes work."""
        return not (self._waits or self.halted or self.stopping)

    def wait_for(self, part: str, what: str | None) -> None:
        """`part` of the service waits for `what`; None: no longer. Said once in the log."""
        if what is None:
            if self._waits.pop(part, None) is not None:
                self._log.info("no longer waiting", part=part)
        elif self._waits.get(part) != what:
            self._waits[part] = what
            self._log.warning("waiting", part=part, waiting_for=what)

    def halt(self, why: str) -> None:
        """Stop taking work until a person has looked; `why` says what to do."""
        self.halted = why
        self._log.critical("halted", why=why)

    def failed(self, error: BaseException) -> None:
        """Remember the last error for whoever looks; the same is tried again."""
        self._retries.labels(type(error).__name__).inc()
        said = f"{type(error).__name__}: {error}"[:500]
        if said != self.last_error:  # an outage repeats itself several times a second
            self._log.warning("retrying", error=said)
        self.last_error = said

    def progressed(self, records: int) -> None:
        """So many records were applied."""
        self.progress += records

    @property
    def status(self) -> Status:
        """ok, waiting, halted or stopping."""
        if self.stopping:
            return "stopping"
        return "halted" if self.halted else "waiting" if self._waits else "ok"

    def said(self) -> Said:
        """For /healthz."""
        return Said(
            service=self.service,
            instance=self.instance,
            status=self.status,
            lag=self.lag,
            progress=self.progress,
            waiting_for=self.waiting,
            halted=self.halted,
            last_error=self.last_error,
        )
