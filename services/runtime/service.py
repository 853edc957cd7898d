"""One process: the HTTP side and the background work start together, and stop in order within 10 s."""

import asyncio
import gc
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Generator, Sequence
from contextlib import contextmanager
from typing import Any

import uvicorn
import uvloop
from fastapi import FastAPI

from .health import Health
from .http.protocol import BoundedProtocol
from .logs import get_logger
from .settings import ServiceSettings

STOP_SECONDS = 8.0
KEEP_ALIVE_SECONDS = 75
"""Longer than clients keep an idle connection (many: 5 s, as uvicorn by default): the client must be the one who gives
up first, or a request now and then meets a connection that is being closed."""
GC_THRESHOLDS = (100_000, 50, 100)
"""A batch is many small objects without cycles; by Python's defaults the collector takes a third of a worker's time."""


def start(work: Coroutine[Any, Any, None]) -> None:
    """Run a service's `run` in this process."""
    gc.set_threshold(*GC_THRESHOLDS)
    uvloop.run(work)


async def serve(
    app: FastAPI,
    *,
    settings: ServiceSettings,
    health: Health,
    background: Sequence[Callable[[], Awaitable[None]]] = (),
    workers: Sequence[tuple[Callable[[], Awaitable[None]], Callable[[], None]]] = (),
) -> None:
    """Run until SIGTERM or SIGINT. `background` is cancelled at the end; each of `workers` is a pair (run, stop) and
    finishes its round first."""
    log = get_logger(__name__)
    listener = listen(settings.host, settings.port)
    server = _Server(configured(app, settings))
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    behind = [asyncio.ensure_future(start()) for start in background]
    working = [asyncio.ensure_future(run()) for run, _ in workers]
    web: asyncio.Future[Any] = asyncio.create_task(server.serve([listener]))
    ended: asyncio.Future[Any] = asyncio.create_task(stopping.wait())
    log.info("started", port=settings.port)
    done, _ = await asyncio.wait([ended, web, *behind, *working], return_when=asyncio.FIRST_COMPLETED)
    health.stopping = True
    for _, stop in workers:
        stop()
    server.should_exit = True
    await asyncio.wait([web, *working], timeout=STOP_SECONDS)
    for task in [*behind, *working, web]:
        task.cancel()
    await asyncio.wait([*behind, *working, web], timeout=2)
    for task in done - {ended}:
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error
        if not stopping.is_set():
            raise SystemExit("a part of the service ended by itself; its log says which")
    log.info("stopped")


def configured(app: FastAPI, settings: ServiceSettings) -> uvicorn.Config:
    """How the app is served. Who is no trusted proxy says nothing about where a request came from."""
    return uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",  # we have none; an upgrade that is asked for is answered as the request that it is
        log_config=None,
        access_log=False,
        lifespan="off",
        loop="none",
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=2,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. SystemExit with what to do where it cannot be had."""
    # with its protocol: asyncio sets TCP_NODELAY only where it is named, and without that each answer on a connection
    # that is kept open waits 40 ms for the client's delayed acknowledgement
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP, flags=socket.AI_PASSIVE
    )[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
        return listener
    except OSError as error:
        listener.close()
        raise SystemExit(
            f"cannot listen on {host}:{port} ({error.strerror}): stop what uses it or set MINGSHAO_PORT"
        ) from None


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """None: the signals are ours."""
        yield
