"""What can be told to a running metrics process over `metrics.control`, and what it tells Prometheus."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec
from prometheus_client import CollectorRegistry, Counter, Gauge

from services.runtime.logs import get_logger

from .alerts import AlertWatch


class Ping(msgspec.Struct, frozen=True, kw_only=True, tag_field="command", tag="ping"):
    """Sent by the process to itself: Faust's whole way there and back works."""

    sent_at: float


class LogLevel(msgspec.Struct, frozen=True, kw_only=True, tag_field="command", tag="log-level"):
    """Log from this level on, until the next start."""

    level: Literal["debug", "info", "warning", "error"]


class Refresh(msgspec.Struct, frozen=True, kw_only=True, tag_field="command", tag="refresh"):
    """Read the figures for Prometheus now."""


class CheckAlerts(msgspec.Struct, frozen=True, kw_only=True, tag_field="command", tag="check-alerts"):
    """Judge the alert rules now; the owner of the first partition does."""


Command = Ping | LogLevel | Refresh | CheckAlerts
_decode = msgspec.json.Decoder(Command).decode

Totals = Callable[[], Awaitable[dict[str, tuple[float, float]]]]
"""Rate → numerator and denominator, all groups and times."""


class Control:
    """Carries out commands. Nothing in here may raise into Faust, which would lose the event and stop the agent."""

    def __init__(self, registry: CollectorRegistry, totals: Totals, alerts: AlertWatch) -> None:
        self._totals = totals
        self._alerts = alerts
        self._log = get_logger(__name__)
        self._commands = Counter("mingshao_control_commands", "commands by kind", ("command",), registry=registry)
        self._echo = Gauge("mingshao_control_echo_seconds", "a ping's way through Faust and back", registry=registry)
        self._heard = Gauge("mingshao_control_echo_time", "when the last ping came back, Unix time", registry=registry)
        self._parts = Gauge("mingshao_rate_cases", "parts of the rates in total", ("rate", "part"), registry=registry)

    def ping(self) -> bytes:
        """The command to send to oneself."""
        return msgspec.json.encode(Ping(sent_at=time.time()))

    def check_alerts(self) -> bytes | None:
        """The command to send, None while it is not due."""
        return msgspec.json.encode(CheckAlerts()) if self._alerts.due() else None

    async def obey(self, value: bytes | None) -> None:
        """One record of the topic; what is no command is said and passed over."""
        try:
            command = _decode(value or b"")
        except msgspec.DecodeError as error:
            self._commands.labels("unknown").inc()
            self._log.warning("not a control command", error=str(error))
            return
        self._commands.labels(str(command.__struct_config__.tag)).inc()
        match command:
            case Ping(sent_at=sent_at):
                self._echo.set(max(0.0, time.time() - sent_at))
                self._heard.set_to_current_time()
            case LogLevel(level=level):
                logging.getLogger().setLevel(level.upper())
                self._log.info("log level", level=level)
            case Refresh():
                await self.refresh()
            case CheckAlerts():
                await self._alerts.check()

    async def refresh(self) -> None:
        """Read the totals for Prometheus; a store that is away leaves them as they were."""
        await self._alerts.refresh()
        try:
            totals = await self._totals()
        except Exception as error:
            self._log.warning("totals not read", error=str(error))
            return
        for rate, (numerator, denominator) in totals.items():
            self._parts.labels(rate, "numerator").set(numerator)
            self._parts.labels(rate, "denominator").set(denominator)
