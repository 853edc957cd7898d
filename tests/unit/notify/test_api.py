"""Notify over HTTP, on fakes: whose feed, whose contact, and what a stream gives."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import httpx
import msgspec
import pytest

from services.contracts.actors import Actor
from services.contracts.assignments import AssignmentNotice
from services.contracts.cases import State
from services.contracts.directory import Key
from services.contracts.submissions import ContactGiven
from services.notify import api
from services.notify.domain.cursor import encoded
from services.notify.domain.notice import notices
from services.notify.domain.told import Told, told
from services.runtime import dead_api
from services.runtime.batches import Outgoing
from services.runtime.bell import ChangeStreamBell
from services.runtime.directory import Directory, DirectorySnapshot
from services.runtime.health import Health
from services.runtime.keys import key_id
from services.runtime.problems import unavailable
from services.runtime.producer import BrokerAway, Producer
from services.runtime.web import build_app
from tests.unit.routing.street import ask, judged, submission

KEYS = {
    "housing": Key(role="department", subject="housing"),
    "roads": Key(role="department", subject="roads"),
    "dispatcher": Key(role="dispatcher"),
    "admin": Key(role="admin"),
}
SECRET = {"name": "甲", "phone": "13800138000"}


class Shelf:
    """One department's feed in one partition, and one case."""

    def __init__(self, items: Sequence[AssignmentNotice], case: Told) -> None:
        self.items, self.kept = list(items), case
        self.given: ContactGiven | None = ContactGiven(case_id=case.case_id, digest="d", **SECRET)
        self.looks: list[str] = []
        self.away = 0

    async def case(self, case_id: str) -> Told | None:
        return self.kept if case_id == self.kept.case_id else None

    async def contact(self, case_id: str) -> ContactGiven | None:
        return self.given

    async def record_look(self, case_id: str, caller: Actor) -> None:
        self.looks.append(caller.sender)

    async def mark_erased(self, case_id: str) -> None:
        self.given = None

    async def feed(
        self, department: str, after: Mapping[int, int], limit: int
    ) -> tuple[list[AssignmentNotice], dict[int, int]]:
        if self.away:
            self.away -= 1
            raise unavailable("MongoDB does not answer")
        mine = [item for item in self.items if item.department == department]
        start = after.get(0, 0)
        found = mine[start : start + limit]
        return found, {0: start + len(found)} if found else dict(after)


class Desk:
    """The app with its fakes. A stream ends once the bell was waited for `patience` times."""

    def __init__(self, *, confidential: bool = False, signed: bool = True, patience: int = 1) -> None:
        commands: list[Any] = [
            submission("1", category="leak", confidential=confidential),
            *([ask("sign", "department"), ask("amend", "source")] if signed else []),
        ]
        case, made = None, list[AssignmentNotice]()
        for fact in judged(commands).facts:
            before, case = case, told(case, fact, frozenset())
            assert case is not None
            made += notices(before, case, fact, frozenset())
        assert case is not None
        self.case_id = case.case_id
        self.shelf, self.health = Shelf(made, case), Health("notify", "notify-1")
        self.sent: list[Outgoing] = []
        self.broker: Exception | None = None
        self.patience = patience
        rows = {"key": {key_id(name): row for name, row in KEYS.items()}}
        snapshot = DirectorySnapshot(version=1, rows=MappingProxyType(cast(Any, rows)))
        directory = cast(Directory, SimpleNamespace(snapshot=snapshot))
        producer = SimpleNamespace(send=self._send, partition_for=lambda topic, key: 2)
        bell = SimpleNamespace(rings=0, wait=self._wait)
        desk = api.Desk(
            store=self.shelf,
            producer=cast(Producer, producer),
            bell=cast(ChangeStreamBell, bell),
            health=self.health,
        )
        self.app = build_app(
            "notify",
            title="t",
            routers=[api.router, dead_api.router],
            health=self.health,
            directory=directory,
            resources={"desk": desk, "dead": None},
        )

    async def call(self, method: str, path: str, key: str, **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
            return await client.request(method, path, headers={"Authorization": f"Bearer {key}", **headers})

    async def get(self, path: str, key: str, **headers: str) -> httpx.Response:
        return await self.call("GET", path, key, **headers)

    async def _send(self, records: Sequence[Outgoing]) -> list[Exception | None]:
        self.sent += records
        return [self.broker] * len(records)

    async def _wait(self, heard: int, seconds: float) -> int:
        self.patience -= 1
        self.health.stopping = self.patience <= 0
        return heard


FEED = "/v1/departments/housing/assignments"


async def test_a_department_pulls_its_own_feed_page_by_page() -> None:
    desk = Desk()
    first = (await desk.get(f"{FEED}?limit=1", "housing")).json()
    assert ([item["notice"] for item in first["items"]], first["more"]) == (["assigned"], True)
    second = (await desk.get(f"{FEED}?limit=2&cursor={first['cursor']}", "housing")).json()
    assert ([item["notice"] for item in second["items"]], second["more"]) == (["amended"], False)
    third = (await desk.get(f"{FEED}?cursor={second['cursor']}", "housing")).json()
    assert (third["items"], third["cursor"]) == ([], second["cursor"])


async def test_another_department_s_feed_and_another_s_cursor_are_refused() -> None:
    desk = Desk()
    answer = await desk.get(FEED, "roads")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_own")
    answer = await desk.get(f"{FEED}?cursor={encoded('roads', {0: 1})}", "housing")
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, "bad_cursor", "cursor")


def events(answer: httpx.Response) -> list[dict[str, str]]:
    blocks = [block for block in answer.text.split("\n\n") if block and not block.startswith(":")]
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]


async def test_a_stream_gives_notices_with_a_cursor_to_resume_from() -> None:
    whole = events(await Desk().get(f"{FEED}/stream", "housing"))
    assert [json.loads(event["data"])["notice"] for event in whole] == ["assigned", "amended"]
    assert "id" not in whole[0], "between two notices of a page nobody may stop"
    rest = events(await Desk().get(f"{FEED}/stream", "housing", **{"Last-Event-ID": encoded("housing", {0: 1})}))
    assert [json.loads(event["data"])["notice"] for event in rest] == ["amended"]
    assert events(await Desk().get(f"{FEED}/stream", "housing", **{"Last-Event-ID": whole[-1]["id"]})) == []


async def test_a_stream_says_that_the_store_is_away_and_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "LOOK_SECONDS", 0.0)
    desk = Desk()
    desk.shelf.away = 2
    found = [event["event"] for event in events(await desk.get(f"{FEED}/stream", "housing"))]
    assert found == ["away", "away", "assignment", "assignment"]


async def test_a_quiet_stream_beats(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "BEAT_SECONDS", 2)
    answer = await Desk(patience=5).get(f"{FEED}/stream", "housing")
    assert answer.text.count(": beat") == 2


async def test_the_department_that_signed_sees_the_contact_and_each_look_is_kept() -> None:
    desk = Desk()
    answer = await desk.get(f"/v1/cases/{desk.case_id}/contact", "housing")
    assert answer.json() == {"case_id": desk.case_id, **SECRET}
    assert answer.headers["cache-control"] == "no-store"
    await desk.get(f"/v1/cases/{desk.case_id}/contact", "dispatcher")
    assert desk.shelf.looks == ["department:housing", "dispatcher"]


@pytest.mark.parametrize(
    ("made", "key", "code"),
    [
        ({"signed": False}, "housing", "not_signed"),
        ({}, "roads", "not_signed"),
        ({"confidential": True}, "housing", "confidential"),
    ],
)
async def test_a_contact_is_not_for(made: dict[str, bool], key: str, code: str) -> None:
    desk = Desk(**made)
    answer = await desk.get(f"/v1/cases/{desk.case_id}/contact", key)
    assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert desk.shelf.looks == []


@pytest.mark.parametrize(
    ("state", "code"),
    [
        ("archived", "archived"),
        ("void", "ended"),
        ("merged", "ended"),
        ("returned", "ended"),
        ("rejected", "ended"),
        ("return_requested", None),
        ("redo", None),
        ("evaluated", None),
    ],
)
async def test_the_lead_sees_the_contact_until_its_part_is_over_and_the_desk_always(
    state: State, code: str | None
) -> None:
    desk = Desk()
    desk.shelf.kept = msgspec.structs.replace(desk.shelf.kept, state=state)
    answer = await desk.get(f"/v1/cases/{desk.case_id}/contact", "housing")
    assert (answer.status_code, answer.json().get("code")) == (403 if code else 200, code)
    assert (await desk.get(f"/v1/cases/{desk.case_id}/contact", "dispatcher")).status_code == 200


async def test_of_a_case_that_is_not_there_or_has_no_contact() -> None:
    desk = Desk()
    answer = await desk.get("/v1/cases/t-none/contact", "dispatcher")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_case")
    desk.shelf.given = None
    answer = await desk.get(f"/v1/cases/{desk.case_id}/contact", "dispatcher")
    assert (answer.status_code, answer.json()["code"]) == (404, "no_contact")


async def test_erasing_is_done_once_kafka_has_the_tombstone() -> None:
    desk = Desk()
    desk.broker = BrokerAway("no acknowledgement in time")
    answer = await desk.call("DELETE", f"/v1/cases/{desk.case_id}/contact", "admin")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert desk.shelf.given is not None
    desk.broker = None
    assert (await desk.call("DELETE", f"/v1/cases/{desk.case_id}/contact", "admin")).status_code == 204
    assert [(one.partition, one.value) for one in desk.sent] == [(2, None), (2, None)]
    assert desk.shelf.given is None
