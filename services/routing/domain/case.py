"""`decide` what becomes of a command, `evolve` the case by it. Pure: time, rules and case come as arguments."""

from datetime import datetime

import msgspec

from services.contracts.actions import ActionDetails, ActionRequested
from services.contracts.actors import ROUTING
from services.contracts.cases import Occurrence, Refusal
from services.contracts.submissions import SubmissionReceived

from .corrections import corrected, target
from .effects import summary_after
from .moves import MOVES
from .refusals import refusal, unknown_case
from .rules import Rules
from .state import CaseState, Decision, Step, fingerprints
from .submit import decide_submission

Command = SubmissionReceived | ActionRequested


def decide(case: CaseState | None, command: Command, rules: Rules, now: datetime) -> tuple[Decision, ...]:
    """The command's own decision and those that follow from it: nothing for a repeat, up to three for a submission.

    `now` is the command's append time; no rule of today depends on it, deadlines will.
    """
    if isinstance(command, SubmissionReceived):
        first = decide_submission(case, command, rules)
    elif case is None:
        first = _refused(None, command, unknown_case())
    else:
        first = _act(case, command, rules)
    if first is None or not first.applied:
        return (first,) if first else ()
    after = evolve(case, first)
    return (first, *_own_moves(after, command, first, rules))


def evolve(case: CaseState | None, decision: Decision) -> CaseState:
    """The case after an applied decision. ValueError for a refusal: it changes nothing."""
    if decision.after is None or not decision.applied:
        raise ValueError("a refusal does not change a case")
    step = Step(
        sender=decision.actor.sender,
        action_id=decision.action_id,
        action=decision.action,
        version=decision.version,
        at=decision.at,
        occurrences=decision.added,
    )
    if case is None:
        submission = decision.submission
        if submission is None:
            raise ValueError("a case begins with its submission")
        return CaseState(
            case_id=decision.case_id,
            version=decision.version,
            summary=decision.after,
            source=submission.source,
            source_id=submission.source_id,
            due_by_source=submission.source_due_at is not None,
            category_given=submission.category,
            confidential=submission.confidential,
            fingerprints=fingerprints(submission),
            steps=(step,),
        )
    gone = {occurrence.id for occurrence in decision.removed}
    if decision.action == "correct":
        # the replacement stands where the replaced stood, so that a later correction finds it
        steps = [_with_replaced(old, gone, decision.added) for old in case.steps]
        steps.append(msgspec.structs.replace(step, occurrences=()))
    else:
        steps = [_with_replaced(old, gone, ()) for old in case.steps] + [step]
    lead = decision.after.dims.department
    known = case.departments if lead is None or lead in case.departments else (*case.departments, lead)
    return msgspec.structs.replace(
        case, version=decision.version, summary=decision.after, departments=known, steps=tuple(steps)
    )


def _with_replaced(step: Step, gone: set[str], added: tuple[Occurrence, ...]) -> Step:
    if not any(occurrence.id in gone for occurrence in step.occurrences):
        return step
    kept = tuple(occurrence for occurrence in step.occurrences if occurrence.id not in gone)
    return msgspec.structs.replace(step, occurrences=(*kept, *added))


def _act(case: CaseState, command: ActionRequested, rules: Rules) -> Decision:
    against = refusal(case, command, rules)
    if against is not None:
        return _refused(case, command, against)
    move, version = MOVES[command.action], case.version + 1
    summary = summary_after(case, command, rules, move.to or case.summary.state)
    added: tuple[Occurrence, ...] = ()
    removed: tuple[Occurrence, ...] = ()
    if move.occurrence is not None:
        details = command.details
        added = (
            Occurrence(
                id=f"{case.case_id}/{version}/{move.occurrence}",
                kind=move.occurrence,
                at=command.at,
                dims=summary.dims,
                grade=details.grade if command.action == "rate" else None,
                solved=details.solved,
                contacted=details.contacted,
                effective=details.effective,
            ),
        )
    if command.action == "void":
        removed = tuple(occurrence for step in case.steps for occurrence in step.occurrences)
    if command.action == "correct" and (step := target(case, command)) is not None:
        summary, old, new = corrected(case, step, command)
        removed, added = (old,) if old else (), (new,) if new else ()
    return Decision(
        case_id=case.case_id,
        action=command.action,
        action_id=command.action_id,
        actor=command.actor,
        at=command.at,
        version=version,
        details=command.details,
        before=case.summary,
        after=summary,
        added=added,
        removed=removed,
    )


def _refused(case: CaseState | None, command: ActionRequested, against: Refusal) -> Decision:
    return Decision(
        case_id=command.case_id,
        action=command.action,
        action_id=command.action_id,
        actor=command.actor,
        at=command.at,
        version=case.version if case else 0,
        details=command.details,
        refusal=against,
        before=case.summary if case else None,
        after=case.summary if case else None,
    )


def _own_moves(case: CaseState, command: Command, cause: Decision, rules: Rules) -> tuple[Decision, ...]:
    """Routing accepts by itself where the category is known, and dispatches where it names a department."""
    made: list[Decision] = []
    prefix = "submit" if cause.action == "submit" else f"{cause.actor.sender}:{cause.action_id}"
    row = rules.category(case.summary.dims.category)
    if cause.action == "submit" and row is not None:
        made.append(_own(case, "accept", f"{prefix}/accept", ActionDetails(), command, cause, rules))
        case = evolve(case, made[-1])
    if cause.action in ("submit", "accept") and row is not None and row.department is not None:
        details = ActionDetails(department=row.department)
        made.append(_own(case, "dispatch", f"{prefix}/dispatch", details, command, cause, rules))
    return tuple(decision for decision in made if decision.applied)


def _own(
    case: CaseState,
    action: str,
    action_id: str,
    details: ActionDetails,
    command: Command,
    cause: Decision,
    rules: Rules,
) -> Decision:
    asked = msgspec.convert(
        {
            "case_id": case.case_id,
            "action_id": action_id,
            "action": action,
            "at": cause.at,
            "details": msgspec.to_builtins(details),
            "actor": msgspec.to_builtins(ROUTING),
        },
        ActionRequested,
    )
    return _act(case, asked, rules)
