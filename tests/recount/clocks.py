"""One clock of a case: a promise that runs, stands still, goes on and ends, and the marks that it comes to."""

from datetime import datetime, timedelta
from typing import Any

from . import calendar
from .case import Case, Json
from .policies import Terms

Clock = dict[str, Any]
WINDOWS = ("archive", "hold", "return")
"""What these end when they are over, nobody is late with: no reminder before, no supervision behind."""


def started(terms: Terms, name: str, of: str | None, at: datetime, due: datetime, *, working: bool = False) -> Clock:
    """A clock that begins at `at`; `of` is the task, or the summons, that it is about."""
    clock = {
        "name": name,
        "of": of,
        "began": at,
        "due": due,
        "first_due": due,
        "working": working,
        "since": at,
        "ran": timedelta(),
        "late": timedelta(),
        "held": None,
        "held_until": None,
        "was_due": None,
        "left": None,
        "went_on": False,
        "ended": None,
        "step": 0,
        "next": None,
    }
    look_ahead(terms, clock)
    return clock


def limited(terms: Terms, name: str, of: str | None, at: datetime, limit: Json) -> Clock:
    """The same by a limit."""
    due = calendar.after(terms["calendar"], at, limit)
    return started(terms, name, of, at, due, working=calendar.is_working_time(limit))


def promised_anew(old: Clock, new: Clock) -> Clock:
    """It begins again; the first promise stays beside."""
    return new | {"first_due": old["first_due"]}


def promised_again(terms: Terms, old: Clock, limit: Json) -> Clock:
    """重算: the limit from where it began, and as much later as it has stood still."""
    stood = max(_length(terms, old, old["began"], old["since"]) - old["ran"], timedelta())
    due = _later(terms, old, calendar.after(terms["calendar"], old["began"], limit), stood)
    new = old | {"due": due, "working": calendar.is_working_time(limit), "late": timedelta(), "step": 0}
    new["ran"] = max(_length(terms, new, old["began"], old["since"]) - stood, timedelta())
    if new["held"] is not None:
        left = _length(terms, new, new["held"], due) if due > new["held"] else None
        new |= {"was_due": due, "left": left}
        if left is not None:
            new["due"] = _pushed(terms, new, new["held_until"])
    look_ahead(terms, new)
    return new


def extended(terms: Terms, clock: Clock, at: datetime, due: datetime) -> Clock:
    """延期. While it is held the new due time is for the case that it goes on when the hold is to end."""
    new = promised_anew(clock, started(terms, clock["name"], clock["of"], at, due, working=clock["working"]))
    if clock["held"] is not None:
        held = min(due, clock["held_until"])
        new |= {"held": held, "held_until": held, "was_due": due, "left": _length(terms, new, held, due), "next": None}
    return new


def hold(terms: Terms, clock: Clock, at: datetime, until: datetime) -> None:
    """挂账: what is left will go on when the hold ends; one that is due already does not move."""
    at = max(at, clock["since"])
    until = max(at, until)
    clock["ran"] += _length(terms, clock, clock["since"], at)
    clock |= {"held": at, "held_until": until, "since": at, "next": None}
    if clock["due"] > at:
        clock |= {"left": _length(terms, clock, at, clock["due"]), "was_due": clock["due"]}
        clock["due"] = _pushed(terms, clock, until)


def go_on(terms: Terms, clock: Clock, at: datetime) -> None:
    """恢复."""
    back = max(at, clock["since"])
    if clock["left"] is None:
        clock["late"] += _length(terms, clock, clock["held"], back)
    else:
        clock["due"] = _pushed(terms, clock, back)
    clock |= {"held": None, "held_until": None, "left": None, "since": back, "went_on": True}
    look_ahead(terms, clock)


def _pushed(terms: Terms, clock: Clock, back: datetime) -> datetime:
    """When it is due if it goes on then."""
    was_due: datetime = clock["was_due"]
    if back <= clock["held"]:
        return max(back, was_due)
    return max(was_due, _later(terms, clock, back, clock["left"]))


def end(clock: Clock, at: datetime) -> None:
    """What it waited for is there, or no longer wanted."""
    if clock["ended"] is None:
        clock |= {"ended": at, "next": None}


def passed(terms: Terms, clock: Clock) -> None:
    """Its present mark is done."""
    clock["step"] += 1
    look_ahead(terms, clock)


def look_ahead(terms: Terms, clock: Clock) -> None:
    """To its next mark: the reminder, then each step of the escalation, at least that it is overdue."""
    clock["next"] = None
    if clock["ended"] is not None or clock["held"] is not None:
        return
    if clock["name"] in WINDOWS:
        clock["step"] = max(clock["step"], 1)
        clock["next"] = clock["due"] if clock["step"] == 1 and clock["name"] != "return" else None
        return
    if clock["step"] == 0:
        clock["next"] = _reminder(terms, clock)
    if clock["next"] is None:
        clock["step"] = max(clock["step"], 1)
        clock["next"] = _escalation(terms, clock)


def _reminder(terms: Terms, clock: Clock) -> datetime | None:
    """After its share of the whole time, the time that it stood still not counted."""
    whole = clock["ran"] + _length(terms, clock, clock["since"], clock["due"])
    if terms["remind_at"] is None or not whole:
        return None
    due: datetime = clock["due"]
    return min(due, _later(terms, clock, clock["since"], whole * terms["remind_at"] - clock["ran"]))


def _escalation(terms: Terms, clock: Clock) -> datetime | None:
    """It is due, and each step later goes on up the chain, but for the time that it stood still since."""
    at: datetime = clock["due"]
    if clock["step"] == 1:
        return at
    if clock["step"] > len(terms["escalation"]):
        return None
    for _ in range(1, clock["step"]):
        at = calendar.after(terms["calendar"], at, terms["step"])
    at = _later(terms, clock, at, clock["late"])
    return max(at, clock["since"]) if clock["went_on"] else at


def _length(terms: Terms, clock: Clock, begin: datetime, end: datetime) -> timedelta:
    if clock["working"]:
        return calendar.between(terms["calendar"], begin, end)
    return max(end - begin, timedelta())


def _later(terms: Terms, clock: Clock, begin: datetime, length: timedelta) -> datetime:
    if clock["working"]:
        return calendar.worked(terms["calendar"], begin, length)
    return begin + max(length, timedelta())


def running(case: Case) -> list[Clock]:
    """Those that have not ended."""
    return [clock for clock in case["clocks"].values() if clock["ended"] is None]
