"""What routing owed itself (topic `followups`): the only commands that no sender's record stands for.

Mingled with the senders' records in the order in which routing took them; alone they say nothing of that order.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from .case import Case, Json, Move, instant, open_tasks
from .clocks import Clock, passed, running
from .moves import ROUTING, apply
from .policies import Rules
from .promises import reclocked
from .table import ALL_OPEN, FROM

DEADLINE, DIRECTORY = "mingshao.followup.deadline.v1", "mingshao.followup.directory.v1"
ENDS_BY_ITSELF = {"archive": "archive", "hold": "resume"}
HISTORY = timedelta(hours=72)
"""Told later than that after its reception, a case is of the past."""
EARLY = timedelta(seconds=5)
"""As far may the clock of whoever tells a deadline be ahead."""


def marks(rules: Rules, case: Case) -> list[Json]:
    """The deadlines that the case waits for, as `followups` would tell them."""
    if case["state"] == "merged" or _is_history(rules, case):
        return []
    return [
        {"clock": clock["name"], "task": clock["of"], "step": clock["step"], "at": clock["next"]}
        for clock in running(case)
        if clock["next"] is not None
    ]


def deadline_reached(rules: Rules, case: Case, value: Json, now: datetime) -> None:
    """到期: nothing unless the case still waits for just this mark, and the log's time has come to it."""
    name, task, step, at = value["clock"], value.get("task"), value["step"], instant(value["at"])
    told = {"clock": name, "task": task, "step": step, "at": at}
    if told not in marks(rules, case) or now + EARLY < at:
        return
    clock = case["clocks"][f"{name}/{task}" if task else name]
    action = ENDS_BY_ITSELF.get(name, "escalate" if step else "remind")
    if case["state"] not in FROM[action]:
        return
    details = {"clock": name, "step": step, "department": _assistant(case, clock)}
    if step:
        details["level"] = _level(case, step)
    if name not in ENDS_BY_ITSELF:
        passed(case["terms"], clock)
    _own(rules, case, action, at, details)


def directory_applied(rules: Rules, case: Case, value: Json, now: datetime) -> None:
    """部门撤并: what a closed department had is its last successor's. 重算时限: only what becomes another is a move."""
    if case["state"] not in ALL_OPEN:
        return
    if value["what"] == "policy":
        if reclocked(rules, case):
            _own(rules, case, "reclock", instant(value["at"]), {})
        return
    doing = [case["department"], *(task["department"] for task in open_tasks(case))]
    for department in dict.fromkeys(name for name in doing if name is not None):
        successor = rules.standing(department)
        if successor != department:
            _own(rules, case, "hand_over", instant(value["at"]), {"department": successor, "party": department})


def _own(rules: Rules, case: Case, action: str, at: datetime, details: Mapping[str, Any]) -> None:
    name = ("routing", f"{action}/{case['version']}")
    apply(rules, case, Move(action, max(at, case["received_at"]), details, ROUTING, name))


def _is_history(rules: Rules, case: Case) -> bool:
    """Until its source has told its past whole nothing of it is due."""
    if case["told_at"] - case["received_at"] <= HISTORY:
        return False
    ended = rules.history_ended(case["source"])
    return ended is None or case["told_at"] > instant(ended)


def _level(case: Case, step: int) -> str:
    chain = case["terms"]["escalation"]
    return chain[step - 1] if step <= len(chain) else "department"


def _assistant(case: Case, clock: Clock) -> str | None:
    """协办: whose task it is."""
    return next((task["department"] for task in case["tasks"] if task["id"] == clock["of"]), None)
