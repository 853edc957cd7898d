"""Routing over HTTP, on fakes: who sees what, outcomes, the queue."""

from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from services.contracts.deadlines import EscalationLevel
from services.contracts.promises import Clock
from services.routing.api.views import _clock, fields_of
from services.routing.domain.fields import FIELDS
from services.routing.domain.moves import MOVES, Need
from tests.unit.routing.desk import Street
from tests.unit.routing.street import after, ask, judged, submission

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
    sign = {"action": "sign", "action_zh": "签收", "by": ["department"], "needs": [], "departments": ["roads"]}
    sign["takes"] = list(MOVES["sign"].takes)
    (shown,) = [one for one in told["next"] if one["action"] == "sign"]
    fields = {one["field"]: (one["field_zh"], one["needed"], one["holds"]) for one in shown.pop("fields")}
    assert shown == sign
    assert fields["reason"] == ("理由", False, "text")
    assert "secret-digest" not in answer.text
    for line in told["timeline"]:
        assert not line.keys() & {"terms", "clocks", "before", "after", "added", "removed", "seq", "partition"}
    assert [(one["clock"], one["clock_zh"], one["state"]) for one in told["clocks"]] == [("reply", "答复", "running")]


def test_every_field_of_every_move_has_a_name_and_says_what_it_holds() -> None:
    assert set(FIELDS) == set(get_args(Need))
    assert list(FIELDS["level"].values) == list(get_args(EscalationLevel))
    for move in MOVES.values():
        shown = fields_of(move)
        assert [one.field for one in shown if one.needed] == list(move.needs)
        assert [one.field for one in shown if not one.needed] == list(move.takes)


async def test_lists_name_cases_as_people_do_and_say_how_late_they_are(street: Street) -> None:
    for path in ("/v1/cases", "/v1/queue"):
        (first, *_) = (await street.get(path, "dispatcher")).json()["items"]
        assert (first["source_id"], first["title"]) == ("1", "题")
        assert first["days_late"] > 100, "due in March, and open"


def test_a_case_that_was_retitled_is_listed_so() -> None:
    case = after(
        submission(),
        ask("amend", "source", fields={"title": "新题"}),
        ask("amend", "source", number="1", action_id="b", fields={"text": "x"}),
    )
    assert case.title == "新题"


async def test_a_merged_case_names_its_main(street: Street) -> None:
    street.cases.store = judged([submission("1"), submission("2"), ask("merge", "dispatcher", number="2", main=FIRST)])
    told = (await street.get(f"/v1/cases/{submission('2').case_id}", "dispatcher")).json()
    assert told["main"] == {
        "case_id": FIRST,
        "source_id": "1",
        "title": "题",
        "state": "received",
        "state_zh": "已登记",
    }
    assert (await street.get(f"/v1/cases/{FIRST}", "dispatcher")).json()["main"] is None


def test_a_deadline_in_a_year_without_a_notice_of_holidays_says_so() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    far = datetime(2031, 3, 2, tzinfo=UTC)
    for due, working, assumed in ((at, True, False), (far, True, True), (far, False, False)):
        clock = Clock(name="reply", started_at=at, due_at=due, first_due_at=due, working=working)
        assert _clock("reply", clock, ZoneInfo("Asia/Shanghai")).assumed is assumed


async def test_a_case_that_is_unchanged_is_not_sent_again(street: Street) -> None:
    tag = (await street.get(f"/v1/cases/{FIRST}", "admin")).headers["etag"]
    for given in (tag, f'"x", W/{tag}', "*"):
        again = await street.get(f"/v1/cases/{FIRST}", "admin", **{"If-None-Match": given})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (await street.get(f"/v1/cases/{FIRST}", "admin", **{"If-None-Match": '"x"'})).status_code == 200


@pytest.mark.parametrize(
    ("key", "status"),
    [("grid", 200), ("hotline", 404), ("housing", 200), ("roads", 200), ("parks", 404), ("followup", 200)],
)
async def test_sources_and_departments_see_their_own_also_what_they_once_led(
    street: Street, key: str, status: int
) -> None:
    answer = await street.get(f"/v1/cases/{FIRST}", key)
    assert answer.status_code == status
    if status == 404:  # as of a case that nobody has ever sent
        never = await street.get(f"/v1/cases/{submission('77').case_id}", key)
        hidden, unknown = answer.json(), never.json()
        assert hidden | {"detail": ""} == unknown | {"detail": ""}
        assert (never.status_code, answer.headers["retry-after"]) == (404, never.headers["retry-after"])


async def test_what_was_not_seen_yet_says_when_to_ask_again(street: Street) -> None:
    for path in (submission("77").case_id, f"{FIRST}/actions/never"):
        answer = await street.get(f"/v1/cases/{path}", "grid")
        assert (answer.status_code, answer.headers["retry-after"]) == (404, "1")
        assert answer.headers["content-type"] == "application/problem+json"


async def test_what_is_not_there_says_up_to_when_all_has_been_read(street: Street) -> None:
    street.read_upto = datetime(2026, 3, 1, tzinfo=UTC)
    for path in (submission("77").case_id, f"{FIRST}/actions/never"):
        told = (await street.get(f"/v1/cases/{path}", "grid")).json()
        assert (told["code"], told["read_up_to"]) == ("not_seen", "2026-03-01T08:00:00+08:00")
        assert told["read_up_to"] in told["detail"]
    street.read_upto = None
    told = (await street.get(f"/v1/cases/{submission('77').case_id}", "grid")).json()
    assert "read_up_to" not in told


async def test_an_action_that_became_a_dead_letter_says_so_to_its_sender(street: Street) -> None:
    street.cases.dead.add(f"{FIRST}/source:grid/late")
    answer = await street.get(f"/v1/cases/{FIRST}/actions/late", "grid")
    told = answer.json()
    assert (answer.status_code, told["code"], told["dead_letter"]) == (404, "set_aside", "tickets:3:7")
    assert (await street.get(f"/v1/cases/{FIRST}/actions/late", "hotline")).json()["code"] == "not_seen"


async def test_an_action_s_outcome_is_its_sender_s_own_unless_said(street: Street) -> None:
    refused = (await street.get(f"/v1/cases/{FIRST}/actions/too-early", "grid")).json()
    assert (refused["outcome"], refused["refusal"]["code"]) == ("refused", "not_allowed")
    assert "amend" in refused["refusal"]["allowed"]
    assert (await street.get(f"/v1/cases/{FIRST}/actions/a-dispatch", "grid")).status_code == 404
    path = f"/v1/cases/{FIRST}/actions/a-dispatch?sender=dispatcher"
    applied = (await street.get(path, "grid")).json()
    assert (applied["outcome"], applied["version"], applied["state"]) == ("applied", 4, "dispatched")
    assert (await street.get(path, "parks")).status_code == 404


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
    "query",
    [
        "cursor=no!", "state=lost", "limit=0", "limit=1001", "limit=9999999999999999999999",
        "updated_since=2026-03-01T00:00:00",
        "updated_since=9999-12-31T23:59:59-08:00", "updated_since=0001-01-01T00:00:00%2B08:00", "updated_since=inf",
        "updated_since=1e300", "updated_since=%00", "updated_since=2026-03-01 08:00",
    ],
)  # fmt: skip
async def test_a_question_that_cannot_be_is_a_422_that_names_the_field(street: Street, query: str) -> None:
    answer = await street.get(f"/v1/cases?{query}", "admin")
    assert answer.status_code == 422
    assert query.split("=")[0] in answer.json()["field"]


@pytest.mark.parametrize(
    "query", ["source=%00", "source_id=" + "x" * 5000, "department=..%2F", "updated_since=9999-12-31T23:59:59Z"]
)
async def test_a_question_at_the_edge_of_what_can_be_is_answered(street: Street, query: str) -> None:
    assert (await street.get(f"/v1/cases?{query}", "admin")).status_code == 200


async def test_a_plus_that_was_sent_as_a_blank_is_one(street: Street) -> None:
    for sent in ("2026-03-01T08:00:00+08:00", "2026-03-01T08:00:00 08:00", "2026-03-01T08:00:00%2B08:00"):
        assert (await street.get(f"/v1/cases?updated_since={sent}", "admin")).status_code == 200
    since = datetime(2026, 3, 1, tzinfo=UTC)
    assert [only for only, _, _ in street.cases.asked] == [{"updated_at": {"$gte": since}}] * 3


async def test_the_queue_goes_on_where_it_was_left(street: Street) -> None:
    seen, cursor, more = list[str](), "", True
    while more:
        page = (await street.get(f"/v1/queue?limit=1&cursor={cursor}", "dispatcher")).json()
        seen += [item["case_id"] for item in page["items"]]
        cursor, more = page["cursor"], page["more"]
    assert sorted(seen) == sorted(street.cases.store.cases)
    assert (await street.get("/v1/queue?cursor=no!", "dispatcher")).json()["code"] == "bad_cursor"


async def test_what_may_be_done_next_says_what_it_needs_and_what_it_takes_besides(street: Street) -> None:
    told = {row["action"]: row for row in (await street.get(f"/v1/cases/{FIRST}", "admin")).json()["next"]}
    assert {name: (row["needs"], row["takes"]) for name, row in told.items()} == {
        name: (list(MOVES[name].needs), list(MOVES[name].takes)) for name in MOVES if name in told
    }
    assert "reason" in told["sign"]["takes"]


async def test_the_queue_is_the_desk_s(street: Street) -> None:
    assert len((await street.get("/v1/queue?limit=1", "dispatcher")).json()["items"]) == 1
    assert (await street.get("/v1/queue", "grid")).status_code == 403


async def test_every_endpoint_documents_what_it_answers(street: Street) -> None:
    paths = street.app.openapi()["paths"]
    mine = {path: methods for path, methods in paths.items() if path.startswith(("/v1/cases", "/v1/queue", "/v1/dir"))}
    assert len(mine) == 7
    for path, methods in mine.items():
        for method, told in methods.items():
            assert {"200", "401", "403", "422", "503"} <= told["responses"].keys(), (method, path)
    assert {"304", "404"} <= mine["/v1/cases/{case_id}"]["get"]["responses"].keys()
