"""Hostile but valid input under load: whatever a schema lets through, and whatever stands on the log, all else moves.

What was sent is refused by name, or becomes a dead letter, or is taken like any other; no process ends over it.
"""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from deploy.local.places import Home
from deploy.local.supervisor import record
from services.contracts.identity import case_id
from services.contracts.topics import ACTION, CONTACTS, FOLLOWUPS, OPINIONS, REPLAYS, SUBMISSION, TICKETS
from tests.e2e.deployment import until
from tests.faults.checker import check, dead_letters
from tests.faults.load import Load
from tests.faults.raw import Raw, put
from tests.faults.street import Street, short
from tests.faults.test_poison import headers, submission

CASES, RATE = (400, 150) if short() else (20_000, 250)
EDGES = ("9999-12-31T23:59:59+08:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "1900-01-01T00:00:00Z")


def nested(depth: int) -> Any:
    inside: Any = 1
    for _ in range(depth):
        inside = {"x": inside}
    return inside


def tickets(number: str) -> Iterator[tuple[dict[str, Any], int]]:
    """Submissions with the status that each must have."""
    good = {
        "channel": "hotline",
        "source_id": number,
        "title": "测试",
        "text": "测试",
        "reported_at": datetime.now(UTC).isoformat(),
    }
    yield from ((good | {"source_due_at": at}, 422) for at in EDGES)
    yield from ((good | {"reported_at": at}, 422) for at in EDGES)
    for index, attributes in enumerate((nested(500), {"n": 1 << 64}, {"n": "\0"}, {"x" * 200: 1}, {"x": "y" * 17_000})):
        yield good | {"source_id": f"{number}-{index}", "attributes": attributes}, 422
    yield from ((good | {"source_id": f"{number}{tail}"}, 422) for tail in ("\n", " ", "\u200b", "\0"))
    yield good | {"source_id": f"{number}-〔2026〕〇", "attributes": nested(16)}, 202
    yield good | {"source_id": f"{number}-phones", "text": "13800138000" * 1_800}, 202
    yield good | {"source_id": f"{number}-grid", "place": {"grid": "no-such", "lon": 180, "lat": 90}}, 202
    yield good | {"source_id": f"{number}-category", "category": "没有的类别" * 20}, 202


def raw(number: str) -> list[Raw]:
    """Records that a broken or foreign writer, or a version before this one, may leave on the log; all are dead
    letters of routing, or of notify."""
    told = submission(number, "测试")
    key, body = told["case_id"].encode(), json.dumps(told).encode()
    return [
        Raw(topic=TICKETS.name, value=body, headers=[("ce_type", None), ("ce_id", None)]),
        Raw(topic=OPINIONS.name, value=b"", headers=[("dead_topic", b"x"), ("dead_partition", b"abc")]),
        Raw(topic=TICKETS.name, value=b"", headers=[("x", b"y" * 900_000)]),
        Raw(topic=FOLLOWUPS.name, value=b"[" * 100_000, headers=headers(ACTION)),
        Raw(topic=TICKETS.name, value=body, headers=headers(SUBMISSION, sequence="9" * 5_000), key=key),
        Raw(topic=CONTACTS.name, value=b"\xff", headers=[("ce_specversion", b"1.0")]),
    ]


def test_whatever_is_sent_all_else_moves(street: Street, tmp_path: Path, seed: int) -> None:
    number = f"hostile-{seed}"
    before = lives(street)
    with Load(street, tmp_path, seed=seed, cases=CASES, rate=RATE) as load:
        places = put(street, raw(number))
        put(street, [Raw(topic=REPLAYS["routing"].name, value=b"{}", headers=[("dead_partition", b"abc")])])
        for body, status in tickets(number):
            answer = street.call("POST", "intake", "/v1/tickets", "source:hotline", json=body)
            # what is long past is another key's to tell
            refused = (403, 422) if status == 422 else (status,)
            assert answer.status_code in refused, (str(body)[:200], answer.text[:500])
        held_until_the_end_of_time(street, number)
        batches_cost_one_line(street, number)
        strangers_leave_no_trace(street, number)
        load.takes(50)
        if not short():
            load.finish()
    for service, place in ((service_of(place), place) for place in places):
        until(partial(_died, street, service, place), 180)
        street.dead.setdefault(service, set()).add(place)
    assert lives(street) == before, "a process ended over what was sent"
    for name in ("intake", "routing", "notify", "metrics"):
        assert all(one["halted"] is None for one in street.health(name)), name
    check(street, [load])


def lives(street: Street) -> dict[str, int]:
    """Each process of ours with how often it was started again."""
    state = record.read_state(Home(street.home))
    assert state is not None
    return {entry.name: entry.restarts for entry in state.processes}


def service_of(place: str) -> str:
    """Whose dead letter a record of that place becomes."""
    return "notify" if place.startswith(CONTACTS.name) else "routing"


def _died(street: Street, service: str, place: str) -> bool:
    return any(one["id"] == place for one in dead_letters(street, service))


def held_until_the_end_of_time(street: Street, number: str) -> None:
    """Refused at the door, whatever the state of the case."""
    case = case_id("ticket", "hotline", f"{number}-phones")
    now = datetime.now(UTC)
    for index, until_ in enumerate((*EDGES, (now + timedelta(days=36_500)).isoformat())):
        for action in ("hold", "extend", "ask_hold", "consult", "whistle"):
            body = {
                "action_id": f"{action}-{index}",
                "action": action,
                "at": now.isoformat(),
                "reason": "测试",
                "until": until_,
                "parties": ["x"],
                "departments": ["x"],
            }
            answer = street.call("POST", "intake", f"/v1/cases/{case}/actions", "dispatcher", json=body)
            assert answer.status_code == 422, answer.text
            assert answer.json()["field"] == "until", answer.text


def batches_cost_one_line(street: Street, number: str) -> None:
    """A line that nothing could hold is that line's own."""
    good = {
        "channel": "hotline",
        "title": "测试",
        "text": "测试",
        "reported_at": datetime.now(UTC).isoformat(),
    }
    lines = [json.dumps(good | {"source_id": f"{number}-line-{n}"}) for n in range(3)]
    lines[1] = json.dumps(good | {"source_id": f"{number}-line-1", "attributes": nested(500)})
    lines.insert(2, "[" * 50_000)
    answer = street.call(
        "POST",
        "intake",
        "/v1/tickets",
        "source:hotline",
        content="\n".join(lines),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == [202, 422, 422, 202]


def strangers_leave_no_trace(street: Street, number: str) -> None:
    """What a department without a part in a case asks of it is answered as for no case, and stands beside it."""
    case, chance = case_id("ticket", "hotline", f"{number}-phones"), random.Random(number)
    until(lambda: street.call("GET", "routing", f"/v1/cases/{case}").status_code == 200, 120)
    before = street.call("GET", "routing", f"/v1/cases/{case}").json()
    departments = street.call("GET", "routing", "/v1/directory/department").json()["rows"]
    involved = {before["summary"]["dims"].get("department")}
    stranger = chance.choice(sorted(set(departments) - involved))
    asked = [
        {"case_id": case, "action_id": f"s-{n}", "action": "sign", "at": datetime.now(UTC).isoformat()}
        for n in range(200)
    ]
    body = "\n".join(map(json.dumps, asked))
    answer: httpx.Response = street.call(
        "POST",
        "intake",
        "/v1/actions",
        f"department:{stranger}",
        content=body,
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 200, answer.text
    outcome = f"/v1/cases/{case}/actions/s-199"
    until(lambda: street.call("GET", "routing", outcome, f"department:{stranger}").status_code == 200, 120)
    told = street.call("GET", "routing", outcome, f"department:{stranger}").json()
    assert told["refusal"]["code"] == "unknown_case"
    assert (told["version"], told["state"]) == (0, None)
    assert street.call("GET", "routing", f"/v1/cases/{case}", f"department:{stranger}").status_code == 404
    after = street.call("GET", "routing", f"/v1/cases/{case}").json()
    assert not [one for one in after["timeline"] if one.get("subject") == stranger]
