"""`decide` what becomes of a command, `evolve` the case by it. Pure: time, rules and case come as arguments."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec

from services.contracts.actions import ActionRequested
from services.contracts.cases import CaseSummary, Occurrence, Refusal
from services.contracts.followups import CaseJoined, DeadlineReached, DirectoryApplied, FollowUpCommand, MainMoved
from services.contracts.submissions import SubmissionReceived

from . import requests
from .applied import applied
from .corrections import corrected, target
from .effects import state_after, summary_after
from .joins import joined, main_moved
from .moves import MOVES
from .occurrences import Scribe
from .own_moves import following
from .promises import promised
from .reached import reached
from .refusals import refusal, unknown_case
from .remembered import begun, known_departments, occurred, retitled, steps_with
from .rules import Rules
from .span import within
from .state import CaseState, Decision, Step
from .submit import decide_submission
from .talks import after as talks_after
from .tasks import TASK_MOVES, assigned, moved, newest, released, task_meant

Command = SubmissionReceived | ActionRequested | FollowUpCommand


class Judged(NamedTuple):
    """Decisions in their order, and the case as they leave it; None where there is none."""

    decisions: tuple[Decision, ...]
    case: CaseState | None


def decide(case: CaseState | None, command: Command, rules: Rules, now: datetime) -> tuple[Decision, ...]:
    """The decisions of `judge` alone."""
    return judge(case, command, rules, now).decisions


def judge(case: CaseState | None, command: Command, rules: Rules, now: datetime) -> Judged:
    """The command's own decision and those that follow from it: nothing for a repeat, up to three for a submission.

    `now` is the command's append time: a submission from longer ago than senders may tell is history.
    """
    if isinstance(command, SubmissionReceived):
        first = decide_submission(case, command, rules, now)
        return _with_following(case, first, rules, now) if first else Judged((), case)
    if isinstance(command, ActionRequested):
        first = _act(case, command, rules, now) if case else _refused(None, command, unknown_case(), now)
        return _with_following(case, first, rules, now)
    made = list[Decision]()
    for asked in _owed_to(case, command, rules, now) if case else ():
        assert case is not None
        decision = _act(case, asked, rules, now)
        if decision.applied:  # nobody asked routing for it: that it cannot be is no fact of the case
            made.append(decision)
            case = evolve(case, decision)
    return Judged(tuple(made), case)


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
        return begun(decision, step)
    assert decision.action != "submit", "a case begins once"
    who = (decision.actor.sender, decision.action_id, decision.at)
    changed = msgspec.structs.replace(
        case,
        version=decision.version,
        summary=decision.after,
        title=retitled(case, decision),
        departments=known_departments(case, decision),
        steps=steps_with(case, decision, step),
        pending=requests.after(case.pending, decision.action, decision.details, who),
        before_merge=case.summary.state if decision.action == "merge" else case.before_merge,
        terms=decision.terms or case.terms,
        clocks=case.clocks if decision.clocks is None else {**case.clocks, **decision.clocks},
    )
    return talks_after(changed, decision)


def _act(case: CaseState, asked: ActionRequested, rules: Rules, now: datetime) -> Decision:
    command = requests.completed(case.pending, asked)
    task = task_meant(case, command)
    against = refusal(case, command, task, rules, now)
    if against is not None:
        return _refused(case, asked, against, now)
    if task is not None:
        row = TASK_MOVES[command.action]
        after = moved(case.summary, task, row.to, command.at)
        done = Scribe(case, after, command).one(row.occurrence, department=task.department)
        return _applied(case, command, rules, after, (done,))
    move = MOVES[command.action]
    after = summary_after(case, command, rules, state_after(case, command, move.to))
    scribe = Scribe(case, after, command)
    added, removed = scribe.made(move), tuple[Occurrence, ...]()
    after = _with_tasks(after, command, added)
    match command.action:
        case "void":
            removed = occurred(case)
        case "exclude":
            removed = occurred(case)
            added = (*(msgspec.structs.replace(one, excluded=True) for one in removed), *added)
        case "correct" if (step := target(case, command)) is not None:
            after, old, new = corrected(case, step, command)
            removed, added = (old,) if old else (), (new,) if new else ()
    return _applied(case, command, rules, after, added, removed)


def _with_tasks(after: CaseSummary, command: ActionRequested, added: tuple[Occurrence, ...]) -> CaseSummary:
    """A task for each assistant that was named; none for one whose help has ended."""
    for occurrence in added:
        department = occurrence.dims.department or ""
        if occurrence.kind == "assisted":
            after = assigned(after, occurrence.id, department, command.at, command.at)  # its due time: promises.py
        elif command.action == "release" and (task := newest(after, department)) is not None:
            after = moved(after, task, "released", command.at)
        elif occurrence.kind == "released" and command.action in ("dispatch", "hand_over"):
            after = released(after, department)
    return after


def _applied(
    case: CaseState,
    command: ActionRequested,
    rules: Rules,
    after: CaseSummary,
    added: tuple[Occurrence, ...],
    removed: tuple[Occurrence, ...] = (),
) -> Decision:
    kept = promised(case, after, command, rules)
    return Decision(
        case_id=case.case_id,
        action=command.action,
        action_id=command.action_id,
        actor=command.actor,
        at=command.at,
        version=case.version + 1,
        details=command.details,
        before=case.summary,
        after=kept.summary,
        added=added,
        removed=removed,
        terms=kept.terms,
        clocks=kept.clocks,
    )


def _refused(case: CaseState | None, command: ActionRequested, against: Refusal, now: datetime) -> Decision:
    command = within(command, now)
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


def _owed_to(case: CaseState, command: FollowUpCommand, rules: Rules, now: datetime) -> Iterator[ActionRequested]:
    """What a followup makes routing do; nothing where the case no longer waits for it."""
    match command:
        case DeadlineReached():
            yield from reached(case, command, rules, now)
        case CaseJoined():
            yield from joined(case, command)
        case MainMoved():
            yield from main_moved(case, command)
        case DirectoryApplied():
            yield from applied(case, command, rules)


def _with_following(case: CaseState | None, first: Decision, rules: Rules, now: datetime) -> Judged:
    """It, and what routing does by itself because of it."""
    if not first.applied:
        return Judged((first,), case)
    made, state = [first], evolve(case, first)
    for cause in made:
        for asked in following(state, cause, rules):
            decision = _act(state, asked, rules, now)
            if decision.applied:
                made.append(decision)
                state = evolve(state, decision)
    return Judged(tuple(made), state)
