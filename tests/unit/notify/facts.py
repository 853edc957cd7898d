"""Facts made by hand, as routing gives them: whom they are told to depends on nothing else."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec

from services.contracts.actions import ActionDetails, ActionName
from services.contracts.actors import Actor
from services.contracts.assignments import AssignmentNotice
from services.contracts.cases import (
    CaseFact,
    CaseSummary,
    Dimensions,
    Occurrence,
    OccurrenceKind,
    State,
    Task,
    TaskState,
)
from services.contracts.submissions import Place, SubmissionReceived
from services.notify.domain.notice import notices
from services.notify.domain.told import Told, told

T0 = datetime(2026, 3, 30, 9, tzinfo=UTC)
DUE, TASK_DUE, UNTIL = (T0 + timedelta(days=days) for days in (7, 3, 1))
DESK = Actor(role="dispatcher")
DEPARTMENTS = frozenset("abcdef")


def department(name: str) -> Actor:
    """Its key."""
    return Actor(role="department", subject=name)


def task(name: str, state: TaskState = "assigned", due: datetime = TASK_DUE) -> Task:
    """The task of department `name`; its id is the name's."""
    return Task(id=f"t-1/{name}", department=name, state=state, assigned_at=T0, due_at=due, first_due_at=due)


def kinds(names: str) -> list[OccurrenceKind]:
    """Those of a line; ValidationError where there is none of that name."""
    return msgspec.convert(names.split(), list[OccurrenceKind])


class Case:
    """One that notify follows: each move is an applied fact, and gives what was told of it."""

    def __init__(
        self,
        *,
        state: State = "handling",
        lead: str | None = "a",
        tasks: Sequence[Task] = (),
        confidential: bool = False,
    ) -> None:
        self.told: Told | None = None
        self.version = 0
        self.summary = CaseSummary(
            kind="ticket",
            state=state,
            dims=Dimensions(channel="grid", department=lead, category="roads"),
            received_at=T0,
            due_at=DUE,
            first_due_at=DUE,
            tasks=tuple(tasks),
        )
        submission = SubmissionReceived(
            case_id="t-1",
            kind="ticket",
            source="platform",
            source_id="1",
            channel="grid",
            title="题",
            text="文",
            place=Place(address="某路"),
            confidential=confidential,
            attributes={"身份证": "3101"},
            reported_at=T0,
            actor=Actor(role="source", subject="platform"),
        )
        self.take(self.fact("submit", ["received"], submission=submission, before=None))

    def move(
        self,
        action: ActionName,
        *happened: OccurrenceKind,
        by: Actor = DESK,
        summary: dict[str, Any] | None = None,
        **details: Any,
    ) -> list[AssignmentNotice]:
        """What was told of it; `summary` is what it changed there, `lead` the department."""
        return self.take(self.moved(action, *happened, by=by, summary=summary, **details))

    def moved(
        self,
        action: ActionName,
        *happened: OccurrenceKind,
        by: Actor = DESK,
        summary: dict[str, Any] | None = None,
        **details: Any,
    ) -> CaseFact:
        """The fact alone, not taken yet."""
        changes, before = dict(summary or {}), self.summary
        if "lead" in changes:
            changes["dims"] = msgspec.structs.replace(before.dims, department=changes.pop("lead"))
        self.summary = msgspec.structs.replace(before, **changes)
        return self.fact(action, happened, before=before, actor=by, details=ActionDetails(**details))

    def take(self, fact: CaseFact) -> list[AssignmentNotice]:
        """As a batch does."""
        before, self.told = self.told, told(self.told, fact, DEPARTMENTS)
        return notices(before, self.told, fact, DEPARTMENTS) if self.told else []

    def fact(self, action: str, happened: Sequence[OccurrenceKind], **more: Any) -> CaseFact:
        """The next one."""
        self.version += 1
        added = tuple(
            Occurrence(id=f"t-1/{self.version}/{kind}", kind=kind, at=T0, dims=self.summary.dims) for kind in happened
        )
        usual: dict[str, Any] = {
            "case_id": "t-1",
            "partition": 0,
            "seq": self.version,
            "version": self.version,
            "outcome": "applied",
            "action": cast(Any, action),
            "action_id": f"a-{self.version}",
            "actor": DESK,
            "at": T0,
            "recorded_at": T0,
            "after": self.summary,
            "added": added,
            "directory_version": 1,
        }
        return CaseFact(**(usual | more))
