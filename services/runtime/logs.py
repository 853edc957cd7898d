"""Structured logs on standard output: one JSON object a line, times in UTC with offset."""

import logging
import os
import reprlib
from pathlib import Path
from typing import Any, Literal, cast

import structlog
from structlog.typing import EventDict, Processor

from .log_file import RotatingOutput

TEXT_CHARACTERS, TRACE_CHARACTERS = 2_000, 8_000


def configure(service: str, instance: str, form: Literal["json", "console"]) -> None:
    """Send structlog and the standard library's loggers through one formatter."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    final: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else structlog.dev.ConsoleRenderer()
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            bounded,
            final,
        ],
    )
    file = os.environ.get("MINGSHAO_LOG_PATH")
    handler = RotatingOutput(Path(file)) if file else logging.StreamHandler()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    # a broker that is away is said once by us, with what follows from it, not twice a second by the client
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    logging.getLogger("uvicorn.access").setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, instance=instance)


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module."""
    return cast(structlog.stdlib.BoundLogger, structlog.get_logger(name))


def bounded(_logger: Any, _method: str, event: EventDict) -> EventDict:
    """The line with each of its values cut to a bound: what somebody sent must not fill the log by being logged."""
    return {name: _short(name, value) for name, value in event.items()}


def _short(name: str, value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else _BRIEF.repr(value)
    most = TRACE_CHARACTERS if name in ("exception", "stack") else TEXT_CHARACTERS
    if len(text) <= most:
        return text
    # of a traceback the end says what, and the beginning who called
    return f"{text[: most // 2]} … {len(text) - most} characters … {text[-most // 2 :]}"


_BRIEF = reprlib.Repr()
_BRIEF.maxstring = _BRIEF.maxother = TEXT_CHARACTERS
