"""What a move does to the case's clocks, and so to its due times: started, stopped, gone on, extended, ended.

What was promised stays: a clock that runs keeps its due time whatever policies say later. What begins now (a dispatch's
signature, a redo's reply) is promised by the directory of the day.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.actions import ActionName, ActionRequested
from services.contracts.cases import CaseSummary, Task
from services.contracts.promises import Clock, ClockKey, Terms, clock_key
from services.contracts.submissions import SubmissionReceived
from services.contracts.times import in_zone, plus

from .book import Book
from .deadlines import clocks as ticking
from .deadlines.marks import with_mark_done
from .other_limits import (
    REDONE,
    SINCE_DISPATCH,
    SINCE_RECEPTION,
    another_category,
    completed,
    reclock,
    within_the_reply,
)
from .rules import Rules
from .state import CaseState
from .tasks import task_meant

_replace = msgspec.structs.replace


class Kept(NamedTuple):
    """The summary with its due times; terms and clocks where they changed, of clocks only those that did."""

    summary: CaseSummary
    terms: Terms | None
    clocks: Mapping[ClockKey, Clock] | None


def begun(submission: SubmissionReceived, summary: CaseSummary, rules: Rules) -> Kept:
    """What a new case is promised. The source's own due time comes first."""
    terms = rules.terms(summary.dims)
    book = Book({}, terms, rules)
    for name in SINCE_RECEPTION:
        given = submission.source_due_at if name == "reply" else None
        book.start(name, summary.received_at, given or terms.limit(name))
    within_the_reply(book, first=True)
    return _kept(summary, {}, book, terms)


def promised(case: CaseState, after: CaseSummary, command: ActionRequested, rules: Rules) -> Kept:
    """What an applied move makes of it."""
    terms = None
    accepted_otherwise = command.action == "accept" and after.dims != case.summary.dims
    if accepted_otherwise or command.action in ("dispatch", "reclock", "recategorise"):
        terms = rules.terms(after.dims)
    book = Book(case.clocks, terms or case.terms, rules)
    if command.details.clock is not None:
        key = clock_key(command.details.clock, command.details.task)
        book.change(key, lambda clock: with_mark_done(clock, command.details.step or 0))
    else:
        change = _CHANGES.get(command.action)
        if change is not None and task_meant(case, command) is None:  # an assistant ends no clock of the lead's
            change(book, case, after, command)
        _tasks(book, case, after, command)
    return _kept(after, case.clocks, book, terms)


def policies_change(case: CaseState, rules: Rules, asked: ActionRequested) -> bool:
    """Whether today's policies say anything else of an open case than what it was promised."""
    kept = promised(case, case.summary, asked, rules)
    assert kept.terms is not None, "a reclock resolves them"
    return kept.clocks is not None or _replace(kept.terms, policy_version=case.terms.policy_version) != case.terms


def _kept(summary: CaseSummary, before: Mapping[ClockKey, Clock], book: Book, terms: Terms | None) -> Kept:
    changes = book.changes()
    if not changes:
        return Kept(summary, terms, None)
    zone = book.calendar.zone
    if (reply := changes.get("reply")) is not None:
        due, first = in_zone(reply.due_at, zone), in_zone(reply.first_due_at, zone)
        summary = _replace(summary, due_at=due, first_due_at=first)
    if (inner := changes.get("inner")) is not None:
        summary = _replace(summary, inner_due_at=in_zone(inner.due_at, zone))
    tasks = tuple(_due_as(task, changes.get(clock_key("assist", task.id)), zone) for task in summary.tasks)
    return Kept(_replace(summary, tasks=tasks), terms, changes)


def _due_as(task: Task, clock: Clock | None, zone: ZoneInfo) -> Task:
    if clock is None:
        return task
    return _replace(task, due_at=in_zone(clock.due_at, zone), first_due_at=in_zone(clock.first_due_at, zone))


Change = Callable[[Book, CaseState, CaseSummary, ActionRequested], None]


def _accept(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    if after.dims != case.summary.dims:
        completed(book, case, after)


def _dispatch(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    another_category(book, case, after, command)
    for name in SINCE_DISPATCH:
        book.end(command.at, name)
        book.start(name, command.at, book.terms.limit(name))
    book.end(command.at, "opine")


def _ends(*keys: ClockKey) -> Change:
    return lambda book, case, after, command: book.end(command.at, *keys)


def _contact(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    if command.details.reached:
        book.end(command.at, "contact")


def _hold(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    until = command.details.until
    assert until is not None, "the table's needs were checked"
    for key in book.all():
        clock = book.get(key)
        if clock is not None and clock.ended_at is None and clock.name in book.terms.stopped_by_hold:
            book.change(key, lambda clock: ticking.stop(clock, command.at, until, book.calendar))
    book.start("hold", command.at, until)


def _resume(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    for key in book.all():
        if (clock := book.get(key)) is not None and clock.stopped_at is not None:
            book.change(key, lambda clock: ticking.go_on(clock, command.at, book.calendar))
    book.end(command.at, "hold")


def _extend(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    until = command.details.until
    assert until is not None, "the table's needs were checked"
    book.change("reply", lambda clock: ticking.extend(clock, command.at, until))


def _send_back(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    for name in ("reply", "inner"):
        book.change(name, ticking.reopen)


def _redo(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    for name, limit in REDONE.items():
        due = book.terms.limit(limit)
        if due is not None:
            book.change(name, partial(ticking.redo, at=command.at, due=due, calendar=book.calendar))
    within_the_reply(book)
    book.end(command.at, "archive")


def _closed(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    book.end_all(command.at)
    _archive_later(book, command.at)


def _rate(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    if case.summary.state == "archived":  # 归档后的评价: it was said late, and is archived again
        _archive_later(book, command.at)


def _archive_later(book: Book, at: datetime) -> None:
    book.start("archive", at, plus(at, timedelta(days=book.terms.archive_after_days)))


def _verify(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    (_closed if command.details.passed else _redo)(book, case, after, command)


def _over(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    book.end_all(command.at)


def _whistle(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    due = command.details.until or book.terms.limit("report")
    book.start("report", command.at, due, of=str(case.version + 1))


def _report_in(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    called = case.summons_of(command.actor.subject or "")
    if called is not None and set(called.departments) <= {*called.reported, command.actor.subject}:
        book.end(command.at, clock_key("report", str(called.version)))


def _consult(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    book.start("opine", command.at, command.details.until or book.terms.limit("opine"))


def _opine(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    asked = case.consultation
    if asked is not None and set(asked.parties) <= {*asked.spoken, command.actor.subject, command.details.party}:
        book.end(command.at, "opine")


def _tasks(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    """An assistant's clock runs while its task is to be done."""
    if after.tasks == case.summary.tasks:
        return
    known = {task.id: task for task in case.summary.tasks}
    for task in after.tasks:
        if task.id not in known:
            book.start("assist", command.at, book.terms.limit("assist"), of=task.id)
        elif task.state in ("replied", "released"):
            book.end(command.at, clock_key("assist", task.id))


_CHANGES: Mapping[ActionName, Change] = {
    "accept": _accept,
    "recategorise": another_category,
    "dispatch": _dispatch,
    "sign": _ends("sign"),
    "return": _ends("sign"),  # it has answered the dispatch
    "contact": _contact,
    "hold": _hold,
    "resume": _resume,
    "extend": _extend,
    "reply": _ends("reply", "inner", "sign", "contact"),
    "send_back": _send_back,
    "redo": _redo,
    "verify": _verify,
    "close": _closed,
    "self_handle": _closed,
    "archive": _over,
    "reject": _over,
    "grant_return_up": _over,
    "void": _over,
    "whistle": _whistle,
    "report_in": _report_in,
    "consult": _consult,
    "opine": _opine,
    "rate": _rate,
    "conclude": _ends("opine"),
    "reclock": reclock,
}
