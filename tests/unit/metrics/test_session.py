"""People sign in at the page with their key once; the cookie reads, and does nothing else."""

from types import MappingProxyType
from typing import Any

import httpx
import msgspec
import pytest

from services.runtime import sessions
from services.runtime.keys import key_id
from services.runtime.sessions import COOKIE

from .stage import Stage


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


async def test_a_copied_cookie_opens_nothing_once_its_owner_has_signed_out(stage: Stage) -> None:
    await sign_in(stage)
    copied = str(stage.client.cookies[COOKIE])
    await sign_in(stage)
    other = str(stage.client.cookies[COOKIE])
    stage.client.cookies = httpx.Cookies({COOKIE: copied})
    assert (await stage.client.delete("/v1/session")).status_code == 204
    assert "Max-Age=0" in (await stage.client.delete("/v1/session")).headers["set-cookie"]
    for cookie, status in ((copied, 401), (other, 200)):
        stage.client.cookies = httpx.Cookies({COOKIE: cookie})
        assert (await stage.get("/v1/rates", key=None, rate="handled")).status_code == status
    stage.client.cookies = httpx.Cookies()
    assert (await stage.client.delete("/v1/session")).status_code == 204, "who is not signed in is signed out"


async def test_what_is_kept_opens_nothing_to_whoever_reads_it(stage: Stage) -> None:
    await sign_in(stage)
    (kept,) = stage.sessions.rows
    assert str(stage.client.cookies[COOKIE]) not in str(stage.sessions.rows)
    for stolen in (kept, key_id("look"), "look"):
        stage.client.cookies = httpx.Cookies({COOKIE: stolen})
        assert (await stage.get("/v1/session", key=None)).json()["code"] == "no_key"


async def test_a_key_that_comes_back_brings_no_sign_in_with_it(stage: Stage) -> None:
    there = stage.directory.snapshot = msgspec.structs.replace(stage.directory.snapshot, version=5)
    await sign_in(stage)
    gone: Any = MappingProxyType({**there.rows, "key": {}})
    # an instance that has not read the key yet says no, and ends nothing
    stage.directory.snapshot = msgspec.structs.replace(there, rows=gone, version=4)
    assert (await stage.get("/v1/session", key=None)).status_code == 401
    stage.directory.snapshot = there
    assert (await stage.get("/v1/session", key=None)).status_code == 200
    stage.directory.snapshot = msgspec.structs.replace(there, rows=gone, version=6)
    assert (await stage.get("/v1/session", key=None)).json()["code"] == "unknown_key"
    stage.directory.snapshot = msgspec.structs.replace(there, version=7)
    assert (await stage.get("/v1/session", key=None)).json()["code"] == "no_key"


async def test_of_one_key_there_are_so_many_and_the_oldest_end(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "MAX_OF_KEY", 2)
    cookies = []
    for _ in range(3):
        await sign_in(stage)
        cookies.append(str(stage.client.cookies[COOKIE]))
    answers = []
    for cookie in cookies:
        stage.client.cookies = httpx.Cookies({COOKIE: cookie})
        answers.append((await stage.get("/v1/session", key=None)).status_code)
    assert answers == [401, 200, 200]


async def test_where_the_store_is_away_nobody_is_told_to_be_signed_out(stage: Stage) -> None:
    await sign_in(stage)
    stage.sessions.away = True
    for answer in (
        await sign_in(stage),
        await stage.client.delete("/v1/session"),
        await stage.get("/v1/session", key=None),
    ):
        assert (answer.status_code, answer.headers["retry-after"], "set-cookie" in answer.headers) == (503, "5", False)
    stage.sessions.away = False
    assert (await stage.get("/v1/session", key=None)).status_code == 200


async def test_cookies_of_others_and_old_ones_are_none(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    signed_before_an_upgrade = "IjQwYTIi.aS1-bQ.c2lnbmF0dXJl"
    for forged in ("x", "", signed_before_an_upgrade, "x" * 4_000):
        stage.client.cookies = httpx.Cookies({COOKIE: forged})
        assert (await stage.get("/v1/session", key=None)).json()["code"] == "no_key"
    stage.client.cookies = httpx.Cookies()
    monkeypatch.setattr(sessions, "HOURS", -1)
    token = (await sign_in(stage)).headers["set-cookie"].partition("=")[2].partition(";")[0]
    stage.client.cookies = httpx.Cookies({COOKIE: token})
    assert (await stage.get("/v1/session", key=None)).json()["code"] == "no_key"
