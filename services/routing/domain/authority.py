"""Who may do what to this case: the table's roles, or the channel's own; and whose case it is."""

from services.contracts.actions import ActionName
from services.contracts.actors import Actor, Role

from .moves import ANY_OPEN, MOVES, Move, reply_role_ok
from .rules import Rules
from .sense import not_to_publish
from .state import CaseState
from .tasks import TASK_MOVES, newest, open_tasks

_NOT_ONLY_THE_LEAD: frozenset[ActionName] = frozenset(("opine", "report_in"))
"""A department speaks where it was asked or called; whether it was is checked with the consultation, the summons."""


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
    if move.action in _NOT_ONLY_THE_LEAD and actor.role == "department":
        return True
    # who did it may correct it, also once another department leads; that it did it is checked with the action
    return was_own(actor, case) if move.action == "correct" else is_own(actor, case)


def is_own(actor: Actor, case: CaseState) -> bool:
    """A department acts on what it leads, a source on what it submitted; others on all."""
    if actor.role == "department":
        return actor.subject == case.department
    return actor.role != "source" or actor.subject == case.source


def was_own(actor: Actor, case: CaseState) -> bool:
    """The same, also for a department that had a part in it once."""
    return is_own(actor, case) or (actor.role == "department" and actor.subject in case.departments)


def involved(case: CaseState) -> tuple[str, ...]:
    """The departments that have or had a part in it, the lead first."""
    return tuple(name for name in dict.fromkeys((case.department, *case.departments)) if name is not None)


def allowed_now(actor: Actor, case: CaseState, rules: Rules) -> tuple[ActionName, ...]:
    """What this actor may ask of the case, or of its own task in it, as it stands."""
    state = case.summary.state
    moves = [move.action for move in MOVES.values() if state in move.from_states and may(move, actor, case, rules)]
    if actor.role == "department" and actor.subject != case.department and state in ANY_OPEN:
        task = newest(case.summary, actor.subject or "")
        moves += [row.action for row in TASK_MOVES.values() if task and task.state in row.from_states]
        if task and task.state == "return_requested":
            moves.remove("refuse_return")  # that is the dispatcher's
    elif state in ANY_OPEN and "refuse_return" not in moves and may(MOVES["refuse_return"], actor, case, rules):
        moves += ["refuse_return"] if any(task.state == "return_requested" for task in case.summary.tasks) else []
    return tuple(move for move in moves if _has_its_ground(move, case, actor))


def _has_its_ground(action: ActionName, case: CaseState, actor: Actor) -> bool:
    """Whether there is what the action needs to be there: a request, a consultation, a summons, a task."""
    move = MOVES[action]
    if move.only_asked:
        return move.answers in case.pending
    match action:
        case "opine":
            return case.consultation is not None and (
                actor.role != "department" or actor.subject in case.consultation.parties
            )
        case "conclude":
            return case.consultation is not None
        case "consult":
            return case.consultation is None
        case "report_in":
            return case.summons_of(actor.subject or "") is not None
        case "release":
            return bool(open_tasks(case.summary))
        case "close":
            return not open_tasks(case.summary)
        case "publish":
            return not_to_publish(case) is None
        case "unlink":
            return case.summary.linked_to is not None
        case "withdraw":
            return case.summary.published
        case "exclude":
            return not case.summary.excluded
    return True
