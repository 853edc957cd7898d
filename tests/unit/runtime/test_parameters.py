"""A parameter that a route does not know is refused by name, at every route, and so is one that is given twice."""

from typing import Annotated, Any, cast

import httpx
import pytest
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.contracts.access import ACCESS
from services.contracts.directory import Key
from services.runtime.health import Health
from services.runtime.http.parameters import LinkedRoute
from services.runtime.keys import Caller
from services.runtime.lanes import LaneRoute
from services.runtime.web import build_app

from .test_web import directory, get

plain, lane, linked = APIRouter(), APIRouter(route_class=LaneRoute), APIRouter(route_class=LinkedRoute)


class Filters(BaseModel):
    model_config = ConfigDict(extra="forbid")

    begin: str | None = Field(None, alias="from")
    beside: list[str] = []


@plain.get("/v1/things")
async def things(_: Caller, limit: int = 1, kind: Annotated[list[str] | None, Query()] = None) -> dict[str, Any]:
    return {"limit": limit, "kind": kind}


@plain.get("/v1/figures")
async def figures(_: Caller, query: Annotated[Filters, Query()]) -> dict[str, Any]:
    return {"from": query.begin, "beside": query.beside}


@lane.post("/v1/quick")
async def quick(request: Request, caller: Caller) -> Response:
    return Response(caller.sender)


@linked.get("/page")
async def page() -> Response:
    return Response("a page")


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    table: Any = {name: roles for name, roles in ACCESS["intake"].items() if roles == ()} | {
        "GET /v1/things": ("dispatcher",),
        "GET /v1/figures": ("dispatcher",),
        "POST /v1/quick": ("dispatcher",),
        "GET /page": (),
    }
    monkeypatch.setitem(ACCESS, "intake", table)
    app = build_app(
        "intake",
        title="t",
        routers=[plain, lane, linked],
        health=Health("intake", "intake-1"),
        directory=directory(good=Key(role="dispatcher")),
        resources={},
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://t")


@pytest.mark.parametrize(
    ("path", "field", "allowed"),
    [
        ("/v1/things?limits=5", "query.limits", ["limit", "kind"]),
        ("/v1/things?limit=5&limit=6", "query.limit", ["limit", "kind"]),
        ("/v1/things?LIMIT=5", "query.LIMIT", ["limit", "kind"]),
        ("/v1/things?", None, []),
        ("/v1/things?limit=5&kind=a&kind=b", None, []),
        ("/v1/figures?form=2026-01-01", "query.form", ["from", "beside"]),
        ("/v1/figures?begin=2026-01-01", "query.begin", ["from", "beside"]),
        ("/v1/figures?from=a&from=b", "query.from", ["from", "beside"]),
        ("/v1/figures?from=a&beside=b&beside=c", None, []),
        ("/healthz?verbose=1", "query.verbose", []),
        ("/readyz?verbose=1", "query.verbose", []),
        ("/metrics?x", "query.x", []),
        ("/openapi.json?x=1", "query.x", []),
        ("/schemas/mingshao.case.fact.v1?x=1", "query.x", []),
        ("/page?from=a-messenger&from=another", None, []),
    ],
)
async def test_what_is_not_known_is_refused_by_name_with_what_there_is(
    client: httpx.AsyncClient, path: str, field: str | None, allowed: list[str]
) -> None:
    answer = await get(client, path)
    if field is None:
        assert answer.status_code == 200
        return
    told = answer.json()
    assert (answer.status_code, told["code"]) == (422, "invalid_request")
    assert (told["field"], told["allowed"], field in told["detail"]) == (field, allowed, True)


async def test_a_lane_refuses_it_in_the_same_words(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/quick?dry_run=true", headers={"Authorization": "Bearer good"})
    assert (answer.status_code, answer.json()["field"]) == (422, "query.dry_run")
    assert (await client.post("/v1/quick", headers={"Authorization": "Bearer good"})).text == "dispatcher"


async def test_many_wrong_ones_make_no_long_answer(client: httpx.AsyncClient) -> None:
    query = "&".join(f"{'x' * 300}{number}=1" for number in range(100))
    answer = await get(client, f"/v1/things?{query}")
    assert (answer.status_code, len(answer.json()["errors"]), len(answer.content) < 6_000) == (422, 10, True)


async def test_head_is_as_get_without_a_body(client: httpx.AsyncClient) -> None:
    for path in ("/v1/things?limit=5", "/v1/things?limits=5", "/healthz", "/openapi.json", "/nowhere", "/page"):
        got = await client.get(path, headers={"Authorization": "Bearer good"})
        head = await client.head(path, headers={"Authorization": "Bearer good"})
        assert (head.status_code, head.content) == (got.status_code, b"")
        if path != "/healthz":  # tells times
            assert head.headers == got.headers
    assert (await client.head("/v1/things")).status_code == 401
    told = (await client.get("/metrics")).text
    assert 'mingshao_http_requests_total{method="HEAD",route="/v1/things",status="200"} 1.0' in told


async def test_a_final_slash_is_told_the_right_address_and_never_sent_elsewhere(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/things/", headers={"Authorization": "Bearer good", "Host": "evil.example"})
    assert (answer.status_code, answer.json()["code"], "location" in answer.headers) == (404, "not_found", False)
    assert answer.json()["detail"].endswith(": /v1/things")
    assert "evil" not in answer.text
    assert "/openapi.json" in (await client.get("/v1/nothing/")).json()["detail"]


async def test_a_wrong_method_is_told_the_right_ones(client: httpx.AsyncClient) -> None:
    for method, path, allowed in (
        ("DELETE", "/v1/things", "GET, HEAD"),
        ("GET", "/v1/quick", "POST"),
        ("HEAD", "/v1/quick", "POST"),
        ("OPTIONS", "/healthz", "GET, HEAD"),
        ("PATCH", "/openapi.json", "GET, HEAD"),
    ):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
        if method != "HEAD":
            assert (answer.json()["code"], answer.json()["allowed"]) == ("method_not_allowed", allowed.split(", "))
            assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("host", ["[", "a b", "x:y:z", "evil.example/", "\u00e9"])
async def test_no_host_decides_or_breaks_anything(client: httpx.AsyncClient, host: str) -> None:
    for path, status in (("/v1/things", 200), ("/v1/nothing", 404), ("/v1/things/", 404), ("/v1/things?x=1", 422)):
        headers = cast(Any, {"Authorization": b"Bearer good", "Host": host.encode()})
        assert (await client.get(path, headers=headers)).status_code == status
