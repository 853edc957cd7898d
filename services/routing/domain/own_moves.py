"""What routing does by itself once a move was applied: each a command of its own, judged like any other."""

from collections.abc import Iterator
from typing import Any

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import ROUTING

from .rules import Rules
from .state import CaseState, Decision


def following(case: CaseState, cause: Decision, rules: Rules) -> Iterator[ActionRequested]:
    """In their order; `case` is as `cause` left it. Each id follows from that of the sender's command at the beginning,
    so that a replay gives the same."""
    row = rules.category(case.summary.dims.category)
    if cause.action == "submit" and row is not None:
        yield _asked(case, cause, "accept")
    judged = cause.action == "accept" or (cause.action == "recategorise" and case.summary.state == "accepted")
    if judged and row is not None and row.department is not None:
        yield _asked(case, cause, "dispatch", department=rules.standing(row.department))
    told = cause.action in ("follow_up", "rate") and cause.before is not None and cause.before.state != "archived"
    if told and cause.details.solved is False and case.terms.redo_if_unsolved:
        yield _asked(case, cause, "redo", reason="回访未解决")
    if cause.action == "redo" and case.summary.redos > case.terms.most_redos:
        yield _asked(case, cause, "escalate", level="supervision", reason="重办次数超过上限")
    if cause.action == "dispatch" and case.summary.dispatches - 1 > case.terms.most_transfers:
        yield _asked(case, cause, "escalate", level="supervision", reason="改派次数超过上限")


def _asked(case: CaseState, cause: Decision, action: ActionName, **details: Any) -> ActionRequested:
    if cause.actor == ROUTING:
        beginning = cause.action_id.rpartition("/")[0]
    else:
        beginning = "submit" if cause.action == "submit" else f"{cause.actor.sender}:{cause.action_id}"
    return ActionRequested(
        case_id=case.case_id,
        action_id=f"{beginning}/{action}",
        action=action,
        at=cause.at,
        details=ActionDetails(**details),
        actor=ROUTING,
    )
