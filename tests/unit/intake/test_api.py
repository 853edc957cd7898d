"""Intake over HTTP with a log of its own: what is taken, what is refused and how, and never a false 202."""

import asyncio
import gzip
import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from services.contracts.codec import decode
from services.contracts.directory import Channel, Key
from services.contracts.topics import CONTACTS, OPINIONS, TICKETS
from services.intake import api
from services.intake.api.desk import Desk
from services.runtime.batches import Outgoing
from services.runtime.directory import Directory, DirectorySnapshot
from services.runtime.health import Health
from services.runtime.instruments import Refusals
from services.runtime.keys import key_id
from services.runtime.producer import BrokerAway
from services.runtime.web import build_app

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
CASE = "t-8ccf77f1-2b29-5343-a028-a798a6eeb228"


class Log:
    """Takes records, but those of the keys it was told to lose."""

    def __init__(self) -> None:
        self.records: list[Outgoing] = []
        self.away: set[int] = set()
        self.pause = asyncio.Event()
        self.pause.set()
        self._sent = 0

    def partition_for(self, topic: str, key: bytes) -> int:
        return 1

    async def send(self, records: Sequence[Outgoing]) -> list[Exception | None]:
        await self.pause.wait()
        outcomes: list[Exception | None] = []
        for record in records:
            lost = self._sent in self.away
            outcomes.append(BrokerAway("away") if lost else None)
            self._sent += 1
            if not lost:
                self.records.append(record)
        return outcomes


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def client(log: Log) -> httpx.AsyncClient:
    keys = {
        "hotline": Key(role="source", subject="hotline"),
        "replay": Key(role="source", subject="hotline", scopes=["backdate"]),
        "dispatcher": Key(role="dispatcher"),
    }
    channels = {"hotline": Channel(name="热线", kind="ticket"), "deputy": Channel(name="代表", kind="opinion")}
    rows = {"key": {key_id(name): row for name, row in keys.items()}, "channel": channels}
    directory = cast(
        Directory, SimpleNamespace(snapshot=DirectorySnapshot(version=1, rows=MappingProxyType(cast(Any, rows))))
    )
    health = Health("intake", "")
    desk = Desk(
        publisher=log,
        directory=directory,
        secret=b"a secret of the tests",
        routing_url="http://routing/",
        clock=lambda: NOW,
        refusals=Refusals(health.registry),
        max_requests=2,
        max_bytes=9 << 20,
    )
    app = build_app(
        "intake",
        title="t",
        routers=api.routers,
        health=health,
        directory=directory,
        resources={"desk": desk},
        body_limits=api.BODY_LIMITS,
    )
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://t")


def ticket(**changes: Any) -> dict[str, Any]:
    return {
        "channel": "hotline", "source_id": "1", "title": "路灯", "text": "电话13800138000",
        "reported_at": NOW.isoformat(), "reporter": {"name": "测试甲", "phone": "13800138000"},
    } | changes  # fmt: skip


async def post(
    client: httpx.AsyncClient, path: str, body: Any, key: str = "hotline", kind: str = "json"
) -> httpx.Response:
    content = body if isinstance(body, str | bytes) else json.dumps(body)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": f"application/{kind}"}
    return await client.post(path, content=content, headers=headers)


async def test_a_ticket_is_masked_and_its_contact_goes_its_own_way(client: httpx.AsyncClient, log: Log) -> None:
    answer = await post(client, "/v1/tickets", ticket())
    assert answer.status_code == 202
    case = answer.json()["case_id"]
    assert answer.json()["status_url"] == f"http://routing/v1/cases/{case}"
    contact, submission = log.records
    assert (contact.topic, submission.topic) == (CONTACTS.name, TICKETS.name)
    assert b"13800138000" in (contact.value or b"")
    assert b"13800138000" not in (submission.value or b"")
    told, said = (cast(Any, decode(record.value, record.headers).data) for record in (contact, submission))
    assert said.contact_digest == told.digest
    assert submission.key == contact.key == case.encode()


async def test_a_repeat_is_the_same_record(client: httpx.AsyncClient, log: Log) -> None:
    for _ in range(2):
        await post(client, "/v1/tickets", ticket())
    assert log.records[:2] == log.records[2:]


async def test_an_opinion_has_its_own_topic_and_channels(client: httpx.AsyncClient, log: Log) -> None:
    assert (await post(client, "/v1/opinions", ticket(channel="deputy", reporter=None))).status_code == 202
    assert [record.topic for record in log.records] == [OPINIONS.name]
    wrong = await post(client, "/v1/opinions", ticket())
    assert (wrong.status_code, wrong.json()["field"]) == (422, "channel")
    assert "deputy" in wrong.json()["detail"]


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"title": ""}, 422, "title"),
        ({"title": "x" * 501}, 422, "title"),
        ({"source_id": "a\nb"}, 422, "source_id"),
        ({"nonsense": 1}, 422, "nonsense"),
        ({"place": {"lon": 999}}, 422, "place.lon"),
        ({"reported_at": "2026-03-10T12:00:00"}, 422, "reported_at"),
        ({"reported_at": (NOW + timedelta(minutes=6)).isoformat()}, 422, "reported_at"),
        ({"reported_at": (NOW - timedelta(hours=73)).isoformat()}, 403, "reported_at"),
        ({"attributes": {"x": "y" * 20_000}}, 422, "attributes"),
        ({"urgency": "very"}, 422, "urgency"),
    ],
)
async def test_a_problem_names_its_field(
    client: httpx.AsyncClient, log: Log, changes: Any, status: int, field: str
) -> None:
    answer = await post(client, "/v1/tickets", ticket(**changes))
    assert (answer.status_code, answer.json()["field"]) == (status, field)
    assert answer.headers["content-type"] == "application/problem+json"
    assert log.records == []


@pytest.mark.parametrize("wrong", ["yesterday", "2026-03-10T12:00:00", "2026-03-10", 7])
async def test_a_time_that_is_none_says_what_to_send(client: httpx.AsyncClient, wrong: Any) -> None:
    answer = await post(client, "/v1/tickets", ticket(reported_at=wrong))
    assert (answer.status_code, answer.json()["field"]) == (422, "reported_at")
    assert "2026-03-01T08:00:00+08:00" in answer.json()["detail"]


async def test_the_past_needs_a_key_that_may_backdate(client: httpx.AsyncClient) -> None:
    old = ticket(reported_at=(NOW - timedelta(days=900)).isoformat())
    assert (await post(client, "/v1/tickets", old, "replay")).status_code == 202


async def test_one_bad_line_costs_itself_alone_and_what_was_not_stored_says_503(
    client: httpx.AsyncClient, log: Log
) -> None:
    log.away = {2}
    lines = [ticket(reporter=None, source_id=str(n)) for n in range(3)]
    body = "\n".join([json.dumps(lines[0]), "{", json.dumps(lines[1]), json.dumps(lines[2]), ""])
    answer = await post(client, "/v1/tickets", body, kind="x-ndjson")
    results = [json.loads(line) for line in answer.text.splitlines()]
    assert [(result["line"], result["status"]) for result in results] == [(1, 202), (2, 422), (3, 202), (4, 503)]
    assert results[3]["problem"]["line"] == 4
    assert len(log.records) == 2


@pytest.mark.parametrize(("kind", "channel"), [("tickets", "hotline"), ("opinions", "deputy")])
async def test_the_address_of_one_takes_lines_as_that_of_batches_does(
    kind: str, channel: str, client: httpx.AsyncClient
) -> None:
    lines = "\n".join([json.dumps(ticket(channel=channel)), "{"])
    batch = await post(client, f"/v1/{kind}/batch", lines, kind="x-ndjson")
    assert [json.loads(line)["status"] for line in batch.text.splitlines()] == [202, 422]
    alone = await post(client, f"/v1/{kind}", lines, kind="x-ndjson")
    assert (alone.status_code, alone.text) == (200, batch.text)
    one = await post(client, f"/v1/{kind}/batch", ticket(channel=channel))
    assert (one.status_code, one.json()["code"]) == (415, "media_type")


async def test_a_broker_that_is_away_is_a_503_with_a_time_to_come_back(client: httpx.AsyncClient, log: Log) -> None:
    log.away = {0}  # the contact alone is enough
    answer = await post(client, "/v1/tickets", ticket())
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_more_than_it_can_take_is_a_429(client: httpx.AsyncClient, log: Log) -> None:
    log.pause.clear()
    first = [asyncio.create_task(post(client, "/v1/tickets", ticket())) for _ in range(2)]
    await asyncio.sleep(0.05)
    answer = await post(client, "/v1/tickets", ticket())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")
    log.pause.set()
    assert {(await task).status_code for task in first} == {202}


async def test_sizes_and_types_have_limits(client: httpx.AsyncClient) -> None:
    assert (await post(client, "/v1/tickets", "x" * (300 << 10))).status_code == 413
    assert (await post(client, "/v1/tickets", "{}\n" * 5001, kind="x-ndjson")).status_code == 413
    assert (await post(client, "/v1/tickets", "", kind="x-ndjson")).status_code == 422
    assert (await post(client, "/v1/tickets", "{}", kind="xml")).status_code == 415
    assert (await post(client, "/v1/tickets", b"\xff\xfe")).status_code == 422


async def test_an_action_is_taken_with_the_address_of_its_outcome(client: httpx.AsyncClient, log: Log) -> None:
    body = {
        "action_id": "a/1",
        "action": "hold",
        "at": NOW.isoformat(),
        "reason": "等13800138000",
        "until": (NOW + timedelta(days=1)).isoformat(),
    }
    answer = await post(client, f"/v1/cases/{CASE}/actions", body, "dispatcher")
    assert answer.status_code == 202
    assert answer.json()["outcome_url"] == f"http://routing/v1/cases/{CASE}/actions/a%2F1"
    (record,) = log.records
    asked = cast(Any, decode(record.value, record.headers).data)
    assert (record.topic, asked.details.reason, asked.actor.sender) == (TICKETS.name, "等138****8000", "dispatcher")


async def test_actions_in_lines_name_their_cases(client: httpx.AsyncClient) -> None:
    good = {"case_id": CASE, "action_id": "1", "action": "close", "at": NOW.isoformat()}
    lines = [good, good | {"case_id": "x-1"}, good | {"case_id": None}, good | {"action": "fly"}]
    answer = await post(client, "/v1/actions", "\n".join(map(json.dumps, lines)), "dispatcher", "x-ndjson")
    results = [json.loads(line) for line in answer.text.splitlines()]
    assert [result["status"] for result in results] == [202, 422, 422, 422]
    assert [result["problem"]["field"] for result in results[1:]] == ["case_id", "case_id", "action"]
    other = await post(client, f"/v1/cases/{CASE}/actions", good | {"case_id": "o" + CASE[1:]}, "dispatcher")
    assert other.json()["code"] == "other_case"


async def test_a_line_that_nothing_could_hold_costs_the_others_nothing(client: httpx.AsyncClient, log: Log) -> None:
    deep: Any = 1
    for _ in range(500):
        deep = {"x": deep}
    lines = [
        ticket() | {"source_id": "1"},
        ticket() | {"source_id": "2", "attributes": deep},
        ticket() | {"source_id": "3", "source_due_at": "9999-12-31T23:59:59+08:00"},
        ticket() | {"source_id": "4", "attributes": {"n": 1 << 64}},
        ticket() | {"source_id": "5"},
    ]
    body = "\n".join([*map(json.dumps, lines), "[" * 100_000, json.dumps(ticket() | {"source_id": "6"})])
    answer = await post(client, "/v1/tickets", body, "hotline", "x-ndjson")
    results = [json.loads(line) for line in answer.text.splitlines()]
    assert [result["status"] for result in results] == [202, 422, 422, 422, 202, 422, 202]
    assert [result["problem"].get("field", "").partition(".")[0] for result in results if result["status"] == 422] == [
        "attributes",
        "source_due_at",
        "attributes",
        "",
    ]
    assert {decode(one.value, one.headers).data.source_id for one in log.records if one.topic == TICKETS.name} == {  # type: ignore[union-attr]
        "1",
        "5",
        "6",
    }


async def test_a_batch_may_come_compressed_and_of_files_that_begin_with_a_mark(
    client: httpx.AsyncClient, log: Log
) -> None:
    lines = b"\n".join(b"\xef\xbb\xbf" + json.dumps(ticket(source_id=f"m{number}")).encode() for number in range(3))
    for content, encoding in ((lines, "identity"), (gzip.compress(lines), "gzip"), (zlib.compress(lines), "deflate")):
        headers = {"Authorization": "Bearer hotline", "Content-Type": "application/x-ndjson"}
        answer = await client.post("/v1/tickets", content=content, headers=headers | {"Content-Encoding": encoding})
        assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [202] * 3
