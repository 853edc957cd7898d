"""What every figure must be, counted again from the log alone: DOMAIN.md read once more, in plain dicts.

Each case keeps `happened`: a list of what happened, with the dimensions of then. A figure (`figures.py`) is a sum over
cases and what happened; nothing is kept that a case or its list does not say.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from .table import COUNTED_AS, FROM, INTO, NEEDS, WHO

Json = Mapping[str, Any]
Record = tuple[Json, Mapping[str, str], int]
"""A decoded value, the headers as text, the append time in ms."""
Directory = Mapping[str, Mapping[str, Json]]
Case = dict[str, Any]

HOURS = 168
SUBMITTED, ASKED = "mingshao.submission.received.v1", "mingshao.action.requested.v1"


class Recount:
    """All cases as they stand, and what became of each command: applied, refused with a code, or none (a repeat)."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.cases: dict[str, Case] = {}
        self.outcomes: list[dict[str, str | None]] = []
        self.said: dict[tuple[str, str, str], list[dict[str, Any]]] = {}

    def read(self, partitions: Iterable[Iterable[Record]]) -> "Recount":
        """Take the records in, partition after partition, each in its order."""
        for records in partitions:
            for value, headers, _ in records:
                if headers["ce_type"] == SUBMITTED:
                    self._outcome(value, "submit", self._submitted(value))
                elif headers["ce_type"] == ASKED:
                    self._outcome(value, value["action"], self._asked(value))
        return self

    def _outcome(self, value: Json, action: str, code: str) -> None:
        outcome, _, reason = code.partition(" ")
        self.outcomes.append(
            {
                "case_id": value["case_id"],
                "action": action,
                "action_id": value.get("action_id"),
                "sender": _sender(value["actor"]),
                "outcome": outcome,
                "code": reason or None,
            }
        )

    def _is_repeat(self, value: Json, name: str) -> bool | None:
        """True: just this came before; False: something else came before under the same name; None: the first."""
        said = self.said.setdefault((value["case_id"], _sender(value["actor"]), name), [])
        content = {field: told for field, told in value.items() if field != "actor"}
        if content in said:
            return True
        said.append(content)
        return False if len(said) > 1 else None

    # -- 登记

    def _submitted(self, value: Json) -> str:
        repeated = self._is_repeat(value, "submission")
        if repeated is not None:
            return "none" if repeated else "refused conflicting_duplicate"
        at = _instant(value["reported_at"])
        case: Case = {
            "submission": value,
            "state": "received",
            "channel": value["channel"],
            "source": value["source"],
            "category": value.get("category") if value.get("category") in self.directory["category"] else None,
            "department": None,
            "led": set(),
            "received_at": at,
            "due_at": None,
            "replied_at": None,
            "evaluation": None,
            "happened": [],
            "done": [],
        }
        self.cases[value["case_id"]] = case
        self._promise(case)
        _happened(case, "submit", "received", at)
        if case["category"] in self.directory["category"]:
            case["state"] = "accepted"
            _happened(case, "routing", "accepted", at)
            self._dispatch_by_rule(case, at)
        return "applied"

    def _dispatch_by_rule(self, case: Case, at: datetime) -> None:
        department = self.directory["category"][case["category"]].get("department")
        if department is not None:
            case["state"], case["department"] = "dispatched", department
            case["led"].add(department)
            _happened(case, "routing", "dispatched", at)

    def _hours(self, case: Case) -> timedelta:
        row = self.directory["category"].get(case["category"] or "") or {}
        return timedelta(hours=row.get("hours") or HOURS)

    def _promise(self, case: Case) -> None:
        own = case["submission"].get("source_due_at")
        case["due_at"] = _instant(own) if own else case["received_at"] + self._hours(case)

    # -- actions

    def _asked(self, value: Json) -> str:
        repeated = self._is_repeat(value, f"action {value['action_id']}")
        if repeated is not None:
            return "none" if repeated else "refused conflicting_action"
        case = self.cases.get(value["case_id"])
        if case is None:
            return "refused unknown_case"
        code = self._refusal(case, value)
        if code is not None:
            return f"refused {code}"
        name = (_sender(value["actor"]), value["action_id"])
        self._apply(case, value, name)
        case["done"].append(name)
        return "applied"

    def _refusal(self, case: Case, value: Json) -> str | None:
        """Who, from where, when, with what, and whether it makes sense: the first of these that is against it."""
        action, actor, details = value["action"], value["actor"], value.get("details") or {}
        if not (_took_part(case, actor) if action == "correct" else self._may(case, action, actor)):
            return "not_authorized"
        if action != "correct" and case["state"] not in FROM[action]:
            return "not_allowed"
        if _instant(value["at"]) < case["received_at"]:
            return "before_reception"
        if any(details.get(field) in (None, "", {}) for field in NEEDS.get(action, ())):
            return "missing_field"
        return self._senseless(case, action, actor, details)

    def _may(self, case: Case, action: str, actor: Json) -> bool:
        authority = self.directory["channel"].get(case["channel"], {}).get("authority") or {}
        if action in authority:
            roles = authority[action]
        elif action == "reply" and case["state"] == "accepted":
            roles = ["dispatcher"]
        else:
            roles = WHO[action]
        if actor["role"] not in roles:
            return False
        if actor["role"] == "department":
            return bool(actor.get("subject") == case["department"])
        if actor["role"] == "source":
            return bool(actor.get("subject") == case["source"])
        return True

    def _senseless(self, case: Case, action: str, actor: Json, details: Json) -> str | None:
        if action == "accept" and _named(case, details) not in self.directory["category"]:
            return "unknown_category"
        if action == "dispatch" and details["department"] not in self.directory["department"]:
            return "unknown_department"
        if action == "dispatch" and case["state"] == "dispatched" and details["department"] == case["department"]:
            return "same_department"
        if action == "amend" and not set(details["fields"]) <= {"title", "text", "place", "urgency", "attributes"}:
            return "not_amendable"
        if action == "correct":
            name = _corrected(actor, details)
            if name not in case["done"]:
                return "unknown_action"
            if actor["role"] != "supervisor" and name[0] != _sender(actor):
                return "not_authorized"
            if all(details.get(field) is None for field in ("grade", "solved", "contacted", "effective", "text")):
                return "missing_field"
        return None

    def _apply(self, case: Case, value: Json, name: tuple[str, str]) -> None:
        action, at, details = value["action"], _instant(value["at"]), value.get("details") or {}
        if action == "correct":
            _correct(case, details, _corrected(value["actor"], details))
            return
        case["state"] = INTO.get(action, case["state"])
        if action == "accept":
            case["category"] = _named(case, details)
            self._promise(case)
        elif action == "dispatch":
            case["department"] = details["department"]
            case["led"].add(details["department"])
        elif action == "reply":
            case["replied_at"] = at
        elif action == "redo":
            case["due_at"] = at + self._hours(case)
            case["evaluation"] = None
        elif action == "rate":
            case["evaluation"] = {"name": name, "grade": details["grade"]}
        elif action == "void":
            case["happened"].clear()
        _happened(case, name, COUNTED_AS[action], at, details.get("grade") if action == "rate" else None)
        if action == "accept":
            self._dispatch_by_rule(case, at)


def _took_part(case: Case, actor: Json) -> bool:
    """A department that led the case once, the source that submitted it, any desk of the street."""
    if actor["role"] == "department":
        return actor.get("subject") in case["led"]
    return actor["role"] != "source" or actor.get("subject") == case["source"]


def _corrected(actor: Json, details: Json) -> tuple[str, str]:
    return (details.get("corrects_sender") or _sender(actor), details["corrects"])


def _named(case: Case, details: Json) -> Any:
    """The category an acceptance names, else the source's own."""
    return details.get("category") or case["submission"].get("category")


def _correct(case: Case, details: Json, name: tuple[str, str]) -> None:
    """更正 keeps when it happened and to whom; a grade is all of it that figures see."""
    for event in case["happened"]:
        if event["name"] == name and event["kind"] == "evaluated" and details.get("grade") is not None:
            event["grade"] = details["grade"]
            if case["evaluation"] is not None and case["evaluation"]["name"] == name:
                case["evaluation"] = {"name": name, "grade": details["grade"]}


def _happened(case: Case, name: object, kind: str, at: datetime, grade: int | None = None) -> None:
    case["happened"].append({"name": name, "kind": kind, "at": at, "dims": dims_of(case), "grade": grade})


def dims_of(case: Case) -> dict[str, str]:
    """Where a case counts as it stands."""
    return {dimension: case[dimension] or "none" for dimension in ("channel", "department", "category")}


def _sender(actor: Json) -> str:
    return f"{actor['role']}:{actor['subject']}" if actor.get("subject") else str(actor["role"])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
