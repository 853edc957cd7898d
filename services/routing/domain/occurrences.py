"""What happened by a move, as figures count it: mostly the one occurrence that the table names."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from services.contracts.actions import ActionRequested
from services.contracts.cases import CaseSummary, Occurrence, OccurrenceKind
from services.contracts.deadlines import ClockName

from .effects import RESOLVED_BY_REPLY
from .moves import Move
from .state import CaseState
from .tasks import open_tasks


class Scribe:
    """Writes down what one applied move of a case made happen."""

    def __init__(self, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
        self._case = case
        self._after = after
        self._command = command

    def made(self, move: Move) -> tuple[Occurrence, ...]:
        """All of it, in order."""
        return tuple(self._made(move))

    def _made(self, move: Move) -> Iterator[Occurrence]:
        command, details = self._command, self._command.details
        routing = command.actor.role == "routing"
        match command.action:
            case "dispatch":
                yield self.one("dispatched", **self._said())
                if self._after.dims.category != self._case.summary.dims.category:
                    yield self.one("recategorised")
                yield from self._leads_now(details.department)
                for department in details.departments:
                    yield self.one("assisted", department=department)
                if self._case.consultation is not None:
                    yield self.one("concluded")
            case "assist":
                yield self.one("assisted", department=details.department)
            case "release":
                yield self.one("released", department=details.department)
            case "hand_over":
                yield self.one("handed_over", department=details.department)
                if self._after.dims.department == details.department:
                    yield from self._leads_now(details.department, details.party)
            case "report_in":
                yield self.one("reported_in", department=command.actor.subject)
            case "sign":
                yield self.one("signed", **self._said())
                yield from self._in_time("sign", "signed_on_time")
            case "contact":
                if details.reached and self._case.dispatched and not self._case.dispatched.contacted:
                    yield self.one("contacted_first")
                    yield from self._in_time("contact", "contacted_on_time")
            case "self_handle":
                for task in open_tasks(self._case.summary):
                    yield self.one("released", department=task.department)
                yield self.one("self_handled")
                yield self.one("replied")
                yield self.one("closed")
            case "verify":
                yield self.one("verified")
                yield self.one("closed" if details.passed else "verification_failed")
            case "remind":
                yield self.one("due_soon" if routing else "reminded", department=self._task_department())
            case "escalate":
                if routing and details.step == 1:
                    yield self.one("overdue", department=self._task_department())
                if not routing or details.level != "department":  # that the lead hears of it is no step up
                    yield self.one("escalated", department=self._task_department())
            case _ if move.occurrence is not None:
                yield self.one(move.occurrence, **self._said())

    def one(
        self, kind: OccurrenceKind, *, department: str | None = None, at: datetime | None = None, **said: Any
    ) -> Occurrence:
        """One occurrence; `department` where it is not the lead's."""
        case, dims = self._case, self._after.dims
        place = f"{case.case_id}/{case.version + 1}/{kind}"
        if department is not None:
            dims = msgspec.structs.replace(dims, department=department)
            place = f"{place}/{department}"
        return Occurrence(
            id=place, kind=kind, at=at or self._command.at, dims=dims, excluded=self._after.excluded, **said
        )

    def _leads_now(self, *department: str | None) -> Iterator[Occurrence]:
        """Who leads does not assist as well: its open tasks are done with, those it takes over too."""
        if any(task.department in department for task in open_tasks(self._case.summary)):
            yield self.one("released", department=department[0])

    def _in_time(self, clock: ClockName, kind: OccurrenceKind) -> Iterator[Occurrence]:
        """Counted in the hour of the dispatch that it answers, where the clock that began then was met."""
        running = self._case.of_dispatch(clock)
        if running is not None and self._case.dispatched and self._command.at <= running.due_at:
            yield self.one(kind, at=self._case.dispatched.at)

    def _said(self) -> dict[str, Any]:
        command, details = self._command, self._command.details
        if command.action == "reply":
            on_channel = self._after.dims.channel in RESOLVED_BY_REPLY
            return {"solved": details.solved if on_channel else None}
        if command.action == "follow_up" and self._after.follow_up is not None:
            told = self._after.follow_up
            return {"contacted": told.contacted, "effective": told.effective, "solved": told.solved}
        return {
            "grade": details.grade if command.action == "rate" else None,
            "solved": details.solved,
            "contacted": details.contacted,
            "effective": details.effective,
        }

    def _task_department(self) -> str | None:
        """Whose task a deadline is about, where it is an assistant's."""
        return self._command.details.department if self._command.details.clock == "assist" else None
