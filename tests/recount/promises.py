"""What a case is promised by each move, and which clocks that starts, moves and ends."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from .calendar import Limit
from .case import Case, Move, instant, task_of
from .clocks import end, extended, go_on, hold, limited, look_ahead, promised_again, promised_anew, running, started
from .policies import Rules, Terms

OF_A_DISPATCH = ("sign", "contact", "return")
OF_THE_ANSWER = ("reply", "inner", "close")
"""What begins with the case, and again with every redo."""


def begin(rules: Rules, case: Case) -> None:
    """At the submission."""
    terms = case["terms"] = rules.terms(case)
    own, at = case["submission"].get("source_due_at"), case["received_at"]
    for name in OF_THE_ANSWER:
        if name == "reply" and own is not None:
            case["clocks"][name] = started(terms, name, None, at, instant(own))
        elif name in terms["limits"]:
            case["clocks"][name] = limited(terms, name, None, at, terms["limits"][name])
    _inner_within(case, first=True)


def completed(rules: Rules, case: Case, before: Terms) -> None:
    """The category is another, or it has its first lead: what has another limit for that counts from the reception.
    `before` is what today's policies would have said without."""
    terms = case["terms"] = rules.terms(case)
    for name in OF_THE_ANSWER:
        limit = terms["limits"].get(name)
        if limit is not None and limit != before["limits"].get(name) and not _granted(case, name):
            case["clocks"][name] = limited(terms, name, None, case["received_at"], limit)
    _inner_within(case, first=True)


def of_another_category(rules: Rules, case: Case, old: str | None) -> None:
    """The same of a case that was sent to somebody: a time that is another for the new category counts from where its
    clock began, if it still runs; the first promise stays."""
    before = rules.terms(case | {"category": old})
    terms = case["terms"] = rules.terms(case)
    again = case["redos"] > 0 or case["verifications_failed"] > 0
    for name in (*OF_THE_ANSWER, *OF_A_DISPATCH):
        limit, was = (_again_or_first(said, name, again) for said in (terms, before))
        if limit is None or limit == was or _granted(case, name):
            continue
        clock = case["clocks"].get(name)
        if clock is None and name in OF_THE_ANSWER and not again and case["state"] != "replied":
            new = case["clocks"][name] = limited(terms, name, None, case["received_at"], limit)
            if case["state"] == "on_hold" and name in terms["stopped_by_hold"]:
                hold(terms, new, case["clocks"]["hold"]["began"], case["clocks"]["hold"]["due"])
        elif clock is not None and clock["ended"] is None:
            _said_anew(case, terms, name, limit)
    _inner_within(case)


def _again_or_first(terms: Terms, name: str, again: bool) -> Limit | None:
    limit: Limit | None = terms["limits"].get(name)
    return terms["limits"].get("redo") or limit if name == "reply" and again else limit


def _said_anew(case: Case, terms: Terms, name: str, limit: Limit) -> bool:
    new = promised_again(terms, case["clocks"][name], limit)
    if name == "inner" and new["held"] is None and new["due"] > case["clocks"]["reply"]["due"]:
        new["due"] = case["clocks"]["reply"]["due"]
        look_ahead(terms, new)
    if new["due"] == case["clocks"][name]["due"]:
        return False
    case["clocks"][name] = new
    return True


def _granted(case: Case, name: str) -> bool:
    """By the source, or by an extension."""
    return name == "reply" and (case["submission"].get("source_due_at") is not None or case["extended"] > 0)


def _inner_within(case: Case, *, first: bool = False) -> None:
    """内部时限 ends with the answer's at the latest."""
    inner, reply = case["clocks"].get("inner"), case["clocks"]["reply"]
    if inner is not None and inner["ended"] is None and inner["held"] is None and inner["due"] > reply["due"]:
        inner["due"] = reply["due"]
        if first:
            inner["first_due"] = reply["due"]
        look_ahead(case["terms"], inner)


def dispatched(rules: Rules, case: Case, at: datetime, before: Terms) -> None:
    """The lead's own limits, from now on; an answer that is due stays due when it was, but for the first lead's."""
    if case["state"] in ("received", "accepted"):
        completed(rules, case, before)
    elif case["recategorised"]:
        of_another_category(rules, case, *case["recategorised"])
    terms = case["terms"] = rules.terms(case)
    _end(case, at, "opine")
    for name in OF_A_DISPATCH:
        case["clocks"].pop(name, None)  # it was of another dispatch
        if name in terms["limits"]:
            case["clocks"][name] = limited(terms, name, None, at, terms["limits"][name])


def reclocked(rules: Rules, case: Case) -> bool:
    """By today's policies: each of the case's own clocks that runs, the time that it stood still on top. Whether
    anything became another."""
    before, terms = case["terms"], rules.terms(case)
    case["terms"], changed = terms, terms | {"calendar": None} != before | {"calendar": None}
    again = case["redos"] > 0 or case["verifications_failed"] > 0
    for name in (*OF_THE_ANSWER, *OF_A_DISPATCH):
        clock, limit = case["clocks"].get(name), terms["limits"].get(name)
        if name == "reply" and again:
            limit = terms["limits"].get("redo") or limit
        if clock is None or limit is None or clock["ended"] is not None or _granted(case, name):
            continue
        changed = _said_anew(case, terms, name, limit) or changed
    inner = dict(case["clocks"].get("inner") or {})
    _inner_within(case)
    return changed or inner != (case["clocks"].get("inner") or {})


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


def task_over(case: Case, task: str, at: datetime) -> None:
    """Nobody waits for it any more."""
    _end(case, at, f"assist/{task}")


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
    _inner_within(case)


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


def _opined(case: Case, move: Move) -> None:
    """会商: all have spoken."""
    if case["consulted"] is not None and not set(case["consulted"]) - case["spoken"]:
        _end(case, move.at, "opine")


def _concluded(case: Case, move: Move) -> None:
    _end(case, move.at, "opine")


def _released(case: Case, move: Move) -> None:
    task = task_of(case, move.details["department"])
    assert task is not None, "its sense was checked"
    _end(case, move.at, f"assist/{task['id']}")


def _closed(case: Case, move: Move) -> None:
    _over(case, move)
    _window(case, move)


def _rated(case: Case, move: Move) -> None:
    """归档 again, of what was archived and is rated late."""
    if case["clocks"]["archive"]["ended"] is not None:
        _window(case, move)


def _window(case: Case, move: Move) -> None:
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
    "sign": _signed, "return": _signed, "contact": _contacted, "reply": _replied, "send_back": _sent_back,
    "extend": _extended, "opine": _opined, "rate": _rated,
    "hold": _held, "resume": _resumed, "whistle": _called, "report_in": _reported, "consult": _consulted,
    "conclude": _concluded, "release": _released, "close": _closed, "self_handle": _closed, "verify": _verified,
    "redo": _again, "archive": _over, "reject": _over, "void": _over, "grant_return_up": _over,
}  # fmt: skip
