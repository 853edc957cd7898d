"""更正: replaces what one earlier action said, keeping when it happened; never a move or a department."""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.contracts.actions import ActionName, ActionRequested
from services.contracts.cases import CaseSummary, Occurrence

from .state import CaseState, Step

_SAID_BY: Mapping[str, frozenset[str]] = {
    "grade": frozenset(("rate",)),
    "solved": frozenset(("rate", "follow_up")),
    "contacted": frozenset(("follow_up",)),
    "effective": frozenset(("follow_up",)),
    "text": frozenset(("reply", "rate", "follow_up")),
}
"""Which actions say it: a grade on another's occurrence would be counted as one."""
CORRECTABLE = tuple(_SAID_BY)
_replace = msgspec.structs.replace


def target(case: CaseState, command: ActionRequested) -> Step | None:
    """The applied step that is to be corrected, by its sender and action id."""
    sender = command.details.corrects_sender or command.actor.sender
    for step in case.steps:
        if step.action != "submit" and (step.sender, step.action_id) == (sender, command.details.corrects):
            return step
    return None


def not_said(step: Step, command: ActionRequested) -> tuple[str, ...]:
    """What the correction would replace that such an action never says."""
    return tuple(
        name
        for name, actions in _SAID_BY.items()
        if getattr(command.details, name) is not None and step.action not in actions
    )


def corrected(
    case: CaseState, step: Step, command: ActionRequested
) -> tuple[CaseSummary, Occurrence | None, Occurrence | None]:
    """The summary, the occurrence taken away and the one put in its place (None where it has none to change)."""
    said = {name: value for name in CORRECTABLE if (value := getattr(command.details, name)) is not None}
    said.pop("text", None)
    old = next(iter(step.occurrences), None)
    if old is None or not said:
        return case.summary, None, None
    new = _replace(old, id=f"{case.case_id}/{case.version + 1}/{old.kind}", **said)
    return _standing(case, step, said), old, new


def _standing(case: CaseState, step: Step, said: Mapping[str, Any]) -> CaseSummary:
    """The summary, where what is corrected is what stands."""
    summary = case.summary
    if step.action == "follow_up" and summary.follow_up is not None and step is _last(case, "follow_up"):
        return _replace(summary, follow_up=_replace(summary.follow_up, **said))
    if step.action != "rate":
        return summary
    if summary.evaluation is not None and step is _last(case, "rate"):
        summary = _replace(summary, evaluation=_replace(summary.evaluation, **said))
    if summary.first_evaluation is not None and step is _first(case, "rate"):
        summary = _replace(summary, first_evaluation=_replace(summary.first_evaluation, **said))
    return summary


def _last(case: CaseState, action: ActionName) -> Step | None:
    return next((step for step in reversed(case.steps) if step.action == action), None)


def _first(case: CaseState, action: ActionName) -> Step | None:
    return next((step for step in case.steps if step.action == action), None)
