"""The published language is served as it is committed."""

import json
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from services.contracts import export
from services.contracts.messages import TYPES
from services.runtime import problems, published


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = FastAPI()
    problems.install(app, {})
    app.include_router(published.router)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")


def committed(name: str) -> object:
    return json.loads((Path(export.FOLDER) / name).read_text(encoding="utf-8"))


async def test_the_asyncapi_document_is_the_committed_one(client: httpx.AsyncClient) -> None:
    assert (await client.get("/asyncapi.json")).json() == committed("asyncapi.json")


@pytest.mark.parametrize("name", TYPES)
async def test_each_message_has_its_schema(client: httpx.AsyncClient, name: str) -> None:
    assert (await client.get(f"/schemas/{name}")).json() == committed(f"{name}.json")


@pytest.mark.parametrize("name", ["asyncapi", "mingshao.nothing.v1", "..", "%2e%2e%2fasyncapi", "a" * 5000])
async def test_a_message_that_is_none_lists_those_there_are(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/schemas/{name}")
    assert answer.status_code == 404
    if answer.json()["code"] == "no_such_schema":
        assert answer.json()["allowed"] == sorted(TYPES)
