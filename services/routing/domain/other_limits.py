"""A case is found to be of another category, has its first lead, or takes today's policies: what other limits make of
its clocks."""

from collections.abc import Mapping

import msgspec

from services.contracts.actions import ActionRequested
from services.contracts.cases import CaseSummary
from services.contracts.deadlines import ClockName
from services.contracts.directory import Limit
from services.contracts.promises import LimitName

from .book import Book
from .deadlines import clocks as ticking
from .state import CaseState

REDONE: Mapping[ClockName, LimitName] = {"reply": "redo", "inner": "inner", "close": "close"}
SINCE_RECEPTION: tuple[ClockName, ...] = ("reply", "inner", "close")
SINCE_DISPATCH: tuple[ClockName, ...] = ("sign", "contact", "return")
_replace = msgspec.structs.replace


def _given(case: CaseState, after: CaseSummary) -> frozenset[ClockName]:
    """What the source or a granted extension said is no policy's to change."""
    return frozenset(("reply",) if case.due_by_source or after.extended else ())


def completed(book: Book, case: CaseState, after: CaseSummary) -> None:
    """The category is another, or the first lead is known: a limit that is another for it counts from the reception.
    One that is another because policies changed meanwhile does not."""
    before = book.rules.terms(case.summary.dims)
    for name in SINCE_RECEPTION:
        limit = book.terms.limit(name)
        if name not in _given(case, after) and limit != before.limit(name):
            book.start(name, after.received_at, limit)
    within_the_reply(book, first=True)


def _recategorised(book: Book, case: CaseState, after: CaseSummary) -> None:
    """What has another limit for the new category is due as though that had been promised where it began; what is met
    or over stays as it was, and so does the first promise. A clock that only the new category has begins with the case.
    """
    redone = _redone(after)
    before = book.rules.terms(_replace(after.dims, category=case.summary.dims.category))
    for name in (*SINCE_RECEPTION, *SINCE_DISPATCH):
        limit, clock = book.terms.limit(redone.get(name, name)), book.get(name)
        if limit is None or limit == before.limit(redone.get(name, name)) or name in _given(case, after):
            continue
        if clock is not None:
            _counted_anew(book, name, limit)
        elif name in SINCE_RECEPTION and not redone and case.summary.state != "replied":
            book.start(name, after.received_at, limit)
            _as_the_hold_has_it(book, name)
    within_the_reply(book)


def _redone(after: CaseSummary) -> Mapping[ClockName, LimitName]:
    return REDONE if after.redos or after.verifications_failed else {}


def _counted_anew(book: Book, name: ClockName, limit: Limit) -> None:
    """By that limit from where it began, if it runs."""
    clock = book.get(name)
    if clock is None or clock.ended_at is not None:
        return
    moved = ticking.reclock(clock, limit, book.calendar)
    if name == "inner" and moved.stopped_at is None and (reply := book.get("reply")) is not None:
        moved = _replace(moved, due_at=min(moved.due_at, reply.due_at))
    if moved.due_at != clock.due_at:  # else its marks would come again
        book.put(name, moved)


def _as_the_hold_has_it(book: Book, name: ClockName) -> None:
    hold = book.get("hold")
    if hold is not None and hold.ended_at is None and name in book.terms.stopped_by_hold:
        book.change(name, lambda clock: ticking.stop(clock, hold.started_at, hold.due_at, book.calendar))


def within_the_reply(book: Book, *, first: bool = False) -> None:
    """The street's own limit is there to keep the promise that was made outside: it ends no later, nor, where it is
    the `first` one, did it ever."""
    reply, inner = book.get("reply"), book.get("inner")
    if reply is None or inner is None or inner.ended_at is not None or inner.stopped_at is not None:
        return
    if inner.due_at > reply.due_at:
        promise = reply.due_at if first else inner.first_due_at
        book.put("inner", _replace(inner, due_at=reply.due_at, first_due_at=promise))


def another_category(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    """Until its first dispatch the promise is not complete: it is made anew; later what was promised counts anew."""
    if case.summary.state in ("received", "accepted"):
        completed(book, case, after)
    elif after.dims.category != case.summary.dims.category:
        _recategorised(book, case, after)


def reclock(book: Book, case: CaseState, after: CaseSummary, command: ActionRequested) -> None:
    """The case's own clocks that run, as though today's policies had promised them."""
    redone = _redone(after)
    for name in (*SINCE_RECEPTION, *SINCE_DISPATCH):
        limit = book.terms.limit(redone.get(name, name))
        if limit is not None and name not in _given(case, after):
            _counted_anew(book, name, limit)
    within_the_reply(book)
