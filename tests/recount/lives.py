"""How a case lives, as the HTTP calls that tell it: mostly allowed moves by whom they belong to."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.contracts.identity import Kind, case_id

Street = Mapping[str, Mapping[str, Mapping[str, Any]]]
Step = dict[str, Any]

BEGINNING = datetime.fromisoformat("2024-03-01T00:00:00+08:00")
DAYS = 60
ACTORS: dict[str, tuple[str, ...]] = {
    "accept": ("dispatcher",),
    "reject": ("dispatcher",),
    "dispatch": ("dispatcher",),
    "sign": ("department",),
    "return": ("department",),
    "refuse_return": ("dispatcher",),
    "handle": ("department",),
    "hold": ("dispatcher",),
    "resume": ("department", "dispatcher"),
    "reply": ("department",),
    "close": ("dispatcher", "source"),
    "redo": ("source", "dispatcher", "followup", "supervisor"),
    "follow_up": ("followup", "source"),
    "rate": ("source", "followup"),
    "void": ("source", "dispatcher"),
    "amend": ("source",),
}


class Life:
    """One case: what was sent about it so far, and what its teller believes of it."""

    def __init__(self, dice: random.Random, street: Street, channel: str, number: str) -> None:
        row = street["channel"][channel]
        self.dice = dice
        self.street = street
        self.kind: Kind = row["kind"]
        self.authority: Mapping[str, list[str]] = row.get("authority") or {}
        self.channel = channel
        self.source = channel.replace("_", "-")
        self.source_id = number
        self.case_id = case_id(self.kind, self.source, number)
        self.received_at = self._office(BEGINNING + timedelta(minutes=dice.randrange(DAYS * 24 * 60)))
        self.now = self.received_at
        self.due_at = self.received_at
        self.category: str | None = None
        self.lead: str | None = None
        self.steps: list[Step] = []

    def chance(self, probability: float) -> bool:
        """True that often."""
        return self.dice.random() < probability

    def submit(self, category: str | None, **more: Any) -> None:
        """Tell it; routing will accept and dispatch by itself where the category says so."""
        self.category = category
        body = {
            "channel": self.channel,
            "source_id": self.source_id,
            "title": f"测试事项 {self.source_id}",
            "text": f"第 {self.source_id} 件测试诉求",
            "reported_at": self.received_at.isoformat(),
        } | more
        if category is not None:
            body["category"] = category
        self._set_due(body.get("source_due_at"))
        self.lead = (self.street["category"].get(category or "") or {}).get("department")
        self.steps.append({"kind": self.kind, "key": f"source:{self.source}", "body": body})

    def act(self, action: str, *, key: str | None = None, at: datetime | None = None, **details: Any) -> Step:
        """One action by one of those to whom it belongs, some time after the last, now and then told late."""
        if at is None:
            self.now = self._office(self.now + timedelta(minutes=self.dice.randrange(5, 60 * 30)))
            at = self.now
            if self.chance(0.05):
                at = self.received_at + (self.now - self.received_at) * self.dice.random()
                at = at.replace(microsecond=0)
        body = {
            "case_id": self.case_id,
            "action_id": f"{len(self.steps)}-{action}",
            "action": action,
            "at": at.isoformat(),
            **details,
        }
        step = {"kind": "action", "key": key or self.key_for(action), "body": body}
        self.steps.append(step)
        return step

    def key_for(self, action: str) -> str:
        """The key of one who may, as the channel's authority says."""
        roles = self.authority.get(action) or ACTORS[action]
        return self.key_of(self.dice.choice(list(roles)))

    def key_of(self, role: str) -> str:
        """A role's key in this case."""
        if role == "source":
            return f"source:{self.source}"
        if role == "department":
            return f"department:{self.lead or self.any_department()}"
        return role

    def any_department(self, *, but: str | None = None) -> str:
        """Any, or any other."""
        return self.dice.choice([name for name in sorted(self.street["department"]) if name != but])

    def dispatch(self, department: str) -> None:
        """派单."""
        self.act("dispatch", department=department)
        self.lead = department

    def accept(self, category: str) -> None:
        """受理 by a person: the category comes with it, and with the category perhaps a department."""
        self.act("accept", category=category)
        self.category = category
        self._set_due(self.steps[0]["body"].get("source_due_at"))
        self.lead = self.street["category"][category].get("department")

    def _office(self, at: datetime) -> datetime:
        """Most of the night's work is told the next morning; so hours are as full as a real street's."""
        if 8 <= at.hour < 18 or self.chance(0.15):
            return at
        morning = at.replace(hour=8) + timedelta(days=at.hour >= 18)
        return morning + timedelta(hours=self.dice.randrange(4))

    def _set_due(self, source_due_at: str | None) -> None:
        hours = (self.street["category"].get(self.category or "") or {}).get("hours") or 168
        self.due_at = (
            datetime.fromisoformat(source_due_at) if source_due_at else self.received_at + timedelta(hours=hours)
        )


def live(life: Life) -> None:
    """From the submission to wherever it stays."""
    _submission(life)
    if not _to_a_department(life) or not _to_a_signature(life):
        return
    for _ in range(4):
        if not _work(life) or not _reply_and_close(life) or not _look_back(life):
            return
        _redo(life)


def _submission(life: Life) -> None:
    dice = life.dice
    more: dict[str, Any] = {}
    if life.chance(0.2):
        more["source_due_at"] = (life.received_at + timedelta(hours=dice.randrange(12, 400))).isoformat()
    if life.chance(0.1):
        more["urgency"] = "urgent"
    if life.chance(0.1):
        more["confidential"] = True
    if life.chance(0.3):
        more["reporter"] = {"name": "测试人", "phone": f"1380013{dice.randrange(10_000):04d}"}
    if life.chance(0.3):
        more["place"] = {"address": f"测试路 {dice.randrange(1, 300)} 号", "grid": f"g{dice.randrange(1, 13):02d}"}
    category: str | None = dice.choice(sorted(life.street["category"]))
    if life.chance(0.25):
        category = dice.choice([None, "no-such-category", "another-unknown"])
    life.submit(category, **more)


def _to_a_department(life: Life) -> bool:
    known = life.category in life.street["category"]
    if _stays(life):
        return False
    if not known:
        if life.chance(0.1):
            life.act("reject", reason="不属于本街道职责")
            return False
        if life.chance(0.05):
            life.act("accept", category="no-such-category")  # refused
        if life.chance(0.7):
            life.accept(life.dice.choice(sorted(life.street["category"])))
    if life.lead is None:
        if life.chance(0.05):
            life.act("reject", reason="诉求不明确")
            return False
        if life.category in life.street["category"] and life.chance(0.05):
            life.act("reply", key="dispatcher", text="已直接答复")
            _after_reply(life)
            return False
        life.dispatch(life.any_department())
    return True


def _to_a_signature(life: Life) -> bool:
    if _stays(life):
        return False
    if life.lead is not None and life.chance(0.03):
        life.dispatch(life.lead)  # it is there already: refused
    while life.chance(0.12):  # 改派
        life.dispatch(life.any_department(but=life.lead))
    while life.chance(0.12):
        life.act("return", reason="不属于本部门职责")
        if life.chance(0.4):
            if life.chance(0.1):
                life.act("refuse_return")  # without a reason: refused
            life.act("refuse_return", reason="属于该部门职责")
            return True
        if life.chance(0.05):
            return False
        life.dispatch(life.any_department(but=life.lead))
    if _stays(life):
        return False
    life.act("sign")
    if life.chance(0.06):  # 签收后退单
        life.act("return", reason="现场核实后不属于本部门")
        life.dispatch(life.any_department(but=life.lead))
        life.act("sign")
    return True


def _work(life: Life) -> bool:
    if life.chance(0.7) or life.steps[-1]["body"]["action"] == "redo":
        life.act("handle")
        while life.chance(0.1):
            life.act("hold", reason="等待立项", until=(life.now + timedelta(days=20)).isoformat())
            if life.chance(0.15):
                return False
            life.now += timedelta(days=life.dice.randrange(1, 15))
            life.act("resume")
    if life.chance(0.05):
        life.act("amend", fields={"text": f"补充说明 {life.dice.randrange(1000)}"})
    return not _stays(life)


def _reply_and_close(life: Life) -> bool:
    draw = life.dice.random()
    if draw < 0.15:  # late
        late = life.due_at + timedelta(minutes=life.dice.randrange(1, 20 * 24 * 60))
        life.now = max(life.now, late)
        life.act("reply", at=life.now, text="已办理，逾期答复")
    elif draw < 0.18 and life.now <= life.due_at:  # in the last moment, or a second after it
        life.now = life.due_at + timedelta(seconds=life.dice.choice([0, 1]))
        life.act("reply", at=life.now, text="已办理")
    else:
        told = life.act("reply", text="已办理完毕")
        if life.chance(0.03):
            _correct(life, told, text="已办理完毕，附补充说明")
    return _after_reply(life)


def _after_reply(life: Life) -> bool:
    if life.chance(0.05):
        return False
    if life.chance(0.04):
        return True  # sent back for redo before it was closed
    life.act("close")
    return True


def _look_back(life: Life) -> bool:
    """回访 and 评价; True where it is to be done again."""
    if life.steps[-1]["body"]["action"] == "close":
        if life.chance(0.5):
            asked = life.act("follow_up", contacted=life.chance(0.9), effective=life.chance(0.8))
            if life.chance(0.05):
                _correct(life, asked, contacted=not asked["body"]["contacted"])
        if life.chance(0.6):
            rated = life.act("rate", grade=life.dice.choice([5, 5, 5, 4, 4, 3, 3, 2, 1]), solved=life.chance(0.8))
            if life.chance(0.15):
                _correct(life, rated, grade=life.dice.randrange(1, 6))
            if life.chance(0.03):
                _correct(life, rated, grade=life.dice.randrange(1, 6), solved=life.chance(0.5))
    return life.chance(0.15)


def _correct(life: Life, step: Step, **details: Any) -> None:
    sender = step["key"]
    details |= {"corrects": step["body"]["action_id"], "reason": "录入有误"}
    if life.chance(0.3):
        life.act("correct", key="supervisor", corrects_sender=sender, **details)
    else:
        life.act("correct", key=sender, **details)


def _redo(life: Life) -> None:
    rated = [step for step in life.steps if step["body"].get("action") == "rate"]
    life.act("redo", reason="群众反映问题未解决")
    hours = (life.street["category"].get(life.category or "") or {}).get("hours") or 168
    life.due_at = datetime.fromisoformat(life.steps[-1]["body"]["at"]) + timedelta(hours=hours)
    if rated and life.chance(0.1):  # of an evaluation that no longer stands
        _correct(life, rated[-1], grade=life.dice.randrange(1, 6))
    if life.lead is None or life.chance(0.25):
        life.dispatch(life.any_department(but=life.lead))
        life.act("sign")


def _stays(life: Life) -> bool:
    """Open cases stop here: some forgotten, some void."""
    if life.chance(0.015):
        life.act("void", reason="重复录入")
        return True
    return life.chance(0.02)
