"""A clock came to a mark: what routing then asks of the case, if the case still waits for just that."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import ROUTING
from services.contracts.followups import DeadlineReached
from services.contracts.promises import clock_key

from .rules import Rules
from .state import CaseState

EARLY = timedelta(seconds=5)
"""How far the clock of whoever looks at the clocks may be ahead of the log's."""


def marks_due(case: CaseState, now: datetime) -> Iterator[DeadlineReached]:
    """Of all its clocks that have come to their next mark."""
    for key, clock in case.clocks.items():
        if clock.next_at is not None and clock.next_at <= now:
            of = key.partition("/")[2] or None
            yield DeadlineReached(
                case_id=case.case_id, clock=clock.name, step=clock.next_step, at=clock.next_at, task=of
            )


def counts(case: CaseState, rules: Rules) -> bool:
    """Whether deadlines of this case count: not while its source still tells its past."""
    return case.history_until is None or rules.ended(case.source, case.history_until)


def reached(case: CaseState, told: DeadlineReached, rules: Rules, now: datetime) -> Iterator[ActionRequested]:
    """At most one command: none where the clock was ended, moved or marked since, or the log says it is too early."""
    clock = case.clocks.get(clock_key(told.clock, told.task))
    waits = clock is not None and clock.next_at == told.at and clock.next_step == told.step
    if not waits or case.next_mark is None or now + EARLY < told.at or not counts(case, rules):
        return
    match told.clock:
        case "archive":
            yield _asked(case, "archive", told)
        case "hold":
            yield _asked(case, "resume", told, reason="挂账期满")
        case _:
            level = case.terms.level(told.step) or "department"
            assistant = next((task.department for task in case.summary.tasks if task.id == told.task), None)
            yield _asked(
                case,
                "escalate" if told.step else "remind",
                told,
                clock=told.clock,
                task=told.task,
                step=told.step,
                level=level if told.step else None,
                department=assistant,
                due_at=clock.due_at if clock else None,
            )


def _asked(case: CaseState, action: ActionName, told: DeadlineReached, **details: Any) -> ActionRequested:
    return ActionRequested(
        case_id=case.case_id,
        action_id=f"deadline/{clock_key(told.clock, told.task)}/{told.step}/{case.version}",  # once at one version
        action=action,
        at=max(told.at, case.summary.received_at),
        details=ActionDetails(**details),
        actor=ROUTING,
    )
