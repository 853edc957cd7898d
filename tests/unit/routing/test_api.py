"""Routing over HTTP, on fakes: who sees what, outcomes, the queue, the directory."""

from datetime import UTC, datetime

import msgspec
import pytest

from services.contracts.directory import ROW_TYPES
from tests.unit.routing.desk import Street
from tests.unit.routing.street import submission

FIRST = submission("1").case_id


@pytest.fixture
def street() -> Street:
    return Street()


async def test_a_case_tells_its_state_timeline_and_next_moves_and_never_a_contact(street: Street) -> None:
    answer = await street.get(f"/v1/cases/{FIRST}", "dispatcher")
    told = answer.json()
    assert (told["state"], told["state_zh"], told["version"]) == ("dispatched", "已派单", 4)
    assert told["summary"]["received_at"] == "2026-03-02T16:00:00+08:00"
    assert [line["action_zh"] for line in told["timeline"]] == ["登记", "受理", "派单", "派单", "办结"]
    assert [line["outcome"] for line in told["timeline"]] == ["applied"] * 4 + ["refused"]
    assert {"action": "sign", "action_zh": "签收", "by": ["department"], "needs": []} in told["next"]
    assert "secret-digest" not in answer.text


async def test_a_case_that_is_unchanged_is_not_sent_again(street: Street) -> None:
    tag = (await street.get(f"/v1/cases/{FIRST}", "admin")).headers["etag"]
    for given in (tag, f'"x", W/{tag}', "*"):
        again = await street.get(f"/v1/cases/{FIRST}", "admin", **{"If-None-Match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await street.get(f"/v1/cases/{FIRST}", "admin", **{"If-None-Match": '"x"'})).status_code == 200


@pytest.mark.parametrize(
    ("key", "status"),
    [("grid", 200), ("hotline", 403), ("housing", 200), ("roads", 200), ("parks", 403), ("followup", 200)],
)
async def test_sources_and_departments_see_their_own_also_what_they_once_led(
    street: Street, key: str, status: int
) -> None:
    answer = await street.get(f"/v1/cases/{FIRST}", key)
    assert answer.status_code == status
    assert (answer.json().get("code") == "not_own") is (status == 403)


async def test_what_was_not_seen_yet_says_when_to_ask_again(street: Street) -> None:
    for path in (submission("77").case_id, f"{FIRST}/actions/never"):
        answer = await street.get(f"/v1/cases/{path}", "grid")
        assert (answer.status_code, answer.headers["retry-after"]) == (404, "1")
        assert answer.headers["content-type"] == "application/problem+json"


async def test_an_action_s_outcome_is_its_sender_s_own_unless_said(street: Street) -> None:
    refused = (await street.get(f"/v1/cases/{FIRST}/actions/too-early", "grid")).json()
    assert (refused["outcome"], refused["refusal"]["code"]) == ("refused", "not_allowed")
    assert "amend" in refused["refusal"]["allowed"]
    assert (await street.get(f"/v1/cases/{FIRST}/actions/a-dispatch", "grid")).status_code == 404
    path = f"/v1/cases/{FIRST}/actions/a-dispatch?sender=dispatcher"
    applied = (await street.get(path, "grid")).json()
    assert (applied["outcome"], applied["version"], applied["state"]) == ("applied", 4, "dispatched")
    assert (await street.get(path, "parks")).status_code == 403


async def test_an_action_on_a_case_that_is_not_there_has_its_outcome_all_the_same(street: Street) -> None:
    answer = await street.get(f"/v1/cases/{submission('9').case_id}/actions/a-sign", "housing")
    assert (answer.status_code, answer.json()["refusal"]["code"]) == (200, "unknown_case")


async def test_lists_are_limited_to_one_s_own(street: Street) -> None:
    listed = (await street.get("/v1/cases?state=received&limit=5", "admin")).json()
    assert {"items", "cursor", "more"} == listed.keys()
    await street.get(f"/v1/cases?cursor={listed['cursor']}&source_id=1", "grid")
    await street.get("/v1/cases?updated_since=2026-03-01T00:00:00Z", "housing")
    start = dict.fromkeys(range(4), 0)
    since = datetime(2026, 3, 1, tzinfo=UTC)
    assert street.cases.asked == [
        ({"state": "received"}, start, 5),
        ({"source": "grid", "source_id": "1"}, start | {1: 99}, 100),
        ({"departments": "housing", "updated_at": {"$gte": since}}, start, 100),
    ]
    assert (await street.get("/v1/cases?source=hotline", "grid")).status_code == 403


@pytest.mark.parametrize(
    "query", ["cursor=no!", "state=lost", "limit=0", "limit=1001", "updated_since=2026-03-01T00:00:00"]
)
async def test_a_question_that_cannot_be_is_a_422_that_names_the_field(street: Street, query: str) -> None:
    answer = await street.get(f"/v1/cases?{query}", "admin")
    assert answer.status_code == 422
    assert query.split("=")[0] in answer.json()["field"]


async def test_the_queue_is_the_desk_s(street: Street) -> None:
    assert len((await street.get("/v1/queue?limit=1", "dispatcher")).json()["items"]) == 1
    assert (await street.get("/v1/queue", "grid")).status_code == 403


async def test_rows_are_set_read_and_removed(street: Street) -> None:
    put = await street.call("PUT", "/v1/directory/department/housing", "admin", {"name": "房管"})
    assert put.json() == {"kind": "department", "id": "housing", "version": 1}
    many = {"漏水": {"name": "漏水", "department": "housing"}, "noise": {"name": "噪声"}}
    versions = (await street.call("PUT", "/v1/directory/category", "admin", many)).json()["versions"]
    assert versions == {"漏水": 2, "noise": 3}
    row = (await street.get("/v1/directory/category/noise", "dashboard")).json()
    assert row["row"] == msgspec.to_builtins(msgspec.convert({"name": "噪声"}, ROW_TYPES["category"]))
    assert set((await street.get("/v1/directory/category", "dashboard")).json()["rows"]) == {"漏水", "noise"}
    used = await street.call("DELETE", "/v1/directory/department/housing", "admin")
    assert (used.status_code, used.json()["code"]) == (422, "in_use")
    assert "漏水" in used.json()["detail"]
    assert (await street.call("DELETE", "/v1/directory/category/漏水", "admin")).json()["version"] == 4
    assert (await street.call("DELETE", "/v1/directory/department/housing", "admin")).status_code == 200
    assert (await street.call("DELETE", "/v1/directory/department/housing", "admin")).status_code == 404
    assert (await street.get("/v1/directory/department/housing", "admin")).status_code == 404


async def test_one_bad_row_of_many_and_nothing_is_set(street: Street) -> None:
    rows = {"housing": {"name": "房管"}, "Roads": {"name": "市政"}}
    answer = await street.call("PUT", "/v1/directory/department", "admin", rows)
    told = answer.json()
    assert (answer.status_code, told["code"], told["row"], told["field"]) == (422, "bad_row", "Roads", "id")
    assert (street.rows.kept["department"], street.rows.version) == ({}, 0)


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', b"", b"\xff"])
async def test_a_body_that_is_no_object_is_a_422(street: Street, body: bytes) -> None:
    answer = await street.call("PUT", "/v1/directory/department/housing", "admin", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_json")


async def test_a_body_beyond_the_bound_is_refused(street: Street) -> None:
    answer = await street.call("PUT", "/v1/directory/department", "admin", b" " * ((8 << 20) + 1))
    assert (answer.status_code, answer.json()["code"]) == (422, "too_large")


async def test_keys_are_for_admin_and_unknown_kinds_are_named(street: Street) -> None:
    for path in ("/v1/directory/key", f"/v1/directory/key/{'ab' * 32}"):
        assert (await street.get(path, "dispatcher")).status_code == 403
    assert (await street.get("/v1/directory/key", "admin")).status_code == 200
    assert (await street.get("/v1/directory/colour", "admin")).status_code == 422


async def test_stored_and_not_yet_published_is_said_so(street: Street) -> None:
    street.rows.mute = True
    answer = await street.call("PUT", "/v1/directory/department/housing", "admin", {"name": "房管"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "stored" in answer.json()["detail"]
    assert "housing" in street.rows.kept["department"]


async def test_a_store_that_is_away_is_a_503_everywhere(street: Street) -> None:
    street.rows.away = True
    for method, path, body in (
        ("GET", "/v1/directory/department", None),
        ("GET", "/v1/directory/department/x", None),
        ("PUT", "/v1/directory/department/x", {"name": "x"}),
        ("DELETE", "/v1/directory/department/x", None),
    ):
        assert (await street.call(method, path, "admin", body)).status_code == 503, path


async def test_every_endpoint_documents_what_it_answers(street: Street) -> None:
    paths = street.app.openapi()["paths"]
    mine = {path: methods for path, methods in paths.items() if path.startswith(("/v1/cases", "/v1/queue", "/v1/dir"))}
    assert len(mine) == 6
    for path, methods in mine.items():
        for method, told in methods.items():
            assert {"200", "401", "403", "422", "503"} <= told["responses"].keys(), (method, path)
    assert {"304", "404"} <= mine["/v1/cases/{case_id}"]["get"]["responses"].keys()
