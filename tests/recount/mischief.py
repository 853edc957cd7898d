"""What else is sent about a case: repeats, conflicts, and what must be refused. Goes in behind the submission."""

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from services.contracts.identity import case_id

from .life import ACTORS, Life, Step
from .table import NEEDS, REMARKS, TAKES

ENOUGH: dict[str, Any] = {
    "reason": "测试",
    "text": "测试",
    "category": "no-such-category",
    "until": "2024-12-31T00:00:00+08:00",
    "contacted": True,
    "grade": 5,
    "fields": {"text": "测试"},
    "reached": True,
    "passed": True,
    "evidence": ["photo/test.jpg"],
    "notice": "测试",
    "level": "leader",
    "corrects": "never",
}
"""A value for what an action needs."""


def details_of(life: Life, action: str) -> dict[str, Any]:
    """All that an action needs; a department, or another case, where it needs one."""
    somebody = life.any_department()
    values = ENOUGH | {"department": somebody, "departments": [somebody], "parties": [somebody], "main": life.near}
    more = {"accept": ("category",), "reply": ("passed",)}.get(action, ())
    found = {name: values[name] for name in (*NEEDS.get(action, ()), *more)}
    if action == "reply":  # said on every channel, and heard on some
        found["solved"] = found.pop("passed")
    return found


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
    action = life.dice.choice(sorted(set(ACTORS) - {"opine", "correct"}))
    others = [role for role in ("dispatcher", "supervisor", "followup") if role not in life.may(action)]
    keys = [f"department:{life.any_department(life.lead)}", *others]
    foreign = [name.replace("_", "-") for name in sorted(life.street["channel"]) if name != life.channel]
    keys += [f"source:{name}" for name in foreign[:3]]
    return _new(life, action, life.dice.choice(keys), **details_of(life, action))


def at_the_wrong_moment(life: Life) -> Step:
    """Any move by one who may, at any moment: mostly refused, now and then a surprising turn of the case."""
    fitting = [action for action in sorted(ACTORS) if life.may(action)]
    action = life.dice.choice(
        [name for name in fitting if name not in ("void", "reject", "grant_return_up", "correct")]
    )
    return _new(life, action, life.key_for(action), **details_of(life, action))


def without_what_it_needs(life: Life) -> Step:
    """Refused: no reason, no text, no grade, no department, nothing to correct."""
    action = life.dice.choice([name for name in sorted(NEEDS.keys() & ACTORS.keys()) if life.may(name)])
    full = details_of(life, action)
    full.pop(life.dice.choice(NEEDS[action]))
    return _new(life, action, life.key_for(action), **full)


def that_makes_no_sense(life: Life) -> Step:
    """Refused: what nobody asked for, whom nobody knows, what is not there."""
    kept, soon = life.departments + life.closed, life.received_at + timedelta(minutes=2)
    foreign = case_id("opinion" if life.kind == "ticket" else "ticket", life.source, life.source_id)
    flaws: list[tuple[str, dict[str, Any]]] = [
        ("dispatch", {"department": "no-such-department"}),
        ("dispatch", {"department": kept[-1]}),
        ("assist", {"department": "no-such-department"}),
        ("assist", {"department": life.lead or kept[-1]}),
        ("dispatch", {"department": kept[0], "departments": [kept[0]]}),
        ("dispatch", {"department": kept[0], "departments": [*life.assistants[:1], "no-such-department"]}),
        ("ask_assist", {"department": kept[-1], "reason": "测试"}),
        ("whistle", {"departments": [kept[0], "no-such-department"], "reason": "测试"}),
        ("whistle", {"departments": [kept[-1]], "reason": "测试"}),
        ("refuse_return", {"department": life.any_department(life.lead), "reason": "测试"}),
        ("amend", {"fields": {"urgency": "whenever"}}),
        ("release", {"department": life.any_department(*life.assistants)}),
        ("amend", {"fields": {"category": "other"}}),
        ("extend", {"reason": "测试", "until": soon.isoformat()}),
        ("extend", {"reason": "测试", "until": "2025-12-31T00:00:00+08:00"}),
        ("merge", {"main": life.case_id}),
        ("merge", {"main": foreign}),
        ("link", {"main": life.case_id}),
        ("unlink", {}),
        ("withdraw", {"reason": "测试"}),
        ("publish", {"notice": "测试"}),
        ("conclude", {"reason": "测试"}),
        ("report_in", {}),
        *(
            (action, {"reason": "测试"})
            for action in ("refuse_hold", "refuse_extend", "refuse_assist", "refuse_exclude")
        ),
    ]
    action, details = life.dice.choice(flaws)
    early = soon - timedelta(minutes=1) if details.get("until") == soon.isoformat() else None
    return _new(life, action, life.key_for(action), at=early, **details)


def with_what_it_has_no_use_for(life: Life) -> Step:
    """Refused: nobody would hear it."""
    action = life.dice.choice([name for name in sorted(ACTORS) if life.may(name)])
    heard = {*NEEDS.get(action, ()), *TAKES.get(action, ()), *REMARKS}
    values = ENOUGH | {"department": life.any_department(), "main": life.near}
    more = life.dice.choice(sorted(values.keys() - heard))
    return _new(life, action, life.key_for(action), **(details_of(life, action) | {more: values[more]}))


def correcting_what_never_was(life: Life) -> Step:
    """Refused, for its own source and for a department that has nothing to do with the case."""
    strangers = [life.lead, *(step["key"].removeprefix("department:") for step in life.steps)]
    key = life.dice.choice([f"source:{life.source}", f"department:{life.any_department(*strangers)}"])
    return _new(life, "correct", key, corrects="never", grade=1, reason="测试")


def correcting_what_it_never_said(life: Life) -> Step:
    """Refused: a move has no grade."""
    step = life.dice.choice(life.steps)
    return _new(life, "correct", step["key"], corrects=step["body"].get("action_id", "submit"), grade=1, contacted=True)


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
    that_makes_no_sense,
    with_what_it_has_no_use_for,
    correcting_what_never_was,
    correcting_what_it_never_said,
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
