"""Whether an allowed move makes sense for this case: one function for each action that can lack sense.

Each gives None, or (code, Chinese, English, fields…) of what is against it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from services.contracts.actions import ActionName, ActionRequested
from services.contracts.cases import State
from services.contracts.submissions import Place, Urgency
from services.contracts.times import in_zone

from .corrections import CORRECTABLE, not_said, target
from .rules import Rules
from .state import CaseState
from .tasks import newest, open_tasks

Against = tuple[str, ...] | None
Check = Callable[[CaseState, ActionRequested, Rules], Against]


class Amendment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What `amend` may change, each only if it is there."""

    title: str = ""
    text: str = ""
    place: Place = Place()
    urgency: Urgency = "normal"
    attributes: dict[str, Any] = {}


def against(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    """What is against it, if anything."""
    check = _CHECKS.get(command.action)
    return check(case, command, rules) if check else None


def _accept(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    code = command.details.category or case.category_given
    if rules.category(code) is None:
        return "unknown_category", "需要已知的类别", f"category {code!r} is not known", "category"
    return None


def _department(name: str | None, rules: Rules, field: str) -> Against:
    row = rules.departments.get(name or "")
    if row is None:
        return "unknown_department", "没有这个部门", f"department {name!r} is not known", field
    if row.successor is not None:
        return "closed_department", "该部门已撤并", f"{name} is closed; its successor is {row.successor}", field
    return None


def _recategorise(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    code = command.details.category
    if rules.category(code) is None:
        return "unknown_category", "没有这个类别", f"category {code!r} is not known", "category"
    if code == case.summary.dims.category:
        return "same_category", "已是该类别", "it is of that category already", "category"
    return None


def _dispatch(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    lead = command.details.department
    if found := _department(lead, rules, "department"):
        return found
    if command.details.category and rules.category(command.details.category) is None:
        return "unknown_category", "没有这个类别", f"category {command.details.category!r} is not known", "category"
    if case.summary.state == "dispatched" and lead == case.department:
        return "same_department", "已派给该部门", "it is with that department already", "department"
    busy = {lead, *(task.department for task in open_tasks(case.summary))}
    for name in command.details.departments:
        if found := _department(name, rules, "departments"):
            return found
        if name in busy:
            return "same_department", "该部门已在办", f"{name} has a part in it already", "departments"
        busy.add(name)
    return None


def _assist(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    name = command.details.department
    if found := _department(name, rules, "department"):
        return found
    task = newest(case.summary, name or "")
    if name == case.department or (task is not None and task in open_tasks(case.summary)):
        return "same_department", "该部门已在办", f"{name} has a part in it already", "department"
    return None


def _ask_assist(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    return _department(command.details.department, rules, "department")


def _release(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    task = newest(case.summary, command.details.department or "")
    if task is None or task not in open_tasks(case.summary):
        return "no_task", "该部门没有在办的协办任务", "that department has no open task here", "department"
    return None


def _refuse_return(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    if command.details.department not in (None, case.department):
        return "no_task", "该部门没有协办任务", "that department has no task here", "department"
    return None


def _consult(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    if case.consultation is not None:
        return "consultation_open", "会商尚未结束", "a consultation is open; conclude it first"
    return None


def _opine(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    if case.consultation is None:
        return "no_consultation", "没有进行中的会商", "no consultation is open"
    own = command.actor.subject if command.actor.role == "department" else None
    if own is not None and command.details.party not in (None, own):
        return "unused_field", "部门只说自己的意见", f"{own} says its own opinion: leave party out", "party"
    party = own or command.details.party
    if party not in case.consultation.parties:
        asked = ", ".join(case.consultation.parties)
        return "not_consulted", "不在会商各方之列", f"{party!r} was not consulted; asked were {asked}", "party"
    return None


def _conclude(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    return None if case.consultation else ("no_consultation", "没有进行中的会商", "no consultation is open")


def _whistle(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    looked_at = (_department(name, rules, "departments") for name in command.details.departments)
    return next((found for found in looked_at if found), None)


def _report_in(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    if case.summons_of(command.actor.subject or "") is None:
        return "not_summoned", "未被鸣哨召集，或已报到", "not summoned, or reported in already"
    return None


def _extend(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    until, due = command.details.until, case.summary.due_at
    assert until is not None, "the table's needs were checked"
    if until <= due:
        text = f"until is not after the present due time {in_zone(due, rules.zone).isoformat()}"
        return "not_later", "新期限不晚于现期限", text, "until"
    longest = case.terms.longest_extension
    if longest is not None and until > (latest := rules.calendar(case.terms).after(due, longest)):
        text = f"at most to {in_zone(latest, rules.zone).isoformat()}"
        return "too_long", "超过可延期限", text, "until"
    return None


def _return(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    window = case.of_dispatch("return")
    if window is not None and command.at > window.due_at:
        return "too_late", "已过退单时限", f"could be returned until {in_zone(window.due_at, rules.zone).isoformat()}"
    return None


def _closing(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    still = ", ".join(task.department for task in open_tasks(case.summary))
    closes = command.action == "close" or command.details.passed
    return ("open_tasks", "协办任务未完成", f"tasks are open: {still}") if still and closes else None


def _to_a_main(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    main = command.details.main or ""
    if main == case.case_id:
        return "same_case", "不能并入自身", "main is the case itself", "main"
    if main[:2] != case.case_id[:2]:
        return "other_kind", "主件类型不同", "main is of another kind, or no case id", "main"
    return None


def _unlink(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    return None if case.summary.linked_to else ("not_linked", "没有并案", "it is linked with none")


def _exclude(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    return ("excluded_already", "已剔除", "it is excluded already") if case.summary.excluded else None


_FROM_WHEN: Mapping[str, frozenset[State]] = {
    "replied": frozenset(("replied", "closed", "follow_up", "evaluated", "archived")),
    "closed": frozenset(("closed", "follow_up", "evaluated", "archived")),
}


def not_to_publish(case: CaseState) -> Against:
    """Whether it may be published as it stands, whoever asks."""
    begin = case.terms.publish_from
    if case.confidential or begin == "never":
        return "not_published", "不予公示", "cases like this one are not published"
    reached = case.summary.evaluation is not None if begin == "evaluated" else case.summary.state in _FROM_WHEN[begin]
    return None if reached else ("too_early", "尚不能公示", f"is published once it is {begin}")


def _withdraw(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    return None if case.summary.published else ("not_published", "没有公示", "nothing of it is published")


def _amend(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    try:
        told = msgspec.convert(command.details.fields, Amendment)
    except msgspec.ValidationError as error:
        return "not_amendable", "不能这样补充", f"cannot amend so: {error}", "fields"
    if (told.place.lon is None) is not (told.place.lat is None):
        lacking = "lon" if told.place.lon is None else "lat"
        return "bad_place", "经纬度须同时给出", f"{lacking} is missing: a point has both", f"fields.place.{lacking}"
    for name, value, most in (("lon", told.place.lon, 180), ("lat", told.place.lat, 90)):
        if value is not None and not -most <= value <= most:
            text = f"{name} is {value}: in degrees, at most {most} to either side"
            return "bad_place", "经度在 ±180 之内，纬度在 ±90 之内", text, f"fields.place.{name}"
    return None


def _correct(case: CaseState, command: ActionRequested, rules: Rules) -> Against:
    details, step = command.details, target(case, command)
    if step is None:
        return "unknown_action", "没有这个动作", "no applied action of that id", "corrects"
    if step.sender != command.actor.sender and command.actor.role != "supervisor":
        text = "only its sender or the supervisor corrects an action"
        return "not_authorized", "只有本人或督查可更正", text, "corrects_sender"
    if all(getattr(details, name) is None for name in CORRECTABLE):
        return "missing_field", "缺少更正内容", f"needs one of {', '.join(CORRECTABLE)}", *CORRECTABLE
    if foreign := not_said(step, command):
        return "not_correctable", "该动作没有这些内容", f"{step.action} has no {', '.join(foreign)}", *foreign
    return None


_CHECKS: Mapping[ActionName, Check] = {
    "accept": _accept,
    "recategorise": _recategorise,
    "dispatch": _dispatch,
    "ask_assist": _ask_assist,
    "assist": _assist,
    "release": _release,
    "return": _return,
    "refuse_return": _refuse_return,
    "consult": _consult,
    "opine": _opine,
    "conclude": _conclude,
    "whistle": _whistle,
    "report_in": _report_in,
    "extend": _extend,
    "close": _closing,
    "verify": _closing,
    "merge": _to_a_main,
    "link": _to_a_main,
    "unlink": _unlink,
    "exclude": _exclude,
    "publish": lambda case, command, rules: not_to_publish(case),
    "withdraw": _withdraw,
    "amend": _amend,
    "correct": _correct,
}
