"""What each move changes in its case besides the state. One function per action that changes more."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from . import promises, talks
from .case import Case, Move, happened, open_tasks, task_of
from .policies import Rules
from .sense import category_named, corrected

RESOLVING = ("mediation", "deliberation")
"""Channels where a reply says whether the matter is resolved."""


# -- 受理, 派单, 协办


def _accept(rules: Rules, case: Case, move: Move) -> None:
    before, terms = case["category"], rules.terms(case)
    case["category"], case["accepted"] = category_named(case, move), True
    if case["category"] != before:
        promises.completed(rules, case, terms)


def _recategorise(rules: Rules, case: Case, move: Move) -> None:
    terms, old = rules.terms(case), case["category"]
    case["category"] = move.details["category"]
    if case["state"] == "accepted":
        promises.completed(rules, case, terms)
    else:
        promises.of_another_category(rules, case, old)


def _dispatch(rules: Rules, case: Case, move: Move) -> None:
    to, terms = move.details["department"], rules.terms(case)
    case["returns"] += case["state"] == "return_requested" and to != case["department"]
    case["dispatches"] += 1
    case["department"], case["dispatched_at"], case["reached"] = to, move.at, False
    case["parts"].add(to)
    other = move.details.get("category") or case["category"]
    case["recategorised"] = (case["category"],) if other != case["category"] else ()
    case["category"] = other
    promises.dispatched(rules, case, move.at, terms)


def _dispatched(rules: Rules, case: Case, move: Move) -> None:
    if case.pop("recategorised"):
        happened(case, move.name, "recategorised", move.at)
    _leads_now(case, move)
    for assistant in move.details.get("departments", ()):
        _give_task(case, assistant, move.at)
        happened(case, move.name, "assisted", move.at, department=assistant)
    if case["consulted"] is not None:
        case["consulted"] = None
        happened(case, move.name, "concluded", move.at)


def _assist(rules: Rules, case: Case, move: Move) -> None:
    _give_task(case, move.details["department"], move.at)


def _give_task(case: Case, department: str, at: datetime) -> None:
    name = f"{case['submission']['case_id']}/{case['version'] + 1}/assisted/{department}"
    task = {
        "id": name,
        "department": department,
        "state": "assigned",
        "assigned_at": at,
        "signed_at": None,
        "replied_at": None,
    }
    case["tasks"].append(task)
    case["parts"].add(department)
    promises.given_a_task(case, name, at)


def _release(rules: Rules, case: Case, move: Move) -> None:
    task = task_of(case, move.details["department"])
    assert task is not None, "its sense was checked"
    task["state"] = "released"


def _hand_over(rules: Rules, case: Case, move: Move) -> None:
    """What a closed department has to do is its successor's; what it has done stays its own."""
    gone, successor = move.details["party"], move.details["department"]
    if case["department"] == gone:
        case["department"] = successor
    for task in open_tasks(case):
        if task["department"] == gone:
            task["department"] = successor
    case["parts"].add(successor)


def _handed_over(rules: Rules, case: Case, move: Move) -> None:
    if case["department"] == move.details["department"]:
        _leads_now(case, move)


def _leads_now(case: Case, move: Move) -> None:
    """Nobody assists itself."""
    lead = move.details["department"]
    own = [task for task in open_tasks(case) if task["department"] == lead]
    for task in own:
        task["state"] = "released"
        promises.task_over(case, task["id"], move.at)
    if own:
        happened(case, move.name, "released", move.at, department=lead)


# -- 签收, 先行联系, 延期, 答复, 自办


def _sign(rules: Rules, case: Case, move: Move) -> None:
    case["signed_at"] = case["signed_at"] or move.at
    _in_time(case, move, "sign", "signed_on_time")


def _contact(rules: Rules, case: Case, move: Move) -> None:
    if move.details["reached"] and not case["reached"]:
        case["reached"] = True
        happened(case, move.name, "contacted_first", move.at)
        _in_time(case, move, "contact", "contacted_on_time")


def _in_time(case: Case, move: Move, clock: str, kind: str) -> None:
    """Counted in the hour of the dispatch that it answers."""
    running = case["clocks"].get(clock)
    if running is not None and move.at <= running["due"]:
        happened(case, move.name, kind, case["dispatched_at"])


def _extend(rules: Rules, case: Case, move: Move) -> None:
    case["extended"] += 1


def _reply(rules: Rules, case: Case, move: Move) -> None:
    _replied(case, move.at)
    if case["channel"] in RESOLVING and move.details.get("solved") is not None:
        case["resolved"] = move.details["solved"]


def _replied(case: Case, at: datetime) -> None:
    case["replied_at"], case["first_replied_at"] = at, case["first_replied_at"] or at


def _self_handle(rules: Rules, case: Case, move: Move) -> None:
    for task in open_tasks(case):
        task["state"] = "released"
        happened(case, move.name, "released", move.at, department=task["department"])
    case["department"], case["accepted"], case["self_handled"] = None, True, True
    _replied(case, move.at)
    case["closed_at"] = move.at


def _self_handled(rules: Rules, case: Case, move: Move) -> None:
    happened(case, move.name, "replied", move.at)
    happened(case, move.name, "closed", move.at)


# -- 核查, 办结, 重办, 回访, 评价


def _verify(rules: Rules, case: Case, move: Move) -> None:
    case["verifications"] += 1
    if move.details["passed"]:
        case["state"], case["closed_at"] = "closed", move.at
    else:
        case["verifications_failed"] += 1
        case["state"] = "redo"


def _verified(rules: Rules, case: Case, move: Move) -> None:
    happened(case, move.name, "closed" if move.details["passed"] else "verification_failed", move.at)


def _close(rules: Rules, case: Case, move: Move) -> None:
    case["closed_at"] = move.at


def _redo(rules: Rules, case: Case, move: Move) -> None:
    case["redos"] += 1
    case["closed_at"] = case["evaluation"] = case["follow_up"] = None


def _follow_up(rules: Rules, case: Case, move: Move) -> None:
    case["follow_up"] = {"name": move.name, "at": move.at} | survey(move)


def survey(move: Move) -> dict[str, Any]:
    """Whom nobody reached said nothing: effective as contacted, unless it is said otherwise."""
    contacted, effective = move.details["contacted"], move.details.get("effective")
    return {
        "contacted": contacted,
        "effective": contacted if effective is None else effective,
        "solved": move.details.get("solved"),
    }


def _rate(rules: Rules, case: Case, move: Move) -> None:
    said = {"grade": move.details["grade"], "solved": move.details.get("solved")}
    case["evaluation"] = {"name": move.name, "at": move.at} | said
    case["first_evaluation"] = case["first_evaluation"] or dict(case["evaluation"])


# -- 并单, 并案, 作废, 补充, 剔除, 公示, 更正


def _merge(rules: Rules, case: Case, move: Move) -> None:
    case["merged_into"], case["before_merge"] = move.details["main"], case["state"]
    case["main_version"] = 0


def _split(rules: Rules, case: Case, move: Move) -> None:
    case["state"], case["merged_into"], case["before_merge"] = case["before_merge"], None, None


def _link(rules: Rules, case: Case, move: Move) -> None:
    case["linked_to"] = move.details["main"]


def _unlink(rules: Rules, case: Case, move: Move) -> None:
    case["linked_to"] = None


def _void(rules: Rules, case: Case, move: Move) -> None:
    case["happened"].clear()


def _amend(rules: Rules, case: Case, move: Move) -> None:
    fields = move.details["fields"]
    case["urgency"] = fields.get("urgency", case["urgency"])
    if isinstance(fields.get("place"), dict):
        told = fields["place"]
        if told.get("grid", "") is None:
            case["grid"] = None
        elif {"grid", "lon", "lat"} & set(told):
            case["grid"] = rules.grid_of(told)


def _exclude(rules: Rules, case: Case, move: Move) -> None:
    case["excluded"] = True


def _publish(rules: Rules, case: Case, move: Move) -> None:
    case["published"] = True


def _withdraw(rules: Rules, case: Case, move: Move) -> None:
    case["published"] = False


def _correct(rules: Rules, case: Case, move: Move) -> None:
    """更正 keeps when it happened and to whom."""
    name = corrected(move)
    said = {
        field: move.details[field] for field in ("grade", "solved", "contacted", "effective") if field in move.details
    }
    standing = [case[kept] for kept in ("evaluation", "first_evaluation", "follow_up") if case[kept] is not None]
    for one in (*case["happened"], *standing):
        if one["name"] == name:
            one.update({field: value for field, value in said.items() if value is not None})


EFFECTS: Mapping[str, Callable[[Rules, Case, Move], None]] = {
    "accept": _accept, "recategorise": _recategorise, "dispatch": _dispatch,
    "assist": _assist, "release": _release, "consult": talks.consult,
    "opine": talks.opine, "conclude": talks.conclude, "whistle": talks.whistle, "report_in": talks.report_in,
    "hand_over": _hand_over,
    "sign": _sign, "contact": _contact, "extend": _extend, "reply": _reply, "self_handle": _self_handle,
    "verify": _verify, "close": _close, "redo": _redo, "follow_up": _follow_up, "rate": _rate, "merge": _merge,
    "split": _split, "link": _link, "unlink": _unlink, "void": _void, "amend": _amend, "exclude": _exclude,
    "publish": _publish, "withdraw": _withdraw, "correct": _correct,
}  # fmt: skip
AFTERWARDS: Mapping[str, Callable[[Rules, Case, Move], None]] = {
    "dispatch": _dispatched,
    "hand_over": _handed_over,
    "self_handle": _self_handled,
    "verify": _verified,
}
"""What is counted besides, behind the move itself."""
