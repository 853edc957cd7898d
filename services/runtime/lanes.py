"""Routes that are asked thousands of times a second are answered before FastAPI's routing and dependencies.

They stay FastAPI's routes: OpenAPI, the access table and what each needs come from there. Only the way to them is
shorter, which is half of an intake's time (ADR 0011).
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from .http.parameters import only_known
from .problems import Problem, answered

Call = Callable[..., Awaitable[Any]]


class LaneRoute(APIRoute):
    """Mark a router's routes for a lane: `APIRouter(route_class=LaneRoute)`.

    Their endpoints give a Response, and take the request, parts of the path as they are, and dependencies that are
    coroutines of the request alone. TypeError at the start for any other.
    """


class Lane:
    """One route's."""

    def __init__(self, route: LaneRoute) -> None:
        wanted = route.dependant
        others = (*wanted.query_params, *wanted.header_params, *wanted.cookie_params, *wanted.body_params)
        deep = [one.name for one in wanted.dependencies if one.dependencies or one.query_params or one.header_params]
        if others or deep or wanted.request_param_name is None:
            raise TypeError(f"{route.path} takes more than the request, its path and what follows from the request")
        self.methods = frozenset(route.methods or ())
        self.match = route.path_regex.match
        self._route = route
        self._endpoint: Call = route.endpoint
        self._request = wanted.request_param_name
        self._dependencies: list[tuple[str, Call]] = [
            (one.name, one.call) for one in wanted.dependencies if one.name and one.call
        ]

    async def answer(self, scope: Scope, receive: Receive, path: dict[str, str]) -> Response:
        """The endpoint's, or its problem's."""
        scope["route"] = self._route
        request = Request(scope, receive)
        try:
            await only_known(request)
            found = {name: await call(request) for name, call in self._dependencies}
            response: Response = await self._endpoint(**{self._request: request}, **path, **found)
            return response
        except Problem as problem:
            return answered(request, problem)


class Lanes:
    """Middleware: whatever has no lane goes on to FastAPI."""

    def __init__(self, app: ASGIApp, routers: Sequence[APIRouter]) -> None:
        self._app = app
        self._lanes = [Lane(route) for router in routers for route in router.routes if isinstance(route, LaneRoute)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "http":
            for lane in self._lanes:
                if scope["method"] in lane.methods and (found := lane.match(scope["path"])):
                    response = await lane.answer(scope, receive, found.groupdict())
                    await response(scope, receive, send)
                    return
        await self._app(scope, receive, send)
