"""Whether a move that its sender may make from here makes sense: a code, or None."""

from collections.abc import Callable, Mapping
from typing import Any

from .calendar import after
from .case import Case, Move, instant, open_tasks, sender, task_of
from .policies import Rules
from .table import NOW_CLOSED, SAID_BY

AMENDABLE = {"title", "text", "place", "urgency", "attributes"}
REACHED = {
    "replied": ("replied", *NOW_CLOSED),
    "closed": NOW_CLOSED,
}
"""Where a case stands once it has come so far that it may be published."""


def _accept(rules: Rules, case: Case, move: Move) -> str | None:
    return None if rules.category(category_named(case, move)) is not None else "unknown_category"


def category_named(case: Case, move: Move) -> Any:
    """The category an acceptance names, else the source's own."""
    return move.details.get("category") or case["submission"].get("category")


def _recategorise(rules: Rules, case: Case, move: Move) -> str | None:
    if rules.category(move.details["category"]) is None:
        return "unknown_category"
    return "same_category" if move.details["category"] == case["category"] else None


def _dispatch(rules: Rules, case: Case, move: Move) -> str | None:
    to = move.details["department"]
    if (code := _not_there(rules, to)) is not None:
        return code
    if move.details.get("category") and rules.category(move.details["category"]) is None:
        return "unknown_category"
    if case["state"] == "dispatched" and to == case["department"]:
        return "same_department"
    for assistant in move.details.get("departments", ()):
        if (code := _not_there(rules, assistant)) is not None:
            return code
        if assistant == to or _assists(case, assistant):
            return "same_department"
    return None


def _not_there(rules: Rules, department: str) -> str | None:
    if department not in rules.directory["department"]:
        return "unknown_department"
    return "closed_department" if rules.successor(department) is not None else None


def _assist(rules: Rules, case: Case, move: Move) -> str | None:
    department = move.details["department"]
    if (code := _not_there(rules, department)) is not None:
        return code
    return "same_department" if department == case["department"] or _assists(case, department) else None


def _assists(case: Case, department: str) -> bool:
    return any(task["department"] == department for task in open_tasks(case))


def _ask_assist(rules: Rules, case: Case, move: Move) -> str | None:
    return _not_there(rules, move.details["department"])


def _refuse_return(rules: Rules, case: Case, move: Move) -> str | None:
    """An assistant's is none of the case's own moves: here it has no task."""
    return None if move.details.get("department") in (None, case["department"]) else "no_task"


def _release(rules: Rules, case: Case, move: Move) -> str | None:
    task = task_of(case, move.details["department"])
    return None if task in open_tasks(case) else "no_task"


def _consult(rules: Rules, case: Case, move: Move) -> str | None:
    return None if case["consulted"] is None else "consultation_open"


def _conclude(rules: Rules, case: Case, move: Move) -> str | None:
    return "no_consultation" if case["consulted"] is None else None


def _opine(rules: Rules, case: Case, move: Move) -> str | None:
    if case["consulted"] is None:
        return "no_consultation"
    if party_of(move) != move.details.get("party", party_of(move)):
        return "unused_field"
    return None if party_of(move) in case["consulted"] else "not_consulted"


def party_of(move: Move) -> str | None:
    """Whose opinion it is: a department's own, or one that the desk writes down."""
    spoke: Mapping[str, str] = move.actor if move.actor["role"] == "department" else move.details
    return spoke.get("subject" if spoke is move.actor else "party")


def _whistle(rules: Rules, case: Case, move: Move) -> str | None:
    codes = (_not_there(rules, department) for department in move.details["departments"])
    return next((code for code in codes if code is not None), None)


def _report_in(rules: Rules, case: Case, move: Move) -> str | None:
    return None if summons_of(case, move) is not None else "not_summoned"


def summons_of(case: Case, move: Move) -> dict[str, Any] | None:
    """鸣哨: the newest that names this department and where it did not report in yet."""
    own = move.actor.get("subject")
    waiting = [one for one in case["summons"] if own in one["departments"] and own not in one["reported"]]
    return waiting[-1] if waiting else None


def _return(rules: Rules, case: Case, move: Move) -> str | None:
    window = case["clocks"].get("return")
    return "too_late" if window is not None and move.at > window["due"] else None


def _extend(rules: Rules, case: Case, move: Move) -> str | None:
    until, due, longest = instant(move.details["until"]), case["due_at"], case["terms"]["longest_extension"]
    if until <= due:
        return "not_later"
    return "too_long" if longest is not None and until > after(case["terms"]["calendar"], due, longest) else None


def _close(rules: Rules, case: Case, move: Move) -> str | None:
    return "open_tasks" if open_tasks(case) else None


def _verify(rules: Rules, case: Case, move: Move) -> str | None:
    return _close(rules, case, move) if move.details["passed"] else None


def _merge(rules: Rules, case: Case, move: Move) -> str | None:
    own, main = case["submission"]["case_id"], move.details["main"]
    if main == own:
        return "same_case"
    return None if main.partition("-")[0] == own.partition("-")[0] else "other_kind"


def _link(rules: Rules, case: Case, move: Move) -> str | None:
    return "same_case" if move.details["main"] == case["submission"]["case_id"] else None


def _unlink(rules: Rules, case: Case, move: Move) -> str | None:
    return "not_linked" if case["linked_to"] is None else None


def _exclude(rules: Rules, case: Case, move: Move) -> str | None:
    return "excluded_already" if case["excluded"] else None


def _publish(rules: Rules, case: Case, move: Move) -> str | None:
    since = case["terms"]["publish_from"]
    if since == "never" or case["submission"].get("confidential"):
        return "not_published"
    reached = case["evaluation"] is not None if since == "evaluated" else case["state"] in REACHED[since]
    return None if reached else "too_early"


def _withdraw(rules: Rules, case: Case, move: Move) -> str | None:
    return None if case["published"] else "not_published"


def _amend(rules: Rules, case: Case, move: Move) -> str | None:
    fields = move.details["fields"]
    fitting = set(fields) <= AMENDABLE and fields.get("urgency", "normal") in ("normal", "urgent")
    if not fitting:
        return "not_amendable"
    place = fields.get("place") or {}
    lon, lat = place.get("lon"), place.get("lat")
    if lon is None or lat is None:
        return None if lon is lat else "bad_place"
    return None if abs(lon) <= 180 and abs(lat) <= 90 else "bad_place"


def _correct(rules: Rules, case: Case, move: Move) -> str | None:
    name = corrected(move)
    if name not in case["done"]:
        return "unknown_action"
    if move.actor["role"] != "supervisor" and name[0] != sender(move.actor):
        return "not_authorized"
    said = [field for field in SAID_BY if move.details.get(field) is not None]
    if not said:
        return "missing_field"
    return None if all(case["done"][name] in SAID_BY[field] for field in said) else "not_correctable"


def corrected(move: Move) -> tuple[str, str]:
    """The name of the action that a correction is about."""
    return (move.details.get("corrects_sender") or sender(move.actor), move.details["corrects"])


SENSE: Mapping[str, Callable[[Rules, Case, Move], str | None]] = {
    "accept": _accept,
    "recategorise": _recategorise,
    "dispatch": _dispatch,
    "ask_assist": _ask_assist,
    "assist": _assist,
    "release": _release,
    "consult": _consult,
    "conclude": _conclude,
    "opine": _opine,
    "whistle": _whistle,
    "report_in": _report_in,
    "return": _return,
    "refuse_return": _refuse_return,
    "extend": _extend,
    "close": _close,
    "verify": _verify,
    "merge": _merge,
    "link": _link,
    "unlink": _unlink,
    "exclude": _exclude,
    "publish": _publish,
    "withdraw": _withdraw,
    "amend": _amend,
    "correct": _correct,
}
