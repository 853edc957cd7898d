"""Every request counted and timed by its route, and the headers that every answer has."""

import sys
import time
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
"""Of each answer that does not say otherwise: nothing in between keeps what a key has opened."""


class HttpInstruments:
    """What Prometheus sees of a process's HTTP side, and of the process. A route is its template, never a path: what no
    route has is `other`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "mingshao_http_requests", "answers by route and status", ("method", "route", "status"), registry=registry
        )
        self.seconds = Histogram(
            "mingshao_http_request_seconds",
            "from a request's head to its answer's",
            ("method", "route"),
            registry=registry,
        )
        build = Gauge("mingshao_build_info", "which version runs", ("version", "python"), registry=registry)
        build.labels(version("mingshao"), ".".join(map(str, sys.version_info[:3]))).set(1)
        ProcessCollector(registry=registry)


class Watched:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, instruments: HttpInstruments) -> None:
        self._app = app
        self._instruments = instruments

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, method = time.perf_counter(), scope["method"] if scope["method"] in METHODS else "other"

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(one for one in HEADERS if one[0] not in there)]
                route = getattr(scope.get("route"), "path", "other")
                self._instruments.requests.labels(method, route, message["status"]).inc()
                self._instruments.seconds.labels(method, route).observe(time.perf_counter() - began)
            await send(message)

        await self._app(scope, receive, counted)


METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"))
