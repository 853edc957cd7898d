"""更正: replaces what one earlier action said, keeping when it happened; never a move or a department."""

import msgspec

from services.contracts.actions import ActionRequested
from services.contracts.cases import CaseSummary, Evaluation, Occurrence

from .state import CaseState, Step

CORRECTABLE = ("grade", "solved", "contacted", "effective", "text")
_replace = msgspec.structs.replace


def target(case: CaseState, command: ActionRequested) -> Step | None:
    """The applied step that is to be corrected, by its sender and action id."""
    sender = command.details.corrects_sender or command.actor.sender
    for step in case.steps:
        if step.action != "submit" and (step.sender, step.action_id) == (sender, command.details.corrects):
            return step
    return None


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
    standing = case.summary.evaluation
    summary = case.summary
    if step.action == "rate" and standing is not None and step is _last_rating(case):
        grade = said.get("grade", standing.grade)
        evaluation = Evaluation(at=standing.at, grade=grade, solved=said.get("solved", standing.solved))
        summary = _replace(summary, evaluation=evaluation)
    return summary, old, new


def _last_rating(case: CaseState) -> Step | None:
    return next((step for step in reversed(case.steps) if step.action == "rate"), None)
