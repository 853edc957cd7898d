"""People sign in at the page with their key once; the cookie reads, and does nothing else."""

from types import MappingProxyType
from typing import Any

import httpx
import msgspec
import pytest

from services.runtime import sessions
from services.runtime.keys import key_id
from services.runtime.sessions import COOKIE, Sessions

from .test_api import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def sign_in(stage: Stage, key: str = "look", **headers: str) -> httpx.Response:
    return await stage.client.post("/v1/session", json={"key": key}, headers=headers)


async def test_a_key_is_sent_once_and_the_cookie_reads_from_then_on(stage: Stage) -> None:
    assert (await stage.get("/v1/rates", key=None, rate="handled")).status_code == 401
    answer = await sign_in(stage)
    assert answer.status_code == 204
    cookie = answer.headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"))
    assert "look" not in cookie
    assert (await stage.get("/v1/rates", key=None, rate="handled")).status_code == 200
    assert (await stage.get("/v1/session", key=None)).json() == {"role": "dashboard", "subject": None}
    assert (await stage.client.delete("/v1/session")).status_code == 204
    assert (await stage.get("/v1/session", key=None)).status_code == 401


@pytest.mark.parametrize(
    ("key", "status", "code"), [("x", 401, "unknown_key"), ("dep", 403, "wrong_role"), ("", 422, "invalid_request")]
)
async def test_a_key_that_may_not_see_figures_opens_nothing(stage: Stage, key: str, status: int, code: str) -> None:
    answer = await sign_in(stage, key)
    assert (answer.status_code, answer.json()["code"], "set-cookie" in answer.headers) == (status, code, False)


async def test_no_other_site_signs_anybody_in_or_out(stage: Stage) -> None:
    assert (await sign_in(stage, **{"Sec-Fetch-Site": "cross-site"})).json()["code"] == "another_site"
    assert (await sign_in(stage, **{"Sec-Fetch-Site": "same-origin"})).status_code == 204
    answer = await stage.client.delete("/v1/session", headers={"Sec-Fetch-Site": "same-site"})
    assert answer.json()["code"] == "another_site"


async def test_a_cookie_changes_nothing_and_a_withdrawn_key_ends_it(stage: Stage) -> None:
    await sign_in(stage)
    # what changes something asks for the key itself, whatever the role
    answer = await stage.client.post("/v1/dead/x/replay")
    assert (answer.status_code, answer.json()["code"]) == (401, "no_key")
    rows: dict[str, Any] = {**stage.directory.snapshot.rows, "key": {}}
    stage.directory.snapshot = msgspec.structs.replace(stage.directory.snapshot, rows=MappingProxyType(rows))
    assert (await stage.get("/v1/session", key=None)).json()["code"] == "unknown_key"


async def test_cookies_of_others_and_old_ones_are_none(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = httpx.Cookies({COOKIE: "x"})
    stage.client.cookies = forged
    assert (await stage.get("/v1/session", key=None)).json()["code"] == "no_key"
    stage.client.cookies = httpx.Cookies()
    other = Sessions("another secret")
    stage.client.cookies.set(COOKIE, other._signer.dumps(key_id("look")))
    assert (await stage.get("/v1/session", key=None)).json()["code"] == "no_key"
    stage.client.cookies = httpx.Cookies()
    await sign_in(stage)
    monkeypatch.setattr(sessions, "HOURS", -1)
    assert (await stage.get("/v1/session", key=None)).json()["code"] == "no_key"
