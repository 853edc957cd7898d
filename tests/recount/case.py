"""A case in the recount: a plain dict of how it stands, with a list of all that happened to it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from .table import TASK_OPEN

Json = Mapping[str, Any]
Case = dict[str, Any]


class Move(NamedTuple):
    """One action as it was asked: `name` is the sender and its action id."""

    action: str
    at: datetime
    details: Json
    actor: Json
    name: tuple[str, str]


def new_case(submission: Json, category: str | None, told_at: datetime, grid: str | None) -> Case:
    """As it was received; the due times come from its clocks."""
    return {
        "submission": submission,
        "told_at": told_at,
        "version": 0,
        "state": "received",
        "channel": submission["channel"],
        "source": submission["source"],
        "category": category,
        "urgency": submission.get("urgency") or "normal",
        "grid": grid,
        "department": None,
        "parts": set(),
        "received_at": instant(submission["reported_at"]),
        "due_at": None,
        "first_due_at": None,
        "inner_due_at": None,
        "signed_at": None,
        "replied_at": None,
        "first_replied_at": None,
        "closed_at": None,
        "evaluation": None,
        "first_evaluation": None,
        "follow_up": None,
        "resolved": None,
        "accepted": False,
        "self_handled": False,
        "excluded": False,
        "published": False,
        "merged_into": None,
        "before_merge": None,
        "followers": {},
        "main_version": 0,
        "linked_to": None,
        "dispatches": 0,
        "returns": 0,
        "redos": 0,
        "extended": 0,
        "verifications": 0,
        "verifications_failed": 0,
        "dispatched_at": None,
        "terms": {},
        "clocks": {},
        "reached": False,
        "asked": {},
        "tasks": [],
        "consulted": None,
        "spoken": set(),
        "summons": [],
        "happened": [],
        "done": {},
    }


def happened(case: Case, name: object, kind: str, at: datetime, *, department: str | None = None, **said: Any) -> None:
    """Write down what happened, with the dimensions of now; `department` is whose it was, where not the lead's."""
    dims = dims_of(case) | ({"department": department} if department else {})
    case["happened"].append({"name": name, "kind": kind, "at": at, "dims": dims, "grade": None} | said)


DIMENSIONS = ("channel", "department", "category", "grid", "urgency")


def dims_of(case: Case) -> dict[str, str]:
    """Where a case counts as it stands."""
    return {dimension: case[dimension] or "none" for dimension in DIMENSIONS}


def task_of(case: Case, department: str | None) -> dict[str, Any] | None:
    """协办: a department's task, of several an open one first, then the newest."""
    own = [task for task in reversed(case["tasks"]) if task["department"] == department]
    return next((task for task in own if task["state"] in TASK_OPEN), own[0] if own else None)


def open_tasks(case: Case) -> list[dict[str, Any]]:
    """Those that somebody still has to answer."""
    return [task for task in case["tasks"] if task["state"] in TASK_OPEN]


def sender(actor: Json) -> str:
    """Who says it, as its action ids are told apart."""
    return f"{actor['role']}:{actor['subject']}" if actor.get("subject") else str(actor["role"])


def instant(text: str) -> datetime:
    """A time of the log."""
    return datetime.fromisoformat(text)
