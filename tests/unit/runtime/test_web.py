"""Health, problems and keys as every service has them."""

from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi import APIRouter

from services.contracts.access import ACCESS
from services.contracts.directory import Key
from services.runtime import dead_api
from services.runtime.directory import Directory, DirectorySnapshot
from services.runtime.health import Health
from services.runtime.keys import Caller, key_id
from services.runtime.web import build_app

router = APIRouter()


@router.get("/v1/thing")
async def thing(caller: Caller, size: int = 1) -> dict[str, Any]:
    return {"sender": caller.sender, "size": size}


def directory(**keys: Key) -> Directory:
    rows = MappingProxyType({"key": MappingProxyType({key_id(name): row for name, row in keys.items()})})
    return cast(Directory, SimpleNamespace(snapshot=DirectorySnapshot(version=1, rows=rows)))


@pytest.fixture
def health(monkeypatch: pytest.MonkeyPatch) -> Health:
    table = {name: roles for name, roles in ACCESS["intake"].items() if roles == ()} | {
        "GET /v1/thing": ("dispatcher",)
    }
    monkeypatch.setitem(ACCESS, "intake", cast(Any, table))
    return Health("intake", "intake-1")


@pytest.fixture
def client(health: Health) -> httpx.AsyncClient:
    known = directory(good=Key(role="dispatcher"), other=Key(role="department", subject="housing"))
    app = build_app("intake", title="t", routers=[router], health=health, directory=known, resources={})
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://t")


async def get(client: httpx.AsyncClient, path: str, key: str | None = "good") -> httpx.Response:
    return await client.get(path, headers={"Authorization": f"Bearer {key}"} if key else {})


async def test_no_key_an_unknown_key_and_the_wrong_role_are_refused(client: httpx.AsyncClient) -> None:
    answers = [await get(client, "/v1/thing", key) for key in (None, "bad", "other", "good")]
    assert [answer.status_code for answer in answers] == [401, 401, 403, 200]
    assert answers[0].headers["www-authenticate"] == "Bearer"
    assert answers[2].json()["code"] == "wrong_role"
    assert answers[3].json() == {"sender": "dispatcher", "size": 1}


async def test_before_the_directory_is_read_a_good_key_is_asked_to_come_again(health: Health) -> None:
    """401 would tell its holder to give up."""
    unread = cast(Directory, SimpleNamespace(snapshot=DirectorySnapshot()))
    app = build_app("intake", title="t", routers=[router], health=health, directory=unread, resources={})
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    answer = await get(httpx.AsyncClient(transport=transport, base_url="http://t"), "/v1/thing")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_every_error_is_a_problem_that_names_the_field(client: httpx.AsyncClient) -> None:
    wrong = await get(client, "/v1/thing?size=big")
    assert (wrong.status_code, wrong.headers["content-type"]) == (422, "application/problem+json")
    assert wrong.json()["field"] == "query.size"
    assert (await get(client, "/nowhere")).json()["code"] == "not_found"


async def test_health_says_what_is_waited_for(client: httpx.AsyncClient, health: Health) -> None:
    assert (await get(client, "/readyz", None)).status_code == 200
    health.wait_for("topics", "Kafka")
    waiting = await get(client, "/readyz", None)
    assert (waiting.status_code, waiting.json()["detail"]) == (503, "Kafka")
    health.wait_for("topics", None)
    health.halt("the log was cut")
    health.failed(ValueError("x"))
    health.progressed(3)
    body = (await get(client, "/healthz", None)).json()
    assert (body["status"], body["halted"], body["progress"]) == ("halted", "the log was cut", 3)
    assert (body["last_error"], body["directory"]) == ("ValueError: x", directory().snapshot.version)
    assert "mingshao_progress_records 3.0" in (await get(client, "/metrics", None)).text


def test_a_route_without_a_row_in_the_access_table_does_not_start(health: Health) -> None:
    with pytest.raises(RuntimeError, match=r"no row in the access table for \['GET /v1/dead"):
        build_app(
            "intake", title="t", routers=[router, dead_api.router], health=health, directory=directory(), resources={}
        )


def test_a_row_without_a_route_does_not_start(health: Health) -> None:
    with pytest.raises(RuntimeError, match="has no route"):
        build_app("intake", title="t", routers=[], health=health, directory=directory(), resources={})
