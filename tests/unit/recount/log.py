"""Steps as intake would have written them, without a broker: enough of the log for the recount."""

import zlib
from collections.abc import Iterable
from typing import Any

from services.contracts.identity import case_id
from tests.recount.lives import Step
from tests.recount.recount import ASKED, SUBMITTED, Record

STREET: dict[str, dict[str, dict[str, Any]]] = {
    "department": {"a": {"name": "甲"}, "b": {"name": "乙"}, "c": {"name": "丙"}},
    "category": {
        "noise": {"name": "噪声", "department": "a", "hours": 48},
        "litter": {"name": "环境卫生", "department": "b", "hours": 24},
        "other": {"name": "其他"},
    },
    "channel": {
        "hotline": {
            "name": "热线",
            "kind": "ticket",
            "authority": {
                name: ["source"] for name in ("accept", "reject", "close", "follow_up", "rate", "redo", "void")
            },
        },
        "grid": {"name": "网格", "kind": "ticket"},
        "deputy": {"name": "代表", "kind": "opinion"},
    },
}
ACTION_FIELDS = ("case_id", "action_id", "action", "at")


def logged(steps: Iterable[Step], partitions: int = 4) -> list[list[Record]]:
    """Tickets' partitions, then opinions'."""
    found: dict[tuple[str, int], list[Record]] = {}
    for step in steps:
        value, name = _value(step)
        topic = "tickets" if value["case_id"].startswith("t-") else "opinions"
        partition = zlib.crc32(value["case_id"].encode()) % partitions
        found.setdefault((topic, partition), []).append((value, {"ce_type": name}, 0))
    return [found[place] for place in sorted(found)]


def _value(step: Step) -> tuple[dict[str, Any], str]:
    role, _, subject = step["key"].partition(":")
    actor = {"role": role, "scopes": ["backdate"]} | ({"subject": subject} if subject else {})
    body = dict(step["body"])
    if step["kind"] == "action":
        value = {field: body.pop(field) for field in ACTION_FIELDS}
        return value | {"details": body, "actor": actor}, ASKED
    reporter = body.pop("reporter", None)
    case = case_id(step["kind"], subject, body["source_id"])
    value = {"case_id": case, "kind": step["kind"], "source": subject, "actor": actor, **body}
    return value | ({"contact_digest": str(reporter)} if reporter else {}), SUBMITTED
