"""What is told late counts where it happened; a sender's clock that is wrong is told so."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.faults.checker import check
from tests.faults.street import Street

HOUR = timedelta(hours=1)
TOLD = [
    (timedelta(0), 202, ""),
    (timedelta(minutes=4), 202, ""),
    (HOUR, 422, "in_the_future"),
    (-HOUR, 202, ""),
    (-48 * HOUR, 202, ""),
    (-71 * HOUR, 202, ""),
    (-73 * HOUR, 403, "too_old"),
]
"""How far the sender's time is from ours, and what intake must say without the scope backdate."""


def submission(at: datetime) -> dict[str, str]:
    number = uuid.uuid4().hex
    return {
        "channel": "hotline",
        "source_id": number,
        "title": "测试",
        "text": "测试",
        "category": "no-such-category",
        "reported_at": at.isoformat(),
    }


@pytest.mark.parametrize(("off", "status", "code"), TOLD, ids=lambda value: str(value))
def test_a_senders_time_is_taken_or_refused_with_the_reason(
    street: Street, off: timedelta, status: int, code: str
) -> None:
    answer = street.call("POST", "intake", "/v1/tickets", "source:hotline", json=submission(datetime.now(UTC) + off))
    assert (answer.status_code, answer.json().get("code", "")) == (status, code), answer.text


def test_late_events_count_in_the_hour_in_which_they_happened(street: Street) -> None:
    """Told in no order, up to 48 h late, of cases that have moved on since."""
    now = datetime.now(UTC).replace(microsecond=0)
    for late in (48, 1, 24, 47):
        at = now - late * HOUR
        case = street.call("POST", "intake", "/v1/tickets", "source:hotline", json=submission(at)).json()["case_id"]
        moves: list[tuple[str, str, datetime, dict[str, Any]]] = [
            ("dispatcher", "accept", now - HOUR / 2, {"category": "street-light"}),
            ("source:hotline", "amend", at + HOUR / 4, {"fields": {"text": "早于受理，晚于受理才说"}}),
            ("source:hotline", "amend", at - HOUR, {"fields": {"text": "早于登记"}}),
        ]
        for key, action, happened, details in moves:
            body = {"action_id": uuid.uuid4().hex, "action": action, "at": happened.isoformat(), **details}
            answer = street.call("POST", "intake", f"/v1/cases/{case}/actions", key, json=body)
            assert answer.status_code == 202, answer.text
    check(street)
