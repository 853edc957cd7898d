"""Who may do what to this case: the table's roles, or the channel's own; and whose case it is."""

from services.contracts.actions import ActionName
from services.contracts.actors import Actor, Role

from .moves import MOVES, Move, reply_role_ok
from .rules import Rules
from .state import CaseState

CORRECTABLE_ACTIONS = frozenset(("rate", "follow_up", "reply"))
"""A move or a department is never corrected."""


def roles_for(move: Move, case: CaseState, rules: Rules) -> tuple[Role, ...]:
    """Of the case's channel where it says so, else the table's; routing itself keeps what the table gives it."""
    channel = rules.channels.get(case.summary.dims.channel)
    if channel is None or move.action not in channel.authority:
        return move.roles
    own: tuple[Role, ...] = ("routing",) if "routing" in move.roles else ()
    return (*own, *channel.authority[move.action])


def may(move: Move, actor: Actor, case: CaseState, rules: Rules) -> bool:
    """Whether this actor's role, and its own case, let it ask for this move."""
    if actor.role not in roles_for(move, case, rules):
        return False
    if move.action == "reply" and not reply_role_ok(actor.role, case.summary.state):
        return False
    if move.action == "correct":  # whoever did it, even a department that has lost the case since
        return actor.role == "supervisor" or any(
            step.sender == actor.sender and step.action in CORRECTABLE_ACTIONS for step in case.steps
        )
    return is_own(actor, case)


def is_own(actor: Actor, case: CaseState) -> bool:
    """A department acts on what it leads, a source on what it submitted; others on all."""
    if actor.role == "department":
        return actor.subject == case.department
    return actor.role != "source" or actor.subject == case.source


def allowed_now(actor: Actor, case: CaseState, rules: Rules) -> tuple[ActionName, ...]:
    """What this actor may ask of the case as it stands."""
    return tuple(
        move.action
        for move in MOVES.values()
        if case.summary.state in move.from_states and may(move, actor, case, rules)
    )
