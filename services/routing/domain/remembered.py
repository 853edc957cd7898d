"""What a case remembers of its decisions: how it began, who had a part, the steps taken and what occurred by them."""

import msgspec

from services.contracts.cases import Occurrence
from services.contracts.promises import Terms
from services.contracts.times import TOLD_WITHIN

from .state import CaseState, Decision, Step, fingerprints


def begun(decision: Decision, step: Step) -> CaseState:
    """A new case. ValueError where the decision is of no submission."""
    submission = decision.submission
    if submission is None or decision.after is None:
        raise ValueError("a case begins with its submission")
    told_at = decision.recorded_at
    return CaseState(
        case_id=decision.case_id,
        version=decision.version,
        summary=decision.after,
        source=submission.source,
        source_id=submission.source_id,
        due_by_source=submission.source_due_at is not None,
        title=submission.title,
        category_given=submission.category,
        confidential=submission.confidential,
        fingerprints=fingerprints(submission),
        steps=(step,),
        terms=decision.terms or Terms(),
        clocks=decision.clocks or {},
        history_until=told_at if told_at is not None and told_at - decision.at > TOLD_WITHIN else None,
    )


def known_departments(case: CaseState, decision: Decision) -> tuple[str, ...]:
    """Every department that ever had a part in it: as lead, as assistant, called or consulted."""
    assert decision.after is not None
    details = decision.details
    tasks = (task.department for task in decision.after.tasks)
    named = [decision.after.dims.department, *tasks, *details.departments, *details.parties]
    new = [name for name in dict.fromkeys(named) if name is not None and name not in case.departments]
    return (*case.departments, *new)


def retitled(case: CaseState, decision: Decision) -> str | None:
    """As an amendment has it."""
    amended = (decision.details.fields or {}).get("title") if decision.action == "amend" else None
    return amended if isinstance(amended, str) and amended else case.title


def steps_with(case: CaseState, decision: Decision, step: Step) -> tuple[Step, ...]:
    """What occurred so far, as the decision leaves it, and the new step."""
    if not decision.removed:
        return (*case.steps, step)
    gone = [one.id for one in decision.removed]
    # a replacement stands where the replaced stood, so that a later correction finds it
    instead: dict[str, Occurrence] = {}
    if decision.action in ("correct", "exclude"):
        instead = dict(zip(gone, decision.added, strict=False))
    own = () if decision.action == "correct" else decision.added[len(instead) :]
    kept = tuple(_with_replaced(old, frozenset(gone), instead) for old in case.steps)
    return (*kept, msgspec.structs.replace(step, occurrences=own))


def _with_replaced(step: Step, gone: frozenset[str], instead: dict[str, Occurrence]) -> Step:
    if not any(occurrence.id in gone for occurrence in step.occurrences):
        return step
    kept = [instead.get(one.id, one) for one in step.occurrences if one.id not in gone or one.id in instead]
    return msgspec.structs.replace(step, occurrences=tuple(kept))


def occurred(case: CaseState) -> tuple[Occurrence, ...]:
    """All so far, but for what was taken back."""
    return tuple(occurrence for step in case.steps for occurrence in step.occurrences)
