"""What a move changes in the case's summary besides its state. One function per action that changes more.

Due times are not here: they follow from the case's clocks (promises.py).
"""

from collections.abc import Callable, Mapping

import msgspec

from services.contracts.actions import ActionName, ActionRequested
from services.contracts.cases import CaseSummary, Evaluation, FollowUp, State
from services.contracts.submissions import Place

from .rules import Rules
from .state import CaseState
from .tasks import open_tasks, released

Effect = Callable[[CaseState, ActionRequested, Rules], CaseSummary]
_replace = msgspec.structs.replace
RESOLVED_BY_REPLY = frozenset(("mediation", "deliberation"))
"""Channels on which a reply says whether the matter was resolved: an agreement reached, a proposal carried out."""


def _accept(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    summary, code = case.summary, command.details.category or case.category_given
    return _replace(summary, dims=_replace(summary.dims, category=code), accepted=True)


def _recategorise(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, dims=_replace(case.summary.dims, category=command.details.category))


def _dispatch(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    summary, to = case.summary, command.details.department
    granted = summary.state == "return_requested" and to != case.department
    dims = _replace(summary.dims, department=to, category=command.details.category or summary.dims.category)
    return _replace(summary, dims=dims, returns=summary.returns + granted, dispatches=summary.dispatches + 1)


def _hand_over(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    # in the state it is in: what the closed department had begun, its successor goes on with
    summary, to = case.summary, command.details.department
    gone = command.details.party
    mine = [task for task in open_tasks(summary) if task.department == gone]
    tasks = tuple(_replace(one, department=to) if one in mine else one for one in summary.tasks)
    lead = to if case.department == gone else case.department
    return _replace(summary, dims=_replace(summary.dims, department=lead), tasks=tasks)


def _sign(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, signed_at=case.summary.signed_at or command.at)


def _extend(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, extended=case.summary.extended + 1)


def _reply(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    summary = case.summary
    first = summary.first_replied_at or command.at
    resolved = command.details.solved if summary.dims.channel in RESOLVED_BY_REPLY else None
    return _replace(
        summary,
        replied_at=command.at,
        first_replied_at=first,
        resolved=summary.resolved if resolved is None else resolved,
    )


def _self_handle(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    summary, at = released(case.summary), command.at
    return _replace(
        summary,
        dims=_replace(summary.dims, department=None),
        accepted=True,
        self_handled=True,
        replied_at=at,
        first_replied_at=summary.first_replied_at or at,
        closed_at=at,
    )


def _close(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, closed_at=command.at)


def _verify(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    summary = _replace(case.summary, verifications=case.summary.verifications + 1)
    if command.details.passed:
        return _replace(summary, closed_at=command.at)
    return _replace(summary, verifications_failed=summary.verifications_failed + 1)


def _redo(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    # the first promise and the standing reply stay, the closing, its follow-up and its evaluation are taken back
    return _replace(case.summary, closed_at=None, evaluation=None, follow_up=None, redos=case.summary.redos + 1)


def _follow_up(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    details = command.details
    contacted = bool(details.contacted)
    effective = contacted if details.effective is None else details.effective
    told = FollowUp(at=command.at, contacted=contacted, effective=effective, solved=details.solved)
    return _replace(case.summary, follow_up=told)


def _rate(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    grade = command.details.grade
    assert grade is not None, "the table's needs were checked"
    said = Evaluation(at=command.at, grade=grade, solved=command.details.solved)
    return _replace(case.summary, evaluation=said, first_evaluation=case.summary.first_evaluation or said)


def _merge(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, merged_into=command.details.main)


def _split(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, merged_into=None)


def _follow(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, merged_into=command.details.main)


def _link(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, linked_to=command.details.main)


def _unlink(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, linked_to=None)


def _exclude(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, excluded=True)


def _publish(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, published=True)


def _withdraw(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, published=False)


def _amend(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    fields, dims = command.details.fields or {}, case.summary.dims
    if "urgency" in fields:
        dims = _replace(dims, urgency=fields["urgency"])
    place = fields.get("place")
    if isinstance(place, dict) and ("grid" in place or "lon" in place):
        # a point is in the grid around it or in none; what says neither a point nor a grid leaves it where it is
        told = None if place.get("grid", "") is None else rules.ground.of(msgspec.convert(place, Place))
        dims = _replace(dims, grid=told)
    return _replace(case.summary, dims=dims)


_EFFECTS: Mapping[ActionName, Effect] = {
    "accept": _accept,
    "recategorise": _recategorise,
    "dispatch": _dispatch,
    "hand_over": _hand_over,
    "sign": _sign,
    "extend": _extend,
    "reply": _reply,
    "self_handle": _self_handle,
    "close": _close,
    "verify": _verify,
    "redo": _redo,
    "follow_up": _follow_up,
    "rate": _rate,
    "merge": _merge,
    "split": _split,
    "follow": _follow,
    "link": _link,
    "unlink": _unlink,
    "exclude": _exclude,
    "publish": _publish,
    "withdraw": _withdraw,
    "amend": _amend,
}


def summary_after(case: CaseState, command: ActionRequested, rules: Rules, state: State) -> CaseSummary:
    """The summary once `command` is applied and the case is in `state`."""
    effect = _EFFECTS.get(command.action)
    changed = effect(case, command, rules) if effect else case.summary
    return _replace(changed, state=state)


def state_after(case: CaseState, command: ActionRequested, to: State | None) -> State:
    """Where the table says, or, where it leaves that open, the move's own rule."""
    match command.action:
        case "verify":
            return "closed" if command.details.passed else "redo"
        case "split":
            return case.before_merge or "received"
    return to or case.summary.state
