"""What else is sent about a case: repeats, conflicts, and what must be refused. Goes in behind the submission."""

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.contracts.identity import case_id

from .lives import ACTORS, Life, Step

DETAILS: dict[str, dict[str, Any]] = {
    "accept": {"category": "no-such-category"},
    "reject": {"reason": "测试"},
    "refuse_return": {"reason": "测试"},
    "return": {"reason": "测试"},
    "hold": {"reason": "测试", "until": "2024-12-31T00:00:00+08:00"},
    "reply": {"text": "测试"},
    "redo": {"reason": "测试"},
    "follow_up": {"contacted": True},
    "rate": {"grade": 5},
    "void": {"reason": "测试"},
    "amend": {"fields": {"text": "测试"}},
}


def same_submission_again(life: Life) -> Step:
    """No effect."""
    return copy.deepcopy(life.steps[0])


def other_submission_under_the_same_number(life: Life) -> Step:
    """A conflicting duplicate: the first stands."""
    step = copy.deepcopy(life.steps[0])
    step["body"]["title"] += "（改）"
    return step


def same_action_again(life: Life) -> Step:
    """No effect."""
    return copy.deepcopy(life.dice.choice(life.steps[1:] or life.steps))


def other_action_under_the_same_id(life: Life) -> Step:
    """Refused once the first is there; where it comes first, it is the first."""
    step = copy.deepcopy(life.dice.choice(life.steps[1:] or life.steps))
    if step["kind"] == "action":
        later = datetime.fromisoformat(step["body"]["at"]) + timedelta(minutes=7)
        step["body"]["at"] = later.isoformat()
    return step


def before_the_reception(life: Life) -> Step:
    """Refused, whatever it is."""
    at = life.received_at - timedelta(seconds=life.dice.randrange(1, 100_000))
    return _new(life, "amend", f"source:{life.source}", at=at, fields={"text": "早于登记"})


def for_a_case_nobody_knows(life: Life) -> Step:
    """Refused, never parked."""
    step = _new(life, "amend", f"source:{life.source}", fields={"text": "测试"})
    step["body"]["case_id"] = case_id(life.kind, life.source, f"never-{life.source_id}")
    return step


def by_somebody_else(life: Life) -> Step:
    """Refused: another department, another source, a desk to which the action does not belong."""
    action = life.dice.choice(["sign", "handle", "reply", "return", "close", "rate", "amend", "dispatch", "redo"])
    roles = life.authority.get(action) or ACTORS[action]
    others = [role for role in ("dispatcher", "supervisor", "followup") if role not in roles]
    keys = [f"department:{life.any_department(but=life.lead)}", *others]
    foreign = [name.replace("_", "-") for name in sorted(life.street["channel"]) if name != life.channel]
    keys += [f"source:{name}" for name in foreign[:3]]
    details = {"department": life.any_department()} if action == "dispatch" else DETAILS.get(action, {})
    return _new(life, action, life.dice.choice(keys), **details)


def at_the_wrong_moment(life: Life) -> Step:
    """Any move by one who may, at any moment: mostly refused, now and then a surprising turn of the case."""
    action = life.dice.choice(sorted(set(ACTORS) - {"void", "reject"}))
    details = {"department": life.any_department()} if action == "dispatch" else DETAILS.get(action, {})
    return _new(life, action, life.key_for(action), **details)


def without_what_it_needs(life: Life) -> Step:
    """Refused: no reason, no text, no grade, no department, one that does not exist, nothing to correct."""
    lacking: list[tuple[str, dict[str, Any]]] = [
        ("return", {}),
        ("reply", {}),
        ("rate", {}),
        ("dispatch", {}),
        ("dispatch", {"department": "no-such-department"}),
        ("redo", {}),
        ("refuse_return", {}),
        ("hold", {"reason": "没有期限"}),
        ("follow_up", {}),
        ("amend", {}),
        ("amend", {"fields": {"category": "other"}}),
    ]
    action, details = life.dice.choice(lacking)
    return _new(life, action, life.key_for(action), **details)


def correcting_what_never_was(life: Life) -> Step:
    """Refused, for its own source and for a department that has nothing to do with the case."""
    key = life.dice.choice([f"source:{life.source}", f"department:{life.any_department(but=life.lead)}"])
    return _new(life, "correct", key, corrects="never", grade=1, reason="测试")


KINDS: tuple[Callable[[Life], Step], ...] = (
    same_submission_again,
    other_submission_under_the_same_number,
    same_action_again,
    other_action_under_the_same_id,
    before_the_reception,
    for_a_case_nobody_knows,
    by_somebody_else,
    at_the_wrong_moment,
    without_what_it_needs,
    correcting_what_never_was,
)


def play(life: Life, probability: float = 0.05) -> None:
    """Put each kind in with that probability, anywhere behind the submission."""
    own = list(life.steps)
    for kind in KINDS:
        if life.chance(probability):
            step = kind(life)
            if step in own and step["kind"] == "action":  # a repeat comes after what it repeats
                life.steps.insert(life.dice.randrange(life.steps.index(step) + 1, len(life.steps) + 1), step)
            else:
                life.steps.insert(life.dice.randrange(1, len(life.steps) + 1), step)


def _new(life: Life, action: str, key: str, *, at: datetime | None = None, **details: Any) -> Step:
    number = life.dice.randrange(10**9)
    when = at or life.received_at + timedelta(minutes=life.dice.randrange(60 * 24 * 20))
    body = {"case_id": life.case_id, "action_id": f"x{number}-{action}", "action": action, "at": when.isoformat()}
    return {"kind": "action", "key": key, "body": body | details}
