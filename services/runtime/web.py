"""A service's HTTP side: its routers, health, Prometheus, problems, and the access table held to its word."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from types import MappingProxyType
from typing import Any, Literal

import msgspec
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from fastapi.routing import APIRoute
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from services.contracts.access import ACCESS

from . import openapi, problems, published
from .directory import Directory
from .health import Health, Said
from .http import addresses
from .http.bodies import BoundedBodies
from .http.heads import Heads
from .http.parameters import only_known
from .http.streams import OpenStreams
from .http.watched import HttpInstruments, Watched
from .keys import authorized
from .lanes import Lanes
from .problems import Problem

health_router = APIRouter(tags=["service"])
_KEYED: dict[int | str, dict[str, Any]] = {
    401: {"description": "no key, or one that is not known"},
    403: {"description": "this key's role may not"},
}
_ASKED_WRONG: dict[int | str, dict[str, Any]] = {
    422: {
        "description": "a parameter that there is not, or one given twice; `field` names it, `allowed` those there are"
    }
}


class Alive(Said, frozen=True, kw_only=True):
    """What a process says of itself; `directory` is the version of the directory that it answers by."""

    directory: int


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """It takes work."""

    status: Literal["ok"] = "ok"


@health_router.get("/healthz", responses=openapi.answer(Alive, "what this process says of itself"))
async def get_health(request: Request) -> Response:
    """Alive, even where it waits or is halted; `directory` is the version that this process answers by."""
    state = request.app.state
    said = msgspec.structs.asdict(state.health.said())
    told = Alive(**said, directory=state.directory.snapshot.version)
    return Response(msgspec.json.encode(told), media_type="application/json")


@health_router.get(
    "/readyz",
    responses=openapi.answer(Ready, "takes work") | {503: {"description": "waits; `detail` says for what"}},
)
async def get_readiness(request: Request) -> Response:
    """200 where it takes work."""
    health: Health = request.app.state.health
    if not health.ready:
        detail = health.halted or health.waiting or health.status
        raise Problem(503, "not_ready", detail, headers={"Retry-After": "1"})
    return Response(msgspec.json.encode(Ready()), media_type="application/json")


@health_router.get("/metrics", response_class=PlainTextResponse)
async def get_prometheus(request: Request) -> Response:
    """Prometheus text format."""
    return Response(generate_latest(request.app.state.health.registry), media_type=CONTENT_TYPE_LATEST)


@health_router.get("/openapi.json", include_in_schema=False)
async def openapi_document(request: Request) -> Response:
    """What this service answers and takes."""
    return JSONResponse(request.app.openapi())


_EVERYWHERE = (health_router, published.router)
"""What every service has."""


def build_app(
    service: str,
    *,
    title: str,
    routers: Sequence[APIRouter],
    health: Health,
    directory: Directory,
    resources: Mapping[str, Any],
    troubles: problems.Troubles = MappingProxyType({}),
    body_limits: Mapping[str, int] = MappingProxyType({}),
) -> FastAPI:
    """The service's app; `resources` become attributes of `app.state`, `troubles` say what the service's own errors are
    over HTTP, `body_limits` how many bytes a body has where it is more than a few, by the beginning of the path.
    RuntimeError where a route and the access table disagree."""
    app = FastAPI(
        title=title,
        openapi_url=None,  # a route of ours, as all others are
        docs_url=None,
        redoc_url=None,
        separate_input_output_schemas=False,
        redirect_slashes=False,
    )
    app.state.service, app.state.health, app.state.directory = service, health, directory
    app.state.streams = OpenStreams(health.registry)
    for name, value in resources.items():
        setattr(app.state, name, value)
    problems.install(app, troubles)
    _hold_to(ACCESS[service], routers)
    for router in (*_EVERYWHERE, *routers):
        _document(router)
        app.include_router(router, dependencies=[Depends(only_known)])
    app.add_middleware(Lanes, routers=routers)
    app.add_middleware(Heads)
    app.add_middleware(BoundedBodies, limits=body_limits)
    app.add_middleware(Watched, instruments=HttpInstruments(health.registry))
    routes = [route for router in (*_EVERYWHERE, *routers) for route in router.routes if isinstance(route, APIRoute)]
    addresses.install(app, routes)
    app.openapi = cache(partial(openapi.document, app, service, routes, _asks_for_key))  # type: ignore[method-assign]  # FastAPI's own way to replace the document
    return app


def _document(router: APIRouter) -> None:
    """Say of every route what all have in common, so that each says only what is its own."""
    for route in router.routes:
        if not isinstance(route, APIRoute):
            continue
        told = (_KEYED if _asks_for_key(route) else {}) | _ASKED_WRONG | route.responses
        route.responses = {
            code: {"content": {problems.MEDIA_TYPE: {"schema": problems.SCHEMA}}} | answer
            if int(code) >= 400
            else answer
            for code, answer in told.items()
        }


def _hold_to(table: Mapping[str, tuple[str, ...]], routers: Sequence[APIRouter]) -> None:
    routes = {
        f"{method} {route.path}": route
        for router in (*_EVERYWHERE, *routers)
        for route in router.routes
        if isinstance(route, APIRoute)
        for method in (route.methods or set()) - {"HEAD"}
    }
    for endpoint, roles in table.items():
        if endpoint not in routes:
            raise RuntimeError(f"{endpoint} stands in the access table and has no route")
        if bool(roles) != _asks_for_key(routes[endpoint]):
            raise RuntimeError(f"{endpoint} and the access table disagree on asking for a key")
    if missing := routes.keys() - table.keys():
        raise RuntimeError(f"no row in the access table for {sorted(missing)}")


def _asks_for_key(route: APIRoute) -> bool:
    return authorized in {dependency.call for dependency in _dependencies(route.dependant)}


def _dependencies(dependant: Any) -> list[Any]:
    return [found for child in dependant.dependencies for found in (child, *_dependencies(child))]
