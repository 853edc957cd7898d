"""Cases and facts as callers see them: with Chinese names, times in the deployment's zone, never a contact."""

from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.actions import ActionName
from services.contracts.actors import Actor, Role
from services.contracts.cases import CaseFact
from services.contracts.deadlines import CLOCK_NAMES
from services.contracts.promises import Clock
from services.contracts.submissions import SubmissionReceived, Submitted
from services.contracts.times import in_zone, late_by

from ..domain.authority import allowed_now, involved
from ..domain.deadlines.china import public_days
from ..domain.fields import FIELDS
from ..domain.moves import ANY_OPEN, CHINESE, MOVES, Move, Need
from ..domain.rules import Rules
from ..domain.state import CaseState
from ..ports import Timeline
from .answers import ActionOutcome, CaseBrief, CaseWhole, ClockShown, FieldShown, MainCase, NextMove

_DESKS: tuple[Role, ...] = ("dispatcher", "supervisor", "followup")
Shown = TypeVar("Shown")


def brief(case: CaseState, updated_at: datetime, zone: ZoneInfo, now: datetime) -> CaseBrief:
    """A case in a list."""
    return CaseBrief(**_in_brief(case, updated_at, zone, now))


def _in_brief(case: CaseState, updated_at: datetime, zone: ZoneInfo, now: datetime) -> dict[str, Any]:
    return {
        "case_id": case.case_id,
        "version": case.version,
        "state": case.summary.state,
        "state_zh": CHINESE[case.summary.state],
        "source": case.source,
        "source_id": case.source_id,
        "title": case.title,
        "category_given": case.category_given,
        "confidential": case.confidential,
        "updated_at": in_zone(updated_at, zone),
        "days_late": days_late(case, now),
        "summary": zoned(case.summary, zone),
    }


def days_late(case: CaseState, now: datetime) -> float | None:
    """Of what is still owed."""
    summary = case.summary
    owed = summary.state in ANY_OPEN and summary.replied_at is None
    return late_by(summary.due_at, now) if owed else None


def whole(
    case: CaseState,
    updated_at: datetime,
    timeline: Timeline,
    rules: Rules,
    zone: ZoneInfo,
    now: datetime,
    main: CaseState | None = None,
) -> CaseWhole:
    """A case with its timeline and what may be done next by whom; `main` is the one that it was merged into."""
    return CaseWhole(
        **_in_brief(case, updated_at, zone, now),
        clocks=[_clock(key, clock, zone) for key, clock in case.clocks.items()],
        asked={name: zoned(one, zone) for name, one in case.pending.items()},
        consultation=zoned(case.consultation, zone),
        summons=[zoned(one, zone) for one in case.summons],
        followers=[name for name, told in case.followers.items() if told.joined],
        main=_main(main) if main else None,
        next=next_moves(case, rules),
        timeline=[outcome(fact, zone) for fact in timeline.facts],
        refusals_left_out=timeline.left_out,
    )


def _main(case: CaseState) -> MainCase:
    state = case.summary.state
    return MainCase(
        case_id=case.case_id, source_id=case.source_id, title=case.title, state=state, state_zh=CHINESE[state]
    )


def next_moves(case: CaseState, rules: Rules) -> list[NextMove]:
    """What may be done now, by which roles, and, where not by the lead alone, by which departments."""
    actors = [Actor(role="source", subject=case.source), *(Actor(role=role) for role in _DESKS)]
    actors += [Actor(role="department", subject=name) for name in involved(case) if name in rules.departments]
    may: dict[ActionName, list[Actor]] = {}
    for actor in actors:
        for name in allowed_now(actor, case, rules):
            may.setdefault(name, []).append(actor)
    return [
        NextMove(
            action=name,
            action_zh=move.chinese,
            by=list(dict.fromkeys(actor.role for actor in may[name])),
            needs=list(move.needs),
            takes=list(move.takes),
            fields=fields_of(move),
            departments=[actor.subject for actor in may[name] if actor.role == "department" and actor.subject],
        )
        for name, move in MOVES.items()
        if name in may
    ]


def fields_of(move: Move) -> list[FieldShown]:
    """What the move needs, then what it takes."""
    return [_field(name, needed=True) for name in move.needs] + [_field(name, needed=False) for name in move.takes]


def _field(name: Need, *, needed: bool) -> FieldShown:
    row = FIELDS[name]
    return FieldShown(field=name, field_zh=row.chinese, needed=needed, holds=row.holds, values=row.values)


def outcome(fact: CaseFact, zone: ZoneInfo) -> ActionOutcome:
    """One line of the timeline; also the answer on an action."""
    move = MOVES.get(fact.action) if fact.action != "submit" else None
    return ActionOutcome(
        case_id=fact.case_id,
        version=fact.version,
        outcome=fact.outcome,
        action=fact.action,
        action_id=fact.action_id,
        action_zh=move.chinese if move else "登记",
        at=in_zone(fact.at, zone),
        recorded_at=in_zone(fact.recorded_at, zone),
        by=fact.actor.role,
        subject=fact.actor.subject,
        details=zoned(fact.details, zone),
        submission=_submitted(fact.submission, zone) if fact.submission else None,
        refusal=fact.refusal,
        directory_version=fact.directory_version,
        state=fact.after.state if fact.after else None,
    )


def _submitted(submission: SubmissionReceived, zone: ZoneInfo) -> Submitted:
    return zoned(Submitted(**{name: getattr(submission, name) for name in Submitted.__struct_fields__}), zone)


def _clock(key: str, clock: Clock, zone: ZoneInfo) -> ClockShown:
    """A deadline: `state` is running, stopped, met or ended late."""
    ended = clock.ended_at
    return ClockShown(
        clock=clock.name,
        clock_zh=CLOCK_NAMES.get(clock.name, clock.name),
        of=key.partition("/")[2] or None,
        state=("met" if ended <= clock.due_at else "late") if ended else "stopped" if clock.stopped_at else "running",
        due_at=in_zone(clock.due_at, zone),
        first_due_at=in_zone(clock.first_due_at, zone),
        ended_at=in_zone(ended, zone) if ended else None,
        next_at=in_zone(clock.next_at, zone) if clock.next_at else None,
        assumed=clock.working and ended is None and not public_days(in_zone(clock.due_at, zone).year).arranged,
    )


def zoned(value: Shown, zone: ZoneInfo) -> Shown:
    """The same with every time in it as that zone's clocks say it."""
    found: Any = value
    if isinstance(value, datetime):
        found = in_zone(value, zone)
    elif isinstance(value, msgspec.Struct):
        parts = {name: getattr(value, name) for name in value.__struct_fields__}
        changed = {name: new for name, old in parts.items() if (new := zoned(old, zone)) is not old}
        found = msgspec.structs.replace(value, **changed) if changed else value
    elif isinstance(value, dict):
        found = {key: zoned(item, zone) for key, item in value.items()}
    elif isinstance(value, list | tuple):
        found = type(value)(zoned(item, zone) for item in value)
    result: Shown = found
    return result
