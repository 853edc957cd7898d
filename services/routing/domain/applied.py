"""The directory changed, and an open case takes it over: a closed department's work, deadlines by today's policies."""

from collections.abc import Iterator

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import ROUTING
from services.contracts.followups import DirectoryApplied

from .moves import ANY_OPEN
from .promises import policies_change
from .rules import Rules
from .state import CaseState
from .tasks import open_tasks


def applied(case: CaseState, told: DirectoryApplied, rules: Rules) -> Iterator[ActionRequested]:
    """What is to be done about it; nothing where it was done, or the case is open no more."""
    if case.summary.state not in ANY_OPEN:
        return
    if told.what == "policy":
        asked = _asked(case, "reclock", told)
        if policies_change(case, rules, asked):
            yield asked
        return
    for department in doing(case):
        successor = rules.standing(department)
        if successor != department:
            yield _asked(case, "hand_over", told, department=successor, party=department, reason="部门撤并")


def doing(case: CaseState) -> tuple[str, ...]:
    """The departments that still have work in it: the lead, and assistants whose task is open."""
    named = [case.department, *(task.department for task in open_tasks(case.summary))]
    return tuple(dict.fromkeys(name for name in named if name is not None))


def _asked(
    case: CaseState,
    action: ActionName,
    told: DirectoryApplied,
    *,
    department: str | None = None,
    party: str | None = None,
    reason: str | None = None,
) -> ActionRequested:
    return ActionRequested(
        case_id=case.case_id,
        action_id=f"directory/{told.what}/{party or ''}/{case.version}",
        action=action,
        at=max(told.at, case.summary.received_at),
        details=ActionDetails(department=department, party=party, reason=reason),
        actor=ROUTING,
    )
