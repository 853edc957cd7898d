"""One case as its teller knows it: what was sent about it so far, and what is believed of it."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from services.contracts.identity import Kind, case_id

from .table import ROUTING_ALONE, WHO

Street = Mapping[str, Mapping[str, Mapping[str, Any]]]
Step = dict[str, Any]

BEGINNING = datetime.fromisoformat("2024-03-01T00:00:00+08:00")
DAYS = 60
ACTORS: dict[str, tuple[str, ...]] = {
    action: tuple(role for role in roles if role != "routing")
    for action, roles in WHO.items()
    if action not in ROUTING_ALONE
}
"""Who may by the table, of those who have keys."""


class Life:
    """One case: what was sent about it so far, and what its teller believes of it.

    `near` is another case of its kind that was told before and stays; `disputed` cases go to and fro more than others.
    """

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
        self.departments = [name for name, unit in sorted(street["department"].items()) if not unit.get("successor")]
        self.closed = sorted(street["department"].keys() - set(self.departments))
        self.near = ""
        self.disputed = self.chance(0.01)
        self.received_at = self._office(BEGINNING + timedelta(minutes=dice.randrange(DAYS * 24 * 60)))
        self.now = self.received_at
        self.due_at = self.received_at
        self.category: str | None = None
        self.lead: str | None = None
        self.assistants: list[str] = []
        self.asked: set[str] = set()
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
        self.lead = self._department_of(category)
        self.steps.append({"kind": self.kind, "key": f"source:{self.source}", "body": body})

    def act(self, action: str, *, key: str | None = None, at: datetime | None = None, **details: Any) -> Step:
        """One action by one of those to whom it belongs, some time after the last, now and then told late."""
        if at is None:
            self.now = self._office(self.now + timedelta(minutes=self.dice.randrange(5, 60 * 30)))
            at = self.now
            if self.chance(0.05):
                at = self.received_at + (self.now - self.received_at) * self.dice.random()
                at = at.replace(microsecond=0)
        if "until" in details and datetime.fromisoformat(details["until"]) <= at:  # time went on: said anew
            details["until"] = (at + timedelta(hours=1)).isoformat()
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

    def may(self, action: str) -> tuple[str, ...]:
        """The roles to which it belongs here, as the channel's authority says."""
        return tuple(self.authority.get(action) or ACTORS[action])

    def key_for(self, action: str) -> str:
        """The key of one who may."""
        return self.key_of(self.dice.choice(self.may(action)))

    def key_of(self, role: str) -> str:
        """A role's key in this case."""
        if role == "source":
            return f"source:{self.source}"
        if role == "department":
            return f"department:{self.lead or self.any_department()}"
        return role

    def any_department(self, *but: str | None) -> str:
        """Any of those that are not closed, or any other."""
        return self.dice.choice([name for name in self.departments if name not in but] or self.departments)

    def dispatch(self, department: str, *assistants: str) -> None:
        """派单, to assistants at once where there are any."""
        more: dict[str, Any] = {"departments": list(assistants)} if assistants else {}
        if self.chance(0.1):
            more["category"] = self.dice.choice(sorted(self.street["category"]))
        self.act("dispatch", department=department, **more)
        self.lead = department
        self.assistants += assistants

    def accept(self, category: str) -> None:
        """受理 by a person: the category comes with it, and with the category perhaps a department."""
        self.act("accept", category=category)
        self.category = category
        self._set_due(self.steps[0]["body"].get("source_due_at"))
        self.lead = self._department_of(category)

    def new_due(self) -> None:
        """After a redo, or a verification that failed: from the last action on."""
        self.due_at = datetime.fromisoformat(self.steps[-1]["body"]["at"]) + timedelta(hours=self._hours())

    @property
    def redone_by_itself(self) -> bool:
        """Whether routing itself has it done again when somebody says that it is not solved."""
        rows = self.street.get("policy", {}).values()
        return any(row.get("redo_if_unsolved") and row.get("channel") in (None, self.channel) for row in rows)

    def _department_of(self, category: str | None) -> str | None:
        department: str | None = (self.street["category"].get(category or "") or {}).get("department")
        while department and (then := self.street["department"][department].get("successor")):
            department = then
        return department

    def _office(self, at: datetime) -> datetime:
        """Most of the night's work is told the next morning; so hours are as full as a real street's."""
        if 8 <= at.hour < 18 or self.chance(0.15):
            return at
        morning = at.replace(hour=8) + timedelta(days=at.hour >= 18)
        return morning + timedelta(hours=self.dice.randrange(4))

    def _hours(self) -> float:
        return (self.street["category"].get(self.category or "") or {}).get("hours") or 168

    def _set_due(self, source_due_at: str | None) -> None:
        own = datetime.fromisoformat(source_due_at) if source_due_at else None
        self.due_at = own or self.received_at + timedelta(hours=self._hours())
