"""What every figure must be, counted again from the log alone: DOMAIN.md read once more, in plain dicts.

Each case keeps `happened`: a list of what happened, with the dimensions of then. A figure is a sum over cases and
what happened; nothing is kept that a case or its list does not say.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .table import ALL_OPEN, COUNTED_AS, FROM, INTO, WHO

Json = Mapping[str, Any]
Record = tuple[Json, Mapping[str, str], int]
"""A decoded value, the headers as text, the append time in ms."""
Directory = Mapping[str, Mapping[str, Json]]
Case = dict[str, Any]
Figures = dict[tuple[str, str, tuple[str, ...]], dict[tuple[str, ...], tuple[int, int | None]]]
"""(rate, basis, group_by) → values of those dimensions → numerator and denominator (None for a count)."""

ZONE = ZoneInfo("Asia/Shanghai")
HOURS = 168
SUBMITTED, ASKED = "mingshao.submission.received.v1", "mingshao.action.requested.v1"
GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    ("channel",),
    ("department",),
    ("category",),
    ("channel", "department"),
    ("channel", "category"),
    ("department", "category"),
)


class Recount:
    """All cases as they stand, and what became of each command: applied, refused with a code, or none (a repeat)."""

    def __init__(self, directory: Directory) -> None:
        self.directory = directory
        self.cases: dict[str, Case] = {}
        self.outcomes: list[dict[str, str | None]] = []

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

    # -- 登记

    def _submitted(self, value: Json) -> str:
        known = self.cases.get(value["case_id"])
        if known is not None:
            same = _content(known["submission"]) == _content(value)
            return "none" if same else "refused conflicting_duplicate"
        at = _instant(value["reported_at"])
        category = value.get("category")
        case: Case = {
            "submission": value,
            "state": "received",
            "channel": value["channel"],
            "source": value["source"],
            "category": category if category in self.directory["category"] else None,
            "department": None,
            "received_at": at,
            "due_at": None,
            "replied_at": None,
            "evaluation": None,
            "happened": [],
            "asked": {},
        }
        self.cases[value["case_id"]] = case
        self._promise(case)
        _happened(case, "submit", "received", at)
        if case["category"] is not None:
            case["state"] = "accepted"
            _happened(case, "routing", "accepted", at)
            self._dispatch_by_rule(case, at)
        return "applied"

    def _dispatch_by_rule(self, case: Case, at: datetime) -> None:
        department = self.directory["category"][case["category"]].get("department")
        if department is not None:
            case["state"], case["department"] = "dispatched", department
            _happened(case, "routing", "dispatched", at)

    def _hours(self, case: Case) -> timedelta:
        row = self.directory["category"].get(case["category"] or "") or {}
        return timedelta(hours=row.get("hours") or HOURS)

    def _promise(self, case: Case) -> None:
        own = case["submission"].get("source_due_at")
        case["due_at"] = _instant(own) if own else case["received_at"] + self._hours(case)

    # -- actions

    def _asked(self, value: Json) -> str:
        case = self.cases.get(value["case_id"])
        if case is None:
            return "refused unknown_case"
        name = (_sender(value["actor"]), value["action_id"])
        body = {field: value.get(field) for field in ("action", "at", "details")}
        if name in case["asked"]:
            return "none" if case["asked"][name]["body"] == body else "refused action_id_reused"
        code = self._refusal(case, value)
        case["asked"][name] = {"body": body, "applied": code is None}
        if code is not None:
            return f"refused {code}"
        self._apply(case, value, name)
        return "applied"

    def _refusal(self, case: Case, value: Json) -> str | None:
        action, actor, details = value["action"], value["actor"], value.get("details") or {}
        state = case["state"]
        if _instant(value["at"]) < case["received_at"]:
            return "before_reception"
        if action == "correct":
            return _wrong_correction(case, actor, details)
        if state not in FROM[action]:
            return "not_allowed"
        if not self._may(case, action, actor):
            return "not_yours"
        return self._missing(case, action, details)

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

    def _missing(self, case: Case, action: str, details: Json) -> str | None:
        if action in ("reject", "void", "redo", "return", "hold", "refuse_return") and not details.get("reason"):
            return "missing reason"
        if action == "hold" and not details.get("until"):
            return "missing until"
        if action == "reply" and not details.get("text"):
            return "missing text"
        if action == "rate" and details.get("grade") is None:
            return "missing grade"
        if action == "follow_up" and details.get("contacted") is None:
            return "missing contacted"
        if action == "amend" and not details.get("fields"):
            return "missing fields"
        if action == "accept" and (details.get("category") or case["category"]) not in self.directory["category"]:
            return "unknown category"
        if action == "dispatch":
            department = details.get("department")
            if department not in self.directory["department"]:
                return "unknown department"
            if case["state"] == "dispatched" and department == case["department"]:
                return "same department"
        return None

    def _apply(self, case: Case, value: Json, name: tuple[str, str]) -> None:
        action, at, details = value["action"], _instant(value["at"]), value.get("details") or {}
        if action == "correct":
            _correct(case, details, name)
            return
        case["state"] = INTO.get(action, case["state"])
        if action == "accept":
            case["category"] = details.get("category") or case["category"]
            self._promise(case)
        elif action == "dispatch":
            case["department"] = details["department"]
        elif action == "reply":
            case["replied_at"] = at
        elif action == "redo":
            case["due_at"] = at + self._hours(case)
            case["evaluation"] = None
        elif action == "rate":
            case["evaluation"] = {"name": name, "grade": details["grade"]}
        elif action == "void":
            case["happened"].clear()
        _happened(case, name, COUNTED_AS[action], at, grade=details.get("grade"), details=details)
        if action == "accept":
            self._dispatch_by_rule(case, at)


def _wrong_correction(case: Case, actor: Json, details: Json) -> str | None:
    if not details.get("corrects"):
        return "missing corrects"
    name = _corrected(actor, details)
    found = [event for event in case["happened"] if event["name"] == name]
    if not found or found[0]["kind"] not in ("evaluated", "followed_up", "replied"):
        return "nothing_to_correct"
    return None if actor["role"] == "supervisor" or name[0] == _sender(actor) else "not_yours"


def _corrected(actor: Json, details: Json) -> tuple[str, str]:
    return (details.get("corrects_sender") or _sender(actor), details["corrects"])


def _correct(case: Case, details: Json, by: tuple[str, str]) -> None:
    name = (details.get("corrects_sender") or by[0], details["corrects"])
    for event in case["happened"]:
        if event["name"] == name and event["kind"] == "evaluated" and details.get("grade") is not None:
            event["grade"] = details["grade"]
            if case["evaluation"] is not None and case["evaluation"]["name"] == name:
                case["evaluation"] = {"name": name, "grade": details["grade"]}


def _happened(
    case: Case, name: object, kind: str, at: datetime, grade: int | None = None, details: Json | None = None
) -> None:
    dims = {dimension: case[dimension] or "none" for dimension in ("channel", "department", "category")}
    case["happened"].append({"name": name, "kind": kind, "at": at, "dims": dims, "grade": grade})


def _content(submission: Json) -> dict[str, Any]:
    return {field: value for field, value in submission.items() if field != "actor"}


def _sender(actor: Json) -> str:
    return f"{actor['role']}:{actor['subject']}" if actor.get("subject") else str(actor["role"])


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


# -- figures


def is_valid(case: Case) -> bool:
    """Counts in rates."""
    return case["state"] not in ("rejected", "void", "merged", "returned")


def is_closed(case: Case) -> bool:
    """办结."""
    return case["state"] in ("closed", "follow_up", "evaluated", "archived")


def day(at: datetime) -> str:
    """The date in Shanghai."""
    return at.astimezone(ZONE).date().isoformat()


def hour(at: datetime) -> str:
    """The full hour in Shanghai, with its offset."""
    return at.astimezone(ZONE).replace(minute=0, second=0, microsecond=0).isoformat()


def points(cases: Iterable[Case]) -> Iterator[tuple[str, str, str, Mapping[str, str], int, int | None]]:
    """(rate, basis, bucket, dimensions, part of the numerator, part of the denominator) of everything that counts."""
    for case in cases:
        dims = {dimension: case[dimension] or "none" for dimension in ("channel", "department", "category")}
        if is_valid(case):
            received, replied = day(case["received_at"]), case["replied_at"]
            yield "handled", "cohort", received, dims, int(is_closed(case)), 1
            yield "replied", "cohort", received, dims, int(replied is not None), 1
            if case["evaluation"] is not None:
                yield "satisfied", "cohort", received, dims, int(case["evaluation"]["grade"] >= 3), 1
            in_time = replied is not None and replied <= case["due_at"]
            yield "on_time", "due", hour(case["due_at"]), dims, int(in_time), 1
        for event in case["happened"]:
            when = hour(event["at"])
            yield f"{event['kind']}_count", "flow", when, event["dims"], 1, None
            if event["kind"] == "evaluated":
                yield "satisfied", "flow", when, event["dims"], int(event["grade"] >= 3), 1


def figures(recounted: Recount, *, begin: str = "", end: str = "9999", until: datetime | None = None) -> Figures:
    """Every figure of every group. `begin` ≤ bucket < `end`, as `2024-03-30` (cohort) or `2024-03-30T09:00:00+08:00`.

    `until` is the now of the question: due figures count up to its last full hour.
    """
    found: Figures = {}
    for rate, basis, bucket, dims, numerator, denominator in points(recounted.cases.values()):
        if not begin <= bucket < end or (basis == "due" and until is not None and bucket >= hour(until)):
            continue
        for group_by in GROUPS:
            rows = found.setdefault((rate, basis, group_by), {})
            values = tuple(dims[name] for name in group_by)
            before = rows.get(values, (0, None if denominator is None else 0))
            rows[values] = (before[0] + numerator, None if denominator is None else (before[1] or 0) + denominator)
    return found


def answered(answer: Json) -> dict[tuple[str, ...], tuple[int, int | None]]:
    """The rows of a GET /v1/rates answer as `figures` has them; rows in which nothing counts are left off."""
    group_by = answer["group_by"]
    return {
        tuple(row["group"][name] for name in group_by): (row["numerator"], row["denominator"])
        for row in answer["rows"]
        if row["numerator"] or row["denominator"]
    }


def coverage(recounted: Recount) -> tuple[int, int]:
    """Of the cohort's satisfied: evaluated and now closed, over all valid cases."""
    valid = [case for case in recounted.cases.values() if is_valid(case)]
    return sum(case["evaluation"] is not None for case in valid), sum(is_closed(case) for case in valid)


__all__ = ["ALL_OPEN", "GROUPS", "Recount", "answered", "coverage", "figures", "points"]
