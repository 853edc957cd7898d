"""What every figure must be, counted again from the log alone: DOMAIN.md read once more, in plain dicts.

Each case keeps `happened`: a list of what happened, with the dimensions of then. A figure (`figures.py`) is a sum over
cases and what happened; nothing is kept that a case or its list does not say.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from .case import Case, Json, Move, happened, instant, new_case, sender
from .followups import DEADLINE, DIRECTORY, deadline_reached, directory_applied
from .joins import JOINED, MAIN_MOVED, joined, main_moved
from .moves import accept_by_rule, apply
from .policies import Directory, Rules
from .promises import begin, show_due
from .refusals import cannot_be, is_stranger, refusal, with_request

Record = tuple[Json, Mapping[str, str], int]
"""A decoded value, the headers as text, the append time in ms."""

SUBMITTED, ASKED = "mingshao.submission.received.v1", "mingshao.action.requested.v1"
BY_ITSELF = {
    DEADLINE: deadline_reached,
    JOINED: joined,
    MAIN_MOVED: main_moved,
    DIRECTORY: directory_applied,
}


class Recount:
    """All cases as they stand, and what became of each command: applied, refused with a code, or none (a repeat)."""

    def __init__(self, directory: Directory) -> None:
        self.rules = Rules(directory)
        self.cases: dict[str, Case] = {}
        self.outcomes: list[dict[str, str | None]] = []
        self.said: dict[tuple[str, str, str], list[dict[str, Any]]] = {}

    def read(self, partitions: Iterable[Iterable[Record]]) -> "Recount":
        """Take the records in, partition after partition, each in its order."""
        for records in partitions:
            for value, headers, appended in records:
                kind, now = headers["ce_type"], datetime.fromtimestamp(appended / 1000, UTC)
                if kind == SUBMITTED:
                    self._outcome(value, "submit", self._submitted(value, now))
                elif kind == ASKED:
                    self._outcome(value, value["action"], self._asked(value, now))
                elif kind in BY_ITSELF and value["case_id"] in self.cases:
                    BY_ITSELF[kind](self.rules, self._case(value["case_id"]), value, now)
        return self

    def change(self, directory: Directory) -> None:
        """From here on the directory is this."""
        self.rules = Rules(directory)

    def _case(self, case_id: str) -> Case:
        case = self.cases[case_id]
        case["terms"]["calendar"] = self.rules.calendar(case["terms"]["calendar_id"])
        return case

    def _outcome(self, value: Json, action: str, code: str) -> None:
        outcome, _, reason = code.partition(" ")
        self.outcomes.append(
            {
                "case_id": value["case_id"],
                "action": action,
                "action_id": value.get("action_id"),
                "sender": sender(value["actor"]),
                "outcome": outcome,
                "code": reason or None,
            }
        )

    def _is_repeat(self, value: Json, name: str) -> bool | None:
        """True: just this came before; False: something else came before under the same name; None: the first."""
        said = self.said.setdefault((value["case_id"], sender(value["actor"]), name), [])
        content = {field: told for field, told in value.items() if field != "actor"}
        if content in said:
            return True
        said.append(content)
        return False if len(said) > 1 else None

    def _submitted(self, value: Json, now: datetime) -> str:
        repeated = self._is_repeat(value, "submission")
        if repeated is not None:
            return "none" if repeated else "refused conflicting_duplicate"
        at, code = instant(value["reported_at"]), value.get("category")
        due = instant(value["source_due_at"]) if value.get("source_due_at") else None
        if cannot_be(now, at, due) or (due is not None and due < at):
            return "refused bad_time"
        known = self.rules.category(code) is not None
        grid = self.rules.grid_of(value.get("place"))
        case = self.cases[value["case_id"]] = new_case(value, code if known else None, now, grid)
        begin(self.rules, case)
        happened(case, "submit", "received", at)
        case["version"] = 1
        show_due(case)
        if known:
            accept_by_rule(self.rules, case, at)
        return "applied"

    def _asked(self, value: Json, now: datetime) -> str:
        repeated = self._is_repeat(value, f"action {value['action_id']}")
        if repeated is not None:
            return "none" if repeated else "refused conflicting_action"
        if value["case_id"] not in self.cases:
            return "refused unknown_case"
        case = self._case(value["case_id"])
        if is_stranger(case, value["actor"]):
            return "refused unknown_case"
        name = (sender(value["actor"]), value["action_id"])
        asked = Move(value["action"], instant(value["at"]), value.get("details") or {}, value["actor"], name)
        move = with_request(case, asked)
        code = refusal(self.rules, case, move, now)
        if code is not None:
            return f"refused {code}"
        apply(self.rules, case, move)
        case["done"][name] = move.action
        return "applied"
