"""Cases and facts as callers see them: with Chinese names, times in the deployment's zone, never a contact."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.actors import Role
from services.contracts.cases import CaseFact

from ..domain.authority import roles_for
from ..domain.moves import CHINESE, MOVES
from ..domain.rules import Rules
from ..domain.state import CaseState


def brief(case: CaseState, updated_at: datetime, zone: ZoneInfo) -> dict[str, Any]:
    """A case in a list."""
    summary = case.summary
    return {
        "case_id": case.case_id,
        "version": case.version,
        "state": summary.state,
        "state_zh": CHINESE[summary.state],
        "source": case.source,
        "source_id": case.source_id,
        "category_given": case.category_given,
        "confidential": case.confidential,
        "updated_at": updated_at.astimezone(zone),
        "summary": _in_zone(msgspec.to_builtins(summary, builtin_types=(datetime,)), zone),
    }


def whole(case: CaseState, updated_at: datetime, facts: list[CaseFact], rules: Rules, zone: ZoneInfo) -> dict[str, Any]:
    """A case with its timeline and what may be done next by whom."""
    return brief(case, updated_at, zone) | {
        "next": next_moves(case, rules),
        "timeline": [outcome(fact, zone) for fact in facts],
    }


def next_moves(case: CaseState, rules: Rules) -> list[dict[str, Any]]:
    """What may be done now, and by which roles."""
    state = case.summary.state
    found = []
    for move in MOVES.values():
        roles: list[Role] = [role for role in roles_for(move, case, rules) if role != "routing"]
        if state in move.from_states and roles:
            found.append({"action": move.action, "action_zh": move.chinese, "by": roles, "needs": list(move.needs)})
    return found


def outcome(fact: CaseFact, zone: ZoneInfo) -> dict[str, Any]:
    """One line of the timeline; also the answer on an action."""
    plain = msgspec.to_builtins(fact, builtin_types=(datetime,))
    for hidden in ("before", "after", "added", "removed", "partition", "seq", "directory_version", "command_digest"):
        plain.pop(hidden, None)
    if submission := plain.get("submission"):
        submission.pop("contact_digest", None)
        submission.pop("actor", None)
    actor = plain.pop("actor")
    move = MOVES.get(fact.action) if fact.action != "submit" else None
    shown: dict[str, Any] = _in_zone(plain, zone)
    return shown | {
        "action_zh": move.chinese if move else "登记",
        "by": actor["role"],
        "subject": actor.get("subject"),
        "directory_version": fact.directory_version,
        "state": fact.after.state if fact.after else None,
    }


def _in_zone(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(zone)
    if isinstance(value, dict):
        return {key: _in_zone(item, zone) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_in_zone(item, zone) for item in value]
    return value
