"""Routing and the recount judge one log, record by record, and each case is compared as it stands after each.

What the clocks bring comes in between: at every moment that a case waits for, and now and then where it does not.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.contracts.actions import ActionRequested
from services.contracts.cases import CaseFact
from services.contracts.directory import ROW_TYPES
from services.contracts.followups import DeadlineReached, DirectoryApplied
from services.contracts.submissions import SubmissionReceived
from services.metrics.domain.cells import DIMENSIONS, values_of
from services.routing.domain.reached import counts, marks_due
from services.routing.domain.rules import rules_of
from services.routing.domain.state import CaseState
from services.routing.handlers import Bench
from services.routing.ports import Loaded
from tests.recount.followups import DEADLINE, DIRECTORY, marks
from tests.recount.life import Step
from tests.recount.recount import ASKED, SUBMITTED, Record, Recount

from .log import logged

TYPES: Mapping[str, Any] = {
    SUBMITTED: SubmissionReceived,
    ASKED: ActionRequested,
    DEADLINE: DeadlineReached,
    DIRECTORY: DirectoryApplied,
}
AT_LAST = timedelta(days=60)
Directory = Mapping[str, Mapping[str, Mapping[str, Any]]]


class Disagreement(AssertionError):
    """The record after which they differ, and in what."""


class SideBySide:
    """Both, and all facts that routing made."""

    def __init__(self, directory: Directory) -> None:
        self.recount = Recount(directory)
        self.bench = Bench(0, 1, Loaded(cases={}, judged={}), rules(directory))
        self.facts: list[CaseFact] = []
        self._last: dict[str, list[Record]] = {}
        self._now: dict[str, datetime] = {}

    def change(self, directory: Directory) -> None:
        """From here on the directory is this."""
        self.recount.change(directory)
        self.bench.rules = rules(directory)

    def read(self, records: Iterable[Record]) -> None:
        """Judge each; Disagreement."""
        for record in records:
            value, headers, appended = record
            self._last.setdefault(value["case_id"], []).append(record)
            before = len(self.recount.outcomes)
            self.recount.read([[record]])
            command = msgspec.convert(value, TYPES[headers["ce_type"]])
            made = self.bench.judge(command, datetime.fromtimestamp(appended / 1000, UTC))
            self.bench.keep(made)
            self.facts += made
            if self.recount.outcomes[before:]:
                expected = self.recount.outcomes[-1]
                self._same(value["case_id"], (expected["outcome"], expected["code"]), _outcome(made))
            self.compare(value["case_id"])

    def with_deadlines(self, records: Iterable[Record], dice: random.Random) -> None:
        """The same, with all that comes due in between; now and then a case is told long after its reception."""
        for value, headers, _ in records:
            case_id = value["case_id"]
            at = datetime.fromisoformat(value.get("at") or value["reported_at"])
            late = timedelta(days=4) if case_id not in self._now and dice.random() < 0.1 else timedelta()
            told = max(self._now.get(case_id, at), at) + late + timedelta(seconds=dice.randrange(1, 1200))
            self.until(case_id, told, dice)
            self._now[case_id] = told
            self.read([(value, headers, _ms(told))])

    def at_last(self, dice: random.Random) -> None:
        """What comes due when nothing is told any more."""
        for case_id, told in self._now.items():
            self.until(case_id, told + AT_LAST, dice)

    def directory_applied(self, what: str = "successor") -> None:
        """部门撤并 or 重算时限, told to every case that is there."""
        for case_id, told in self._now.items():
            value = {"case_id": case_id, "what": what, "at": told.isoformat()}
            self.read([(value, {"ce_type": DIRECTORY}, _ms(told))])

    def until(self, case_id: str, moment: datetime, dice: random.Random) -> None:
        """All marks of a case up to then, the earliest first, and some that it does not wait for."""
        while case_id in self.recount.cases:
            found = marks(self.recount.rules, self.recount.cases[case_id])
            due = sorted((one for one in found if one["at"] <= moment), key=lambda one: (one["at"], str(one)))
            if not due:
                return
            told, after = due[0], timedelta(seconds=dice.choice([-4, 0, 1, 500]))
            if dice.random() < 0.1:
                wrong = dice.choice(
                    [{**told, "step": told["step"] + 1}, {**told, "at": told["at"] + timedelta(hours=1)}]
                )
                self.read([_deadline(case_id, wrong, told["at"] + timedelta(hours=2))])
                self.read([_deadline(case_id, told, told["at"] - timedelta(seconds=6))])
            self.read([_deadline(case_id, told, told["at"] + after)])

    def compare(self, case_id: str) -> None:
        """The case in both, whole; Disagreement."""
        theirs, mine = self.bench.case(case_id), self.recount.cases.get(case_id)
        if theirs is None or mine is None:
            self._same(case_id, theirs is None, mine is None)
            return
        told, counted = told_of(theirs), counted_of(mine)
        for name in counted:
            self._same(f"{case_id} {name}", counted[name], told[name])
        self._same(f"{case_id} marks", marks(self.recount.rules, mine), self._marks(theirs))

    def _marks(self, case: CaseState) -> list[dict[str, Any]]:
        if not counts(case, self.bench.rules) or case.next_mark is None:
            return []
        everything = marks_due(case, case.next_mark + timedelta(days=5000))
        return [{"clock": one.clock, "task": one.task, "step": one.step, "at": one.at} for one in everything]

    def _same(self, what: str, mine: object, theirs: object) -> None:
        if isinstance(mine, list) and isinstance(theirs, list):
            mine, theirs = sorted(mine, key=str), sorted(theirs, key=str)
        if mine != theirs:
            log = "\n".join(str(record[0]) for record in self._last.get(what.split()[0], [])[-40:])
            raise Disagreement(f"{what}:\nrecount {mine}\nrouting {theirs}\nafter\n{log}")


def told_of(case: CaseState) -> dict[str, Any]:
    """A case as routing keeps it, in the recount's words."""
    summary = case.summary
    evaluation, first, survey = summary.evaluation, summary.first_evaluation, summary.follow_up
    return {
        **{name: getattr(summary, name) for name in _PLAIN},
        "version": case.version,
        "department": summary.dims.department,
        "category": summary.dims.category,
        "grid": summary.dims.grid,
        "urgency": summary.dims.urgency,
        "evaluation": evaluation and (evaluation.at, evaluation.grade, evaluation.solved),
        "first_evaluation": first and (first.at, first.grade, first.solved),
        "follow_up": survey and (survey.at, survey.contacted, survey.effective, survey.solved),
        "tasks": [tuple(getattr(task, name) for name in _OF_A_TASK) for task in summary.tasks],
        "clocks": sorted(
            (key, clock.due_at, clock.first_due_at) for key, clock in case.clocks.items() if clock.ended_at is None
        ),
        "happened": Counter(
            (one.kind, one.at, *values_of(one.dims), one.grade, one.excluded)
            for step in case.steps
            for one in step.occurrences
        ),
    }


def counted_of(case: dict[str, Any]) -> dict[str, Any]:
    """A case as the recount keeps it."""

    def said(kept: str, *fields: str) -> tuple[Any, ...] | None:
        return tuple(case[kept][field] for field in ("at", *fields)) if case[kept] else None

    return {
        **{name: case[name] for name in _PLAIN},
        **{name: case[name] for name in ("version", "department", "category", "grid", "urgency")},
        "evaluation": said("evaluation", "grade", "solved"),
        "first_evaluation": said("first_evaluation", "grade", "solved"),
        "follow_up": said("follow_up", "contacted", "effective", "solved"),
        "tasks": [tuple(task[name] for name in _OF_A_TASK) for task in case["tasks"]],
        "clocks": sorted(
            (key, clock["due"], clock["first_due"]) for key, clock in case["clocks"].items() if clock["ended"] is None
        ),
        "happened": Counter(
            (one["kind"], one["at"], *(one["dims"][name] for name in DIMENSIONS), one["grade"], case["excluded"])
            for one in case["happened"]
        ),
    }


_PLAIN = (
    "state", "received_at", "due_at", "first_due_at", "inner_due_at", "first_replied_at", "replied_at", "closed_at",
    "redos", "returns", "accepted", "dispatches", "signed_at", "extended", "verifications", "verifications_failed",
    "self_handled", "resolved", "merged_into", "linked_to", "excluded", "published",
)  # fmt: skip
_OF_A_TASK = (
    "id", "department", "state", "assigned_at", "due_at", "first_due_at", "signed_at", "replied_at"
)  # fmt: skip


def rules(directory: Directory) -> Any:
    """A directory as routing reads it."""
    return rules_of(
        1,
        {
            kind: {row_id: msgspec.convert(row, ROW_TYPES[kind]) for row_id, row in rows.items()}
            for kind, rows in directory.items()
        },
    )


def in_order(steps: Iterable[Step]) -> list[Record]:
    """As they are sent: cases do not know of each other."""
    return [record for step in steps for records in logged([step]) for record in records]


def _deadline(case_id: str, told: Mapping[str, Any], now: datetime) -> Record:
    value = {"case_id": case_id, **told, "at": told["at"].isoformat()}
    return {name: one for name, one in value.items() if one is not None}, {"ce_type": DEADLINE}, _ms(now)


def _outcome(made: list[CaseFact]) -> tuple[str, str | None]:
    if not made:
        return "none", None
    return made[0].outcome, made[0].refusal.code if made[0].refusal else None


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
