"""What a case is promised by each move, and which clocks that starts, moves and ends."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from .case import Case, Move, instant, task_of
from .clocks import end, extended, go_on, hold, limited, look_ahead, promised_anew, running, started
from .policies import Rules

OF_A_DISPATCH = ("sign", "contact", "return")
OF_THE_ANSWER = ("reply", "inner", "close")
"""What begins with the case, and again with every redo."""


def begin(rules: Rules, case: Case) -> None:
    """At the submission, and where the category becomes another: all counts from the reception."""
    terms = case["terms"] = rules.terms(case)
    own, at = case["submission"].get("source_due_at"), case["received_at"]
    for name in OF_THE_ANSWER:
        if name == "reply" and own is not None:
            case["clocks"][name] = started(terms, name, None, at, instant(own))
        elif name in terms["limits"]:
            case["clocks"][name] = limited(terms, name, None, at, terms["limits"][name])
        else:
            case["clocks"].pop(name, None)


def dispatched(rules: Rules, case: Case, at: datetime) -> None:
    """The lead's own limits, from now on; an answer that is due stays due when it was."""
    terms = case["terms"] = rules.terms(case)
    _end(case, at, "opine")
    for name in OF_A_DISPATCH:
        case["clocks"].pop(name, None)  # it was of another dispatch
        if name in terms["limits"]:
            case["clocks"][name] = limited(terms, name, None, at, terms["limits"][name])


def given_a_task(case: Case, task: str, at: datetime) -> None:
    """协办."""
    limits = case["terms"]["limits"]
    limit = limits.get("assist") or limits["reply"]
    case["clocks"][f"assist/{task}"] = limited(case["terms"], "assist", task, at, limit)


def after_move(case: Case, move: Move) -> None:
    """What else a move of the case itself does to its clocks."""
    if move.action in _AFTER:
        _AFTER[move.action](case, move)


def show_due(case: Case) -> None:
    """What the case says of itself follows from its clocks."""
    clocks = case["clocks"]
    case["due_at"], case["first_due_at"] = clocks["reply"]["due"], clocks["reply"]["first_due"]
    case["inner_due_at"] = clocks["inner"]["due"] if "inner" in clocks else None
    for task in case["tasks"]:
        clock = clocks[f"assist/{task['id']}"]
        task["due_at"], task["first_due_at"] = clock["due"], clock["first_due"]


def after_task_move(case: Case, move: Move, task: str) -> None:
    """An assistant's answer ends its own clock alone."""
    if move.action == "reply":
        _end(case, move.at, f"assist/{task}")


def _again(case: Case, move: Move) -> None:
    """重办, 返工: from now on, with a limit of its own where there is one."""
    terms, limits = case["terms"], case["terms"]["limits"]
    _end(case, move.at, "archive")
    for name in OF_THE_ANSWER:
        limit = limits.get("redo") or limits["reply"] if name == "reply" else limits.get(name)
        if limit is not None and name in case["clocks"]:
            new = limited(terms, name, None, move.at, limit)
            case["clocks"][name] = promised_anew(case["clocks"][name], new)


def _signed(case: Case, move: Move) -> None:
    _end(case, move.at, "sign")


def _contacted(case: Case, move: Move) -> None:
    if move.details["reached"]:
        _end(case, move.at, "contact")


def _replied(case: Case, move: Move) -> None:
    _end(case, move.at, "sign", "contact", "reply", "inner")


def _sent_back(case: Case, move: Move) -> None:
    """No redo: the answer's time has gone on."""
    for name in ("reply", "inner"):
        if name in case["clocks"]:
            case["clocks"][name]["ended"] = None
            look_ahead(case["terms"], case["clocks"][name])


def _extended(case: Case, move: Move) -> None:
    clock = case["clocks"]["reply"]
    case["clocks"]["reply"] = extended(case["terms"], clock, move.at, instant(move.details["until"]))


def _held(case: Case, move: Move) -> None:
    terms, until = case["terms"], instant(move.details["until"])
    for clock in running(case):
        if clock["name"] in terms["stopped_by_hold"]:
            hold(terms, clock, move.at, until)
    case["clocks"]["hold"] = started(terms, "hold", None, move.at, until)


def _resumed(case: Case, move: Move) -> None:
    _end(case, move.at, "hold")
    for clock in running(case):
        if clock["held"] is not None:
            go_on(case["terms"], clock, move.at)


def _called(case: Case, move: Move) -> None:
    _asked(case, move, "report", str(case["version"] + 1))


def _consulted(case: Case, move: Move) -> None:
    _asked(case, move, "opine", None)


def _asked(case: Case, move: Move, name: str, of: str | None) -> None:
    """鸣哨, 会商: by the time that is said, else by policy."""
    terms, until = case["terms"], move.details.get("until")
    key = f"{name}/{of}" if of else name
    if until is not None:
        case["clocks"][key] = started(terms, name, of, move.at, instant(until))
    elif name in terms["limits"]:
        case["clocks"][key] = limited(terms, name, of, move.at, terms["limits"][name])


def _reported(case: Case, move: Move) -> None:
    for summons in case["summons"]:
        if set(summons["departments"]) <= summons["reported"]:
            _end(case, move.at, f"report/{summons['version']}")


def _concluded(case: Case, move: Move) -> None:
    _end(case, move.at, "opine")


def _released(case: Case, move: Move) -> None:
    task = task_of(case, move.details["department"])
    assert task is not None, "its sense was checked"
    _end(case, move.at, f"assist/{task['id']}")


def _closed(case: Case, move: Move) -> None:
    _over(case, move)
    window = timedelta(days=case["terms"]["archive_after_days"])
    case["clocks"]["archive"] = started(case["terms"], "archive", None, move.at, move.at + window)


def _over(case: Case, move: Move) -> None:
    for clock in running(case):
        end(clock, move.at)


def _verified(case: Case, move: Move) -> None:
    (_closed if move.details["passed"] else _again)(case, move)


def _end(case: Case, at: datetime, *keys: str) -> None:
    for key in keys:
        if key in case["clocks"]:
            end(case["clocks"][key], at)


_AFTER: Mapping[str, Callable[[Case, Move], None]] = {
    "sign": _signed, "contact": _contacted, "reply": _replied, "send_back": _sent_back, "extend": _extended,
    "hold": _held, "resume": _resumed, "whistle": _called, "report_in": _reported, "consult": _consulted,
    "conclude": _concluded, "release": _released, "close": _closed, "self_handle": _closed, "verify": _verified,
    "redo": _again, "archive": _over, "reject": _over, "void": _over, "grant_return_up": _over,
}  # fmt: skip
