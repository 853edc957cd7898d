"""Whose word on TLS and on where a request came from is taken: the proxies that are named, and nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import uvicorn
from pydantic import ValidationError
from starlette.types import Receive, Scope, Send

from services.runtime.service import configured, listen
from services.runtime.settings import ServiceSettings


@asynccontextmanager
async def served(**settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A server that says what it takes a request for; who asks comes from 127.0.0.1."""

    async def app(scope: Scope, _: Receive, send: Send) -> None:
        told = f"{scope['scheme']} {scope['client'][0]}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
        await send({"type": "http.response.body", "body": told})

    made: Any = app
    server = uvicorn.Server(configured(made, ServiceSettings(**settings)))
    with listen("127.0.0.1", 0) as listener:
        running = asyncio.create_task(server.serve([listener]))
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{listener.getsockname()[1]}") as client:
            yield client
        server.should_exit = True
        await running


FORWARDED = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


@pytest.mark.parametrize(
    ("settings", "taken_for"),
    [
        ({}, "https 203.0.113.9"),
        ({"trusted_proxies": "10.0.0.1, 127.0.0.0/8"}, "https 203.0.113.9"),
        ({"trusted_proxies": "10.0.0.0/8,fd00::/8"}, "http 127.0.0.1"),
        ({"trusted_proxies": ""}, "http 127.0.0.1"),
    ],
)
async def test_only_a_proxy_that_is_named_is_believed(settings: dict[str, str], taken_for: str) -> None:
    async with served(**settings) as client:
        assert (await client.get("/", headers=FORWARDED)).text == taken_for
        assert (await client.get("/")).text == "http 127.0.0.1"


async def test_the_setting_comes_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    monkeypatch.setenv("MINGSHAO_TRUSTED_PROXIES", "192.0.2.1")
    async with served() as client:
        assert (await client.get("/", headers=FORWARDED)).text == "http 127.0.0.1"


@pytest.mark.parametrize("wrong", ["*", "proxy.example", "10.0.0.1/8", "10.0.0.300", "127.0.0.1;10.0.0.1"])
def test_what_is_no_address_is_refused_at_the_start(wrong: str) -> None:
    with pytest.raises(ValidationError, match="trusted_proxies"):
        ServiceSettings(trusted_proxies=wrong)


async def test_an_upgrade_that_there_is_not_is_answered_as_a_request() -> None:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x"}
    async with served() as client:
        assert (await client.get("/", headers=headers)).status_code == 200
