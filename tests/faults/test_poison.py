"""What cannot be processed becomes a dead letter, whole, with its reason; its partition moves on."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from services.contracts.identity import case_id
from services.contracts.topics import ACTION, CASES, CONTACTS, OPINIONS, SUBMISSION, TICKETS
from tests.e2e.deployment import until
from tests.faults.checker import check, dead_letters
from tests.faults.load import Load
from tests.faults.raw import Headers, Raw, put
from tests.faults.street import CURSED, Street, short


def headers(kind: str, **more: str) -> Headers:
    told = {"specversion": "1.0", "id": "x", "source": "/tests", "time": "2024-03-01T00:00:00+08:00", "type": kind}
    return [(f"ce_{name}", text.encode()) for name, text in (told | more).items()]


def submission(number: str, text: str) -> dict[str, Any]:
    return {
        "case_id": case_id("ticket", "hotline", number),
        "kind": "ticket",
        "source": "hotline",
        "source_id": number,
        "channel": "hotline",
        "title": "测试",
        "text": text,
        "reported_at": "2024-03-01T00:00:00+08:00",
        "actor": {"role": "source", "subject": "hotline"},
    }


def poison(number: str) -> list[tuple[Raw, dict[str, str]]]:
    """Each record with the beginning of the reason by which each service must refuse it."""
    told = submission(number, "测试")
    key, body = told["case_id"].encode(), json.dumps(told).encode()
    huge = json.dumps(submission(number, "长" * 333_200), ensure_ascii=False).encode()
    lost = dict.fromkeys(CASES.readers, "no sequence number")
    return [
        (Raw(topic=TICKETS.name, value=b"\xff\xfe"), {"routing": "not_cloudevents"}),
        (Raw(topic=OPINIONS.name, value=body, headers=headers("mingshao.nothing.v1")), {"routing": "unknown_type"}),
        (Raw(topic=TICKETS.name, value=body, headers=headers(SUBMISSION[:-1] + "9")), {"routing": "unknown_version"}),
        (Raw(topic=TICKETS.name, value=b"{}", headers=headers(ACTION)), {"routing": "invalid"}),
        (Raw(topic=TICKETS.name, value=body, headers=headers(SUBMISSION)), {"routing": "NotACommand"}),
        (Raw(topic=TICKETS.name, value=huge, headers=headers(SUBMISSION), key=key), {"routing": "OversizeRecord"}),
        (Raw(topic=TICKETS.name, value=b"x" * 1_040_000), {"routing": "not_cloudevents"}),
        (Raw(topic=CONTACTS.name, value=b"[]", headers=headers(SUBMISSION)), {"notify": "invalid"}),
        (Raw(topic=CASES.name, value=b"\x00", headers=[("ce_type", b"\xff")]), lost),
    ]


def test_poison_is_set_aside_and_a_replay_after_the_fix_has_its_effect_once(
    street: Street, tmp_path: Path, seed: int
) -> None:
    """The handler that raises is a fault injected for one case; the fix is the next version's start."""
    records = poison(f"huge-{seed}")
    with Load(street, tmp_path, seed=seed, cases=400, rate=150) as load:
        places = put(street, [record for record, _ in records])
        cursed = push_cursed(street)
        expected = {
            (service, place): reason
            for place, (_, reasons) in zip(places, records, strict=True)
            for service, reason in reasons.items()
        }
        until(lambda: died(street, "routing", lambda one: one["reason"].startswith("RuntimeError")), 120)
        if not short():
            load.finish()
    for service, place in expected:
        until(partial(died, street, service, is_at(place)), 120)
        (letter,) = died(street, service, is_at(place))
        assert letter["reason"].startswith(expected[service, place]), letter
        street.dead.setdefault(service, set()).add(place)
    (victim,) = died(street, "routing", lambda one: one["reason"].startswith("RuntimeError"))
    street.dead.setdefault("routing", set()).add(victim["id"])
    whole = street.call("GET", "routing", f"/v1/dead/{victim['id']}").json()
    assert whole["key"] == cursed
    assert whole["headers"]["ce_type"] == SUBMISSION
    assert json.loads(whole["value"])["case_id"] == cursed
    assert street.call("GET", "routing", f"/v1/cases/{cursed}").status_code == 404
    check(street, [load])

    street.start_again(environment={})
    for _ in range(2):
        asked = street.mingshao("dead", "replay", victim["id"])
        assert asked.returncode == 0, asked.stdout + asked.stderr
    until(lambda: street.call("GET", "routing", f"/v1/cases/{cursed}").status_code == 200, 120)
    check(street, [load])
    assert street.call("GET", "routing", f"/v1/cases/{cursed}").json()["version"] >= 1


def push_cursed(street: Street) -> str:
    """Over HTTP like any other; its case."""
    body = {
        "channel": "hotline",
        "source_id": CURSED,
        "title": "测试",
        "text": "测试",
        "reported_at": datetime.now(UTC).isoformat(),
    }
    answer = street.call("POST", "intake", "/v1/tickets", "source:hotline", json=body)
    assert answer.status_code == 202, answer.text
    found: str = answer.json()["case_id"]
    return found


def died(street: Street, service: str, wanted: Callable[[dict[str, Any]], bool]) -> list[dict[str, Any]]:
    """The dead letters of a service that are `wanted`."""
    return [one for one in dead_letters(street, service) if wanted(one)]


def is_at(place: str) -> Callable[[dict[str, Any]], bool]:
    """Whether a letter is that of the record there."""
    return lambda one: one["id"] == place
