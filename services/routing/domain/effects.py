"""What a move changes in the case's summary besides its state. One function per action that changes more."""

from collections.abc import Callable, Mapping

import msgspec

from services.contracts.actions import ActionName, ActionRequested
from services.contracts.cases import CaseSummary, Evaluation, State

from .rules import Rules
from .state import CaseState

Effect = Callable[[CaseState, ActionRequested, Rules], CaseSummary]
_replace = msgspec.structs.replace


def _accept(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    summary, code = case.summary, command.details.category or case.category_given
    dims = _replace(summary.dims, category=code)
    if code == summary.dims.category or case.due_by_source:
        return _replace(summary, dims=dims)
    due = summary.received_at + rules.time_to_reply(code)
    return _replace(summary, dims=dims, due_at=due, first_due_at=due)


def _dispatch(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    summary, to = case.summary, command.details.department
    granted = summary.state == "return_requested" and to != case.department
    dims = _replace(summary.dims, department=to)
    return _replace(summary, dims=dims, returns=summary.returns + granted)


def _reply(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    first = case.summary.first_replied_at or command.at
    return _replace(case.summary, replied_at=command.at, first_replied_at=first)


def _close(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    return _replace(case.summary, closed_at=command.at)


def _redo(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    # a new due time; the first promise and the standing reply stay, the closing and its evaluation are taken back
    due = command.at + rules.time_to_reply(case.summary.dims.category)
    return _replace(case.summary, due_at=due, closed_at=None, evaluation=None, redos=case.summary.redos + 1)


def _rate(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    grade = command.details.grade
    assert grade is not None, "the table's needs were checked"
    return _replace(case.summary, evaluation=Evaluation(at=command.at, grade=grade, solved=command.details.solved))


def _amend(case: CaseState, command: ActionRequested, rules: Rules) -> CaseSummary:
    fields, dims = command.details.fields or {}, case.summary.dims
    if "urgency" in fields:
        dims = _replace(dims, urgency=fields["urgency"])
    if isinstance(fields.get("place"), dict):
        dims = _replace(dims, grid=fields["place"].get("grid", dims.grid))
    return _replace(case.summary, dims=dims)


_EFFECTS: Mapping[ActionName, Effect] = {
    "accept": _accept,
    "dispatch": _dispatch,
    "reply": _reply,
    "close": _close,
    "redo": _redo,
    "rate": _rate,
    "amend": _amend,
}


def summary_after(case: CaseState, command: ActionRequested, rules: Rules, state: State) -> CaseSummary:
    """The summary once `command` is applied and the case is in `state`."""
    effect = _EFFECTS.get(command.action)
    changed = effect(case, command, rules) if effect else case.summary
    return _replace(changed, state=state)
