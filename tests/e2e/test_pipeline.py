"""Push a ticket, see the rate move: through all four services, over HTTP alone."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.topics import CONTACTS
from tests.e2e.deployment import Deployment, until
from tests.e2e.log import read_log


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def ticket(**changes: Any) -> dict[str, Any]:
    return {
        "channel": "hotline",
        "source_id": uuid.uuid4().hex,
        "title": "路灯不亮",
        "text": "三号楼前的路灯已经坏了一周，请致电13800138000。",
        "category": "no-such-category",
        "reported_at": now().isoformat(),
        "reporter": {"name": "测试甲", "phone": "13800138000"},
    } | changes


def act(deployment: Deployment, case: str, key: str, action: str, **details: Any) -> dict[str, Any]:
    """Ask for an action and wait for its outcome."""
    body = {"action_id": uuid.uuid4().hex, "action": action, "at": now().isoformat()} | details
    answer = deployment.call("POST", "intake", f"/v1/cases/{case}/actions", key, json=body)
    assert answer.status_code == 202, answer.text
    outcome = answer.json()["outcome_url"].removeprefix(deployment.url("routing"))

    def seen() -> Any:
        found = deployment.call("GET", "routing", outcome, key)
        return found if found.status_code == 200 else None

    result: dict[str, Any] = until(seen).json()
    return result


def case_of(deployment: Deployment, answer: Any) -> dict[str, Any]:
    def seen() -> Any:
        found = deployment.call("GET", "routing", f"/v1/cases/{answer['case_id']}")
        return found if found.status_code == 200 else None

    found: dict[str, Any] = until(seen).json()
    return found


def departments(deployment: Deployment) -> list[str]:
    return sorted(deployment.call("GET", "routing", "/v1/directory/department").json()["rows"])


def assignments(deployment: Deployment, unit: str) -> list[dict[str, Any]]:
    """The department's whole feed, page by page."""
    found: list[dict[str, Any]] = []
    cursor, more = "", True
    while more:
        path = f"/v1/departments/{unit}/assignments"
        params = {"limit": 1000} | ({"cursor": cursor} if cursor else {})
        page = deployment.call("GET", "notify", path, f"department:{unit}", params=params).json()
        found, cursor, more = found + page["items"], page["cursor"], page["more"]
    return found


def rate(deployment: Deployment, name: str, basis: str, **filters: str) -> tuple[int, int]:
    answer = deployment.call(
        "GET", "metrics", "/v1/rates", "dashboard", params={"rate": name, "basis": basis} | filters
    )
    assert answer.status_code == 200, answer.text
    rows = answer.json()["rows"]
    return (sum(row["numerator"] for row in rows), sum(row["denominator"] or 0 for row in rows))


def test_a_ticket_is_pushed_handled_rated_and_the_rates_move(deployment: Deployment) -> None:
    unit = departments(deployment)[0]
    handled, replied = rate(deployment, "handled", "cohort"), rate(deployment, "replied", "cohort")
    satisfied = rate(deployment, "satisfied", "cohort")
    pushed = deployment.call("POST", "intake", "/v1/tickets", "source:hotline", json=ticket())
    assert pushed.status_code == 202, pushed.text
    case = case_of(deployment, pushed.json())
    assert case["state"] == "received"
    assert "13800138000" not in str(case)
    queue = deployment.call("GET", "routing", "/v1/queue", "dispatcher").text
    assert case["case_id"] in queue

    outcomes = [
        act(deployment, case["case_id"], "source:hotline", "accept", category=known_category(deployment)),
        act(deployment, case["case_id"], "dispatcher", "dispatch", department=unit),
        act(deployment, case["case_id"], f"department:{unit}", "sign"),
        act(deployment, case["case_id"], f"department:{unit}", "reply", text="已修复"),
        act(deployment, case["case_id"], "source:hotline", "close"),
        act(deployment, case["case_id"], "source:hotline", "rate", grade=4, solved=True),
    ]
    assert {outcome["outcome"] for outcome in outcomes} == {"applied"}, outcomes
    until(lambda: rate(deployment, "handled", "cohort") == (handled[0] + 1, handled[1] + 1))
    until(lambda: rate(deployment, "replied", "cohort") == (replied[0] + 1, replied[1] + 1))
    until(lambda: rate(deployment, "satisfied", "cohort") == (satisfied[0] + 1, satisfied[1] + 1))

    feed = assignments(deployment, unit)
    mine = [item for item in feed if item["case_id"] == case["case_id"]]
    assert mine[0]["notice"] == "assigned"
    assert "13800138000" not in str(feed)

    contact = deployment.call("GET", "notify", f"/v1/cases/{case['case_id']}/contact", f"department:{unit}")
    assert (contact.status_code, contact.json()["phone"]) == (200, "13800138000")
    erased = deployment.call("DELETE", "notify", f"/v1/cases/{case['case_id']}/contact")
    assert erased.status_code == 204
    gone = deployment.call("GET", "notify", f"/v1/cases/{case['case_id']}/contact", f"department:{unit}")
    assert gone.status_code == 404


def known_category(deployment: Deployment) -> str:
    """One that names no department, so that a person dispatches it."""
    rows: dict[str, Any] = deployment.call("GET", "routing", "/v1/directory/category").json()["rows"]
    return next(code for code, row in sorted(rows.items()) if row["row"].get("department") is None)


def test_the_same_submission_again_has_no_effect(deployment: Deployment) -> None:
    body = ticket()
    first, again = (deployment.call("POST", "intake", "/v1/tickets", "source:hotline", json=body) for _ in range(2))
    assert first.json() == again.json()
    changed = deployment.call("POST", "intake", "/v1/tickets", "source:hotline", json=body | {"title": "别的"})
    assert changed.json() == first.json()

    def refused() -> bool:
        return "conflicting_duplicate" in str(case_of(deployment, first.json())["timeline"])

    until(refused)
    case = case_of(deployment, first.json())
    assert case["version"] == 1


def test_a_conflicting_repeat_does_not_replace_the_contact_not_even_on_the_log(deployment: Deployment) -> None:
    body = ticket()
    case = deployment.call("POST", "intake", "/v1/tickets", "source:hotline", json=body).json()["case_id"]
    other = body | {"reporter": {"name": "测试乙", "phone": "13900139000"}}
    assert deployment.call("POST", "intake", "/v1/tickets", "source:hotline", json=other).status_code == 202

    def newest() -> list[str]:
        records = read_log(deployment.kafka_bootstrap, CONTACTS.name).values()
        return [record.value["phone"] for part in records for record in part if record.value["case_id"] == case]

    until(lambda: newest() == ["13800138000", "13900139000", "13800138000"])
    assert deployment.call("GET", "notify", f"/v1/cases/{case}/contact", "dispatcher").json()["phone"] == "13800138000"


def test_one_bad_line_costs_only_itself(deployment: Deployment) -> None:
    import json

    lines = [json.dumps(ticket()), "{not json", json.dumps(ticket(channel="nowhere")), json.dumps(ticket())]
    answer = deployment.call(
        "POST",
        "intake",
        "/v1/tickets",
        "source:hotline",
        content="\n".join(lines),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 200
    results = [json.loads(line) for line in answer.text.splitlines()]
    assert [result["status"] for result in results] == [202, 422, 422, 202]
    assert [result["line"] for result in results] == [1, 2, 3, 4]
    assert results[2]["problem"]["field"] == "channel"


def test_times_that_cannot_be_are_refused(deployment: Deployment) -> None:
    ahead = ticket(reported_at=(now() + timedelta(minutes=10)).isoformat())
    old = ticket(reported_at=(now() - timedelta(days=4)).isoformat())
    naive = ticket(reported_at="2026-03-01T08:00:00")
    answers = [deployment.call("POST", "intake", "/v1/tickets", "source:hotline", json=b) for b in (ahead, old, naive)]
    assert [answer.status_code for answer in answers] == [422, 403, 422]
    assert all(answer.json()["field"] == "reported_at" for answer in answers)
