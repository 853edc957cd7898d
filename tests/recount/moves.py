"""A move that is allowed: what it does, what it is counted as, and what routing does by itself after it."""

from datetime import datetime
from typing import Any

from .case import Case, Move, happened
from .effects import AFTERWARDS, EFFECTS, RESOLVING, survey
from .policies import Rules
from .promises import after_move, after_task_move, show_due
from .refusals import asked_for, is_of_a_task, task_meant
from .table import COUNTED_AS, DROPS, GRANTS, INTO, OPENS, REFUSES, TASK_COUNTED_AS, TASK_INTO

ROUTING = {"role": "routing"}


def apply(rules: Rules, case: Case, move: Move) -> None:
    """The move, and routing's own after it."""
    if is_of_a_task(case, move):
        _task(case, move)
        _done(case)
        return
    before = case["state"]
    _requests(case, move)
    if move.action in EFFECTS:
        EFFECTS[move.action](rules, case, move)
    case["state"] = INTO.get(move.action, case["state"])
    _count(case, move)
    if move.action in AFTERWARDS:
        AFTERWARDS[move.action](rules, case, move)
    after_move(case, move)
    _done(case)
    _by_routing(rules, case, move, before)


def _done(case: Case) -> None:
    case["version"] += 1
    show_due(case)


def _task(case: Case, move: Move) -> None:
    """An assistant's move: counted with that assistant's department."""
    task = task_meant(case, move)
    assert task is not None, "who may was checked"
    task["state"] = TASK_INTO[move.action]
    if move.action == "reply":
        task["replied_at"] = move.at
    if task["state"] == "signed":
        task["signed_at"] = task["signed_at"] or move.at
    after_task_move(case, move, task["id"])
    happened(case, move.name, TASK_COUNTED_AS[move.action], move.at, department=task["department"])


def _count(case: Case, move: Move) -> None:
    """What a move of the case itself is counted as, with what figures need of it."""
    kind, said = COUNTED_AS.get(move.action), move.details.get
    if move.action == "rate":
        happened(case, move.name, "evaluated", move.at, grade=said("grade"), solved=said("solved"))
    elif move.action == "follow_up":
        happened(case, move.name, "followed_up", move.at, **survey(move))
    elif move.action == "reply" and case["channel"] in RESOLVING:
        happened(case, move.name, "replied", move.at, solved=said("solved"))
    elif move.action in ("assist", "release", "hand_over"):
        happened(case, move.name, str(kind), move.at, department=said("department"))
    elif move.action == "report_in":
        happened(case, move.name, str(kind), move.at, department=move.actor["subject"])
    elif move.action in ("remind", "escalate") and move.actor == ROUTING:
        _watched(case, move)
    elif kind is not None and move.action != "contact":
        happened(case, move.name, kind, move.at)


def _watched(case: Case, move: Move) -> None:
    """By routing itself: soon due, overdue, and up the chain; that its own lead hears of it is no step up."""
    whose = move.details.get("department")
    if move.action == "remind":
        happened(case, move.name, "due_soon", move.at, department=whose)
    if move.details.get("step") == 1:
        happened(case, move.name, "overdue", move.at, department=whose)
    if move.action == "escalate" and move.details["level"] != "department":
        happened(case, move.name, "escalated", move.at, department=whose)


def _requests(case: Case, move: Move) -> None:
    """申请 and what became of it."""
    action = move.action
    if action in OPENS:
        wanted = ("department", "reason", "until")
        case["asked"][OPENS[action]] = {name: move.details[name] for name in wanted if name in move.details}
    if action in GRANTS or action in REFUSES:
        case["asked"].pop(asked_for(action), None)
    for dropped in DROPS.get(action, ()):
        case["asked"].pop(dropped, None)


def _by_routing(rules: Rules, case: Case, move: Move, before: str) -> None:
    if move.action == "accept" or (move.action == "recategorise" and before == "accepted"):
        dispatch_by_rule(rules, case, move)
    elif move.action in ("follow_up", "rate") and move.details.get("solved") is False and before != "archived":
        if case["terms"]["redo_if_unsolved"]:
            _own(rules, case, move, "redo", reason="回访未解决")
    elif (move.action == "redo" and case["redos"] > case["terms"]["most_redos"]) or (
        move.action == "dispatch" and case["dispatches"] - 1 > case["terms"]["most_transfers"]
    ):
        _own(rules, case, move, "escalate", level="supervision")


def accept_by_rule(rules: Rules, case: Case, at: datetime) -> None:
    """受理 of a submission whose category is known."""
    apply(rules, case, Move("accept", at, {}, ROUTING, ("routing", "submit/accept")))


def dispatch_by_rule(rules: Rules, case: Case, move: Move) -> None:
    """派单 to whom the category goes."""
    department = rules.department_of(case)
    if department is not None:
        _own(rules, case, move, "dispatch", department=department)


def _own(rules: Rules, case: Case, cause: Move, action: str, **details: Any) -> None:
    apply(rules, case, Move(action, cause.at, details, ROUTING, ("routing", f"{cause.name}/{action}")))
