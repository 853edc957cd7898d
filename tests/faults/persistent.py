"""Single requests that are made until they are taken, whatever is killed meanwhile, and what became of them."""

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

from deploy.local import keys
from tests.faults.load import publish_keys
from tests.faults.street import Street

PATIENCE_SECONDS = 300
LINES = 500
"""Of one request."""
NOT_NOW = (401, 429, 500, 502, 503, 504)
"""401: a key that was published a moment ago."""


class Sender:
    """Keys that may backdate, by the names that they are as."""

    def __init__(self, street: Street, *names: str) -> None:
        self._street = street
        publish_keys(street, names)

    def submit(self, name: str, channel: str, reported_at: datetime, **more: Any) -> str:
        """A ticket; its case."""
        body = {
            "channel": channel,
            "source_id": uuid.uuid4().hex,
            "title": "测试",
            "text": "测试",
            "reported_at": reported_at.isoformat(),
        }
        return str(self._taken(name, "/v1/tickets", body | more)["case_id"])

    def act(self, name: str, case: str, action: str, **details: Any) -> str:
        """Taken under this action id; what routing makes of it stands in the case."""
        body = {"action_id": uuid.uuid4().hex, "action": action, "at": datetime.now(UTC).isoformat()} | details
        self._taken(name, f"/v1/cases/{case}/actions", body)
        return str(body["action_id"])

    def fill(self, name: str, channel: str, lines: int) -> None:
        """So many records of tickets that were told before: each is read, and none has an effect."""
        at = datetime.now(UTC).isoformat()
        told = [
            {"channel": channel, "source_id": f"again-{number}", "title": "测试", "text": "测试", "reported_at": at}
            for number in range(LINES)
        ]
        body = b"\n".join(map(msgspec.json.encode, told))
        for _ in range(lines // LINES):
            headers = {"Content-Type": "application/x-ndjson"}
            key = keys.backdating(name)
            answer = persistently(self._street, "POST", "intake", "/v1/tickets", key, content=body, headers=headers)
            assert answer.status_code == 200, answer.text

    def _taken(self, name: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = persistently(self._street, "POST", "intake", path, keys.backdating(name), json=body)
        assert answer.status_code == 202, f"{answer.status_code} {answer.text}"
        taken: dict[str, Any] = answer.json()
        return taken


def persistently(
    street: Street, method: str, service: str, path: str, key: str = "admin", **more: Any
) -> httpx.Response:
    """Any answer that is more than a word that it cannot be had now; AssertionError where there is none."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            answer = street.call(method, service, path, key, **more)
            if answer.status_code not in NOT_NOW:
                return answer
        except httpx.TransportError:
            pass
        assert time.monotonic() < deadline, f"{method} {path} was not answered in {PATIENCE_SECONDS} s"
        time.sleep(0.2)


def standing(street: Street, case: str) -> dict[str, Any]:
    """The case as routing shows it, {} where it has not seen it."""
    answer = persistently(street, "GET", "routing", f"/v1/cases/{case}")
    found: dict[str, Any] = answer.json() if answer.status_code == 200 else {}
    return found
