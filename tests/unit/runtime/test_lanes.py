"""Routes with a lane are answered as FastAPI would answer them, and what cannot have one is refused at the start."""

from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from services.contracts.access import ACCESS
from services.contracts.directory import Key
from services.runtime.directory import Directory, DirectorySnapshot
from services.runtime.health import Health
from services.runtime.keys import Caller, key_id
from services.runtime.lanes import Lane, LaneRoute
from services.runtime.problems import Problem
from services.runtime.web import build_app


def client(monkeypatch: pytest.MonkeyPatch, route_class: type[APIRoute]) -> httpx.AsyncClient:
    router = APIRouter(route_class=route_class)

    @router.post("/v1/things/{thing}", status_code=202)
    async def things(thing: str, request: Request, caller: Caller) -> Response:
        body = await request.body()
        if body == b"wrong":
            raise Problem(422, "wrong", "send something else", field="thing")
        return Response(f"{thing} {caller.sender} {body.decode()}", 202)

    table = {name: roles for name, roles in ACCESS["intake"].items() if roles == ()} | {
        "POST /v1/things/{thing}": ("dispatcher",)
    }
    monkeypatch.setitem(ACCESS, "intake", cast(Any, table))
    keys = {key_id("good"): Key(role="dispatcher"), key_id("other"): Key(role="followup")}
    rows = MappingProxyType({"key": MappingProxyType(keys)})
    known = cast(Directory, SimpleNamespace(snapshot=DirectorySnapshot(version=1, rows=rows)))
    health = Health("intake", "intake-1")
    app = build_app("intake", title="t", routers=[router], health=health, directory=known, resources={})
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://t")


CALLS = [
    ("POST", "/v1/things/a%20b", "good", b"x"),
    ("POST", "/v1/things/a", "good", b"wrong"),
    ("POST", "/v1/things/a", "other", b""),
    ("POST", "/v1/things/a", "nobody", b""),
    ("GET", "/v1/things/a", "good", b""),
    ("POST", "/v1/things", "good", b""),
    ("GET", "/healthz", "good", b""),
    ("GET", "/openapi.json", "good", b""),
]


@pytest.mark.parametrize(("method", "path", "key", "body"), CALLS)
async def test_a_lane_answers_as_the_framework_does(
    monkeypatch: pytest.MonkeyPatch, method: str, path: str, key: str, body: bytes
) -> None:
    answers = [
        await client(monkeypatch, kind).request(method, path, content=body, headers={"Authorization": f"Bearer {key}"})
        for kind in (LaneRoute, APIRoute)
    ]
    shown = [(one.status_code, one.headers.get("content-type"), one.text) for one in answers]
    if path != "/healthz":  # tells times
        assert shown[0] == shown[1]
    assert shown[0][0] == shown[1][0]


def test_a_route_that_takes_more_than_the_request_has_no_lane() -> None:
    router = APIRouter(route_class=LaneRoute)

    @router.get("/v1/thing")
    async def thing(request: Request, size: int = 1) -> Response:
        return Response()

    (route,) = router.routes
    with pytest.raises(TypeError, match="/v1/thing takes more"):
        Lane(cast(LaneRoute, route))
