"""What is asked of a case after its submission: by whom, when, and with what, drawn from dice.

The shares and the hours are the benchmark's own, so that each kind of work has a part; no city was counted.
"""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import Actor
from services.contracts.submissions import SubmissionReceived

WORDS = "路灯不亮噪声扰民下水道堵塞电梯停运占道经营垃圾未清供暖不足树枝遮挡井盖破损漏水严重"
DISPATCHER, FOLLOWUP, SUPERVISOR = Actor(role="dispatcher"), Actor(role="followup"), Actor(role="supervisor")
AFTER = {
    "dispatch": 0.5, "self_handle": 0.5, "sign": 0.7, "contact": 1.5, "handle": 2.0, "return": 2.0, "assist": 2.0,
    "ask_extend": 8.0, "extend": 2.0, "hold": 8.0, "remind": 8.0, "reply": 20.0, "send_back": 2.0, "verify": 4.0,
    "close": 5.0, "follow_up": 12.0, "rate": 4.0, "redo": 2.0,
}  # fmt: skip
"""Mean hours after what came before; of what is not here, one."""
GRADES = (5, 5, 4, 4, 3, 2)


class Told:
    """Makes the actions of one case, one after another in time, each under an id of its own."""

    def __init__(self, submission: SubmissionReceived, dice: random.Random) -> None:
        self.at = submission.reported_at
        self._case, self._dice, self._count = submission.case_id, dice, 0

    def __call__(
        self, actor: Actor, action: ActionName, *, after: timedelta | None = None, **details: Any
    ) -> ActionRequested:
        """Some hours later; `after` says how long exactly."""
        if after is None:
            after = timedelta(hours=self._dice.expovariate(1 / AFTER.get(action, 1.0)))
        self.at += after
        self._count += 1
        return ActionRequested(
            case_id=self._case,
            action_id=f"{self._count}-{action}",
            action=action,
            at=self.at,
            details=ActionDetails(**details),
            actor=actor,
        )


def life(
    submission: SubmissionReceived,
    *,
    departments: Sequence[str],
    routed: bool,
    due: datetime,
    earlier: str | None,
    dice: random.Random,
) -> Iterator[ActionRequested]:
    """To its end. `routed`: routing itself has given it to the first of three `departments`; the others may be asked
    too, or instead. `due` is what the reply is promised for; `earlier` a case that it may be about too."""
    told, chance = Told(submission, dice), dice.random
    lead, other, third = (Actor(role="department", subject=name) for name in departments)
    if earlier is not None and chance() < 0.02:
        yield told(DISPATCHER, "link", main=earlier)
    if at_once := list(_at_once(told, submission, routed, chance())):
        yield from at_once
        return
    if not routed:
        yield told(DISPATCHER, "dispatch", department=lead.subject)
    if chance() < 0.05:
        yield told(lead, "return", reason="不属于本部门职责")
        lead, other = other, third
        yield told(DISPATCHER, "dispatch", department=lead.subject)
    yield told(lead, "sign")
    if chance() < 0.85:
        yield told(lead, "contact", reached=chance() < 0.9)
    yield told(lead, "handle")
    yield from _meanwhile(told, lead, other, submission, due, dice)
    yield from _answered(told, lead, submission, dice)
    while chance() < 0.8:
        solved = chance() < 0.85
        yield told(FOLLOWUP, "follow_up", contacted=chance() < 0.95, solved=solved)
        if chance() < 0.7:
            yield told(submission.actor, "rate", grade=dice.choice(GRADES) if solved else 2)
        if solved:
            return
        yield told(FOLLOWUP, "redo", reason="回访未解决")
        yield told(lead, "handle")
        yield from _answered(told, lead, submission, dice)


def _at_once(told: Told, submission: SubmissionReceived, routed: bool, chance: float) -> Iterator[ActionRequested]:
    """How some cases end before anybody handles them."""
    if chance < 0.005:
        yield told(DISPATCHER, "void", reason="测试件")
    elif chance < 0.015:
        yield told(DISPATCHER, "return_up", reason="不属本辖区")
        yield told(submission.actor, "grant_return_up")
    elif chance < 0.025 and not routed:
        yield told(DISPATCHER, "reject", reason="不予受理范围")
    elif chance > 0.75 and submission.channel == "grid":
        yield told(submission.actor, "self_handle", evidence=("photo-1",))


def _meanwhile(
    told: Told, lead: Actor, other: Actor, submission: SubmissionReceived, due: datetime, dice: random.Random
) -> Iterator[ActionRequested]:
    """What comes to pass in some cases while they are handled."""
    chance = dice.random
    if chance() < 0.06:
        yield told(DISPATCHER, "assist", department=other.subject)
        yield told(other, "sign")
        yield told(other, "reply", text="已配合处置, " + _words(dice))
    if chance() < 0.05:
        yield told(lead, "ask_extend", reason="需专业检测", until=due + timedelta(hours=48))
        yield told(DISPATCHER, "extend")
    if chance() < 0.03:
        yield told(DISPATCHER, "hold", reason="等待材料", until=told.at + timedelta(hours=240))
        yield told(lead, "resume", after=timedelta(hours=72 * chance()))
    if chance() < 0.02:
        yield told(DISPATCHER, "whistle", departments=(other.subject,), reason="需联合处置")
        yield told(other, "report_in")
    if chance() < 0.10:
        yield told(submission.actor, "remind")
    if chance() < 0.01:
        yield told(DISPATCHER, "ask_exclude", reason="非本辖区事项", evidence=("paper-1",))
        yield told(SUPERVISOR, "exclude")


def _answered(
    told: Told, lead: Actor, submission: SubmissionReceived, dice: random.Random
) -> Iterator[ActionRequested]:
    """Replied and closed; where the check is not passed, done once more."""
    chance = dice.random
    solved = chance() < 0.9 if submission.channel == "mediation" else None
    yield told(lead, "reply", text="已办理, " + _words(dice), solved=solved)
    if chance() < 0.04:
        yield told(DISPATCHER, "send_back", reason="答复不完整")
        yield told(lead, "reply", text="已补充, " + _words(dice), solved=solved)
    if submission.channel == "grid":
        while chance() < 0.05:
            yield told(DISPATCHER, "verify", passed=False)
            yield told(lead, "handle")
            yield told(lead, "reply", text="已返工, " + _words(dice))
        yield told(DISPATCHER, "verify", passed=True)
    else:
        yield told(DISPATCHER, "close")
    if chance() < 0.03:
        yield told(DISPATCHER, "publish", notice="某处设施已修复")


def _words(dice: random.Random) -> str:
    return "".join(dice.choices(WORDS, k=20))
