"""Who may do what to this case: the table's roles, or the channel's own; and whose case it is."""

from services.contracts.actions import ActionName
from services.contracts.actors import Actor, Role

from .moves import MOVES, Move, reply_role_ok
from .rules import Rules
from .state import CaseState


def roles_for(move: Move, case: CaseState, rules: Rules) -> tuple[Role, ...]:
    """Of the case's channel where it says so, else the table's for the state the case is in; routing itself keeps
    what the table gives it."""
    channel = rules.channels.get(case.summary.dims.channel)
    if channel is None or move.action not in channel.authority:
        if move.action == "reply":
            return tuple(role for role in move.roles if reply_role_ok(role, case.summary.state))
        return move.roles
    own: tuple[Role, ...] = ("routing",) if "routing" in move.roles else ()
    return (*own, *channel.authority[move.action])


def may(move: Move, actor: Actor, case: CaseState, rules: Rules) -> bool:
    """Whether this actor's role, and its own case, let it ask for this move."""
    if actor.role not in roles_for(move, case, rules):
        return False
    # who did it may correct it, also once another department leads; that it did it is checked with the action
    return was_own(actor, case) if move.action == "correct" else is_own(actor, case)


def is_own(actor: Actor, case: CaseState) -> bool:
    """A department acts on what it leads, a source on what it submitted; others on all."""
    if actor.role == "department":
        return actor.subject == case.department
    return actor.role != "source" or actor.subject == case.source


def was_own(actor: Actor, case: CaseState) -> bool:
    """The same, also for a department that led it once."""
    return is_own(actor, case) or (actor.role == "department" and actor.subject in case.departments)


def allowed_now(actor: Actor, case: CaseState, rules: Rules) -> tuple[ActionName, ...]:
    """What this actor may ask of the case as it stands."""
    return tuple(
        move.action
        for move in MOVES.values()
        if case.summary.state in move.from_states and may(move, actor, case, rules)
    )
