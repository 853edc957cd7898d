"""Cases and facts as callers see them: with Chinese names, times in the deployment's zone, never a contact."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.actions import ActionName
from services.contracts.actors import Actor, Role
from services.contracts.cases import CaseFact
from services.contracts.deadlines import CLOCK_NAMES
from services.contracts.promises import Clock

from ..domain.authority import allowed_now, involved
from ..domain.moves import CHINESE, MOVES
from ..domain.rules import Rules
from ..domain.state import CaseState
from ..ports import Timeline

_NOT_SHOWN = (
    "before", "after", "added", "removed", "partition", "seq", "directory_version", "command_digest", "terms", "clocks",
)  # fmt: skip
_DESKS: tuple[Role, ...] = ("dispatcher", "supervisor", "followup")


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
        "updated_at": shown(updated_at, zone),
        "summary": _in_zone(msgspec.to_builtins(summary, builtin_types=(datetime,)), zone),
    }


def whole(case: CaseState, updated_at: datetime, timeline: Timeline, rules: Rules, zone: ZoneInfo) -> dict[str, Any]:
    """A case with its timeline and what may be done next by whom."""
    return brief(case, updated_at, zone) | {
        "clocks": [_clock(key, clock, zone) for key, clock in case.clocks.items()],
        "asked": _in_zone(msgspec.to_builtins(case.pending, builtin_types=(datetime,)), zone),
        "consultation": _in_zone(msgspec.to_builtins(case.consultation, builtin_types=(datetime,)), zone),
        "summons": _in_zone(msgspec.to_builtins(case.summons, builtin_types=(datetime,)), zone),
        "followers": [name for name, told in case.followers.items() if told.joined],
        "next": next_moves(case, rules),
        "timeline": [outcome(fact, zone) for fact in timeline.facts],
        "refusals_left_out": timeline.left_out,
    }


def next_moves(case: CaseState, rules: Rules) -> list[dict[str, Any]]:
    """What may be done now, by which roles, and, where not by the lead alone, by which departments."""
    actors = [Actor(role="source", subject=case.source), *(Actor(role=role) for role in _DESKS)]
    actors += [Actor(role="department", subject=name) for name in involved(case) if name in rules.departments]
    may: dict[ActionName, list[Actor]] = {}
    for actor in actors:
        for name in allowed_now(actor, case, rules):
            may.setdefault(name, []).append(actor)
    found = []
    for name, move in MOVES.items():
        if name in may:
            departments = [actor.subject for actor in may[name] if actor.role == "department"]
            by = list(dict.fromkeys(actor.role for actor in may[name]))
            row = {"action": name, "action_zh": move.chinese, "by": by}
            row |= {"needs": list(move.needs), "takes": list(move.takes)}
            found.append(row | ({"departments": departments} if departments else {}))
    return found


def outcome(fact: CaseFact, zone: ZoneInfo) -> dict[str, Any]:
    """One line of the timeline; also the answer on an action."""
    plain = msgspec.to_builtins(fact, builtin_types=(datetime,))
    for hidden in _NOT_SHOWN:
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


def _clock(key: str, clock: Clock, zone: ZoneInfo) -> dict[str, Any]:
    """A deadline: `state` is running, stopped, met or ended late."""
    of = key.partition("/")[2]
    if clock.ended_at is not None:
        state = "met" if clock.ended_at <= clock.due_at else "late"
    else:
        state = "stopped" if clock.stopped_at is not None else "running"
    shown = {
        "clock": clock.name,
        "clock_zh": CLOCK_NAMES.get(clock.name, clock.name),
        "of": of or None,
        "state": state,
        "due_at": clock.due_at,
        "first_due_at": clock.first_due_at,
        "ended_at": clock.ended_at,
        "next_at": clock.next_at,
    }
    told: dict[str, Any] = _in_zone({name: value for name, value in shown.items() if value is not None}, zone)
    return told


def shown(at: datetime, zone: ZoneInfo) -> datetime:
    """In the deployment's zone; as it is where that would be beyond the calendar, so that every case can be read."""
    try:
        return at.astimezone(zone)
    except (OverflowError, ValueError):
        return at


def _in_zone(value: Any, zone: ZoneInfo) -> Any:
    if isinstance(value, datetime):
        return shown(value, zone)
    if isinstance(value, dict):
        return {key: _in_zone(item, zone) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_in_zone(item, zone) for item in value]
    return value
