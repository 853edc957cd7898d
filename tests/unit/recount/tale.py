"""One case told by hand, in March 2024, on the street of `log`."""

from collections import Counter
from datetime import datetime
from typing import Any

from services.contracts.identity import case_id
from tests.recount.calendar import ZONE
from tests.recount.case import Case
from tests.recount.figures import figures
from tests.recount.history import standing
from tests.recount.life import Step
from tests.recount.policies import Directory
from tests.recount.recount import Record, Recount

from .log import STREET, appended, logged

MAIN = standing(STREET)[0].case_id
OTHER_KIND = standing(STREET)[1].case_id


class Tale:
    """`Tale("grid").act("b", "sign", "05 10:00")`: by `source`, a desk, or a department of one letter; day and time."""

    def __init__(
        self, channel: str = "grid", category: str | None = "litter", at: str = "04 23:30", **more: Any
    ) -> None:
        self.channel = channel
        self.street: Directory = STREET
        kind: Any = STREET["channel"][channel]["kind"]
        self.case_id = case_id(kind, channel, "1")
        body = {"channel": channel, "source_id": "1", "title": "x", "text": "x", "reported_at": time(at)} | more
        if category is not None:
            body["category"] = category
        self.records: list[Record] = []
        self._tell({"kind": kind, "key": f"source:{channel}", "body": body})

    def act(self, who: str, action: str, at: str, **details: Any) -> "Tale":
        """One action more."""
        key = f"source:{self.channel}" if who == "source" else f"department:{who}" if len(who) == 1 else who
        told = {name: time(value) if name == "until" else value for name, value in details.items()}
        body = {"case_id": self.case_id, "action_id": f"{len(self.records)}", "action": action, "at": time(at), **told}
        return self._tell({"kind": "action", "key": key, "body": body})

    def to_a_reply(self, who: str = "b") -> "Tale":
        """Signed and replied by the department that the category names."""
        return self.act(who, "sign", "05 10:00").act(who, "reply", "05 11:00", text="好")

    def to_a_close(self, who: str = "b") -> "Tale":
        """Replied and closed by whom the channel lets."""
        closer = "source" if self.channel == "hotline" else "dispatcher"
        return self.to_a_reply(who).act(closer, "close", "05 12:00")

    def under(self, **policy: Any) -> "Tale":
        """With one policy more, for all cases."""
        rows = {**self.street["policy"], f"more-{len(self.street['policy'])}": {"name": "x", **policy}}
        self.street = {**self.street, "policy": rows}
        return self

    def followup(self, kind: str, **value: Any) -> "Tale":
        """One record of routing's own topic."""
        value = {"case_id": self.case_id, **value, "at": time(value["at"])}
        self.records.append((value, {"ce_type": f"mingshao.followup.{kind}.v1"}, appended(value)))
        return self

    def reached(self, clock: str, step: int, at: str, **more: Any) -> "Tale":
        """到期: a clock came to a mark."""
        return self.followup("deadline", clock=clock, step=step, at=at, **more)

    def _tell(self, step: Step) -> "Tale":
        self.records += [record for records in logged([step]) for record in records]
        return self

    @property
    def recount(self) -> Recount:
        """Of all of it."""
        return Recount(self.street).read([self.records])

    @property
    def case(self) -> Case:
        """As it stands."""
        return self.recount.cases[self.case_id]

    @property
    def code(self) -> str | None:
        """Of the last action's refusal; None where it was applied."""
        return self.recount.outcomes[-1]["code"]

    @property
    def codes(self) -> list[str | None]:
        """Of every action."""
        return [outcome["code"] for outcome in self.recount.outcomes[1:]]

    @property
    def kinds(self) -> Counter[tuple[str, str]]:
        """What happened, and in which department."""
        return Counter((event["kind"], event["dims"]["department"]) for event in self.case["happened"])

    def due(self, clock: str) -> str:
        """When a clock of the case is due, as `05 10:00`."""
        due: datetime = self.case["clocks"][clock]["due"]
        return due.astimezone(ZONE).strftime("%d %H:%M")

    def rate(self, rate: str, basis: str = "cohort", reading: str = "full") -> Any:
        """Of everything; None where nothing counts."""
        return figures(self.recount, reading=reading).get((rate, basis, ()), {}).get(())


def time(text: str) -> str:
    """`05 10:00` of March 2024, Shanghai."""
    return f"2024-03-{text[:2]}T{text[3:]}:00+08:00"
