"""Steps as intake would have written them, without a broker: enough of the log for the recount."""

import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.contracts.identity import case_id
from tests.recount.life import Step
from tests.recount.recount import ASKED, SUBMITTED, Record

STREET: dict[str, dict[str, dict[str, Any]]] = {
    "department": {
        "a": {"name": "甲"},
        "b": {"name": "乙"},
        "c": {"name": "丙"},
        "d": {"name": "丁"},
        "old": {"name": "旧", "successor": "older"},
        "older": {"name": "并入丙", "successor": "c"},
    },
    "category": {
        "noise": {"name": "噪声", "department": "a", "hours": 48},
        "night-noise": {"name": "夜间施工", "parent": "noise", "department": "old", "hours": 36},
        "litter": {"name": "环境卫生", "department": "b", "hours": 24},
        "other": {"name": "其他"},
    },
    "channel": {
        "hotline": {
            "name": "热线",
            "kind": "ticket",
            "authority": {
                name: ["source"]
                for name in (
                    "accept", "reject", "close", "follow_up", "rate", "redo", "void",
                    "hold", "refuse_hold", "extend", "refuse_extend",
                )
            },
        },
        "grid": {
            "name": "网格",
            "kind": "ticket",
            "authority": {"self_handle": ["source"], "verify": ["source", "dispatcher"]},
        },
        "mediation": {"name": "调解", "kind": "ticket"},
        "deputy": {"name": "代表", "kind": "opinion"},
    },
    "policy": {
        "all": {"name": "街道", "longest_extension": {"hours": 240}},
        "grid": {"name": "网格", "channel": "grid", "redo_if_unsolved": True, "most_redos": 1},
        "grid-noise": {"name": "网格噪声", "channel": "grid", "category": "noise", "most_redos": 0},
        "deputy": {"name": "代表", "channel": "deputy", "publish_from": "evaluated"},
        "mediation": {"name": "调解", "channel": "mediation", "publish_from": "never"},
        "urgent": {"name": "紧急", "urgency": "urgent", "most_transfers": 1, "publish_from": "replied"},
    },
}  # fmt: skip
ACTION_FIELDS = ("case_id", "action_id", "action", "at")


def logged(steps: Iterable[Step], partitions: int = 4) -> list[list[Record]]:
    """Tickets' partitions, then opinions'."""
    found: dict[tuple[str, int], list[Record]] = {}
    for step in steps:
        value, name = _value(step)
        topic = "tickets" if value["case_id"].startswith("t-") else "opinions"
        partition = zlib.crc32(value["case_id"].encode()) % partitions
        found.setdefault((topic, partition), []).append((value, {"ce_type": name}, appended(value)))
    return [found[place] for place in sorted(found)]


def appended(value: dict[str, Any]) -> int:
    """Told when it happened, in ms."""
    return int(datetime.fromisoformat(value.get("at") or value["reported_at"]).timestamp() * 1000)


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
