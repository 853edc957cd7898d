"""How much a directory holds: whatever it says is read, resolved and laid out on the thread that judges everything."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import msgspec

from services.contracts.directory import Calendar, Grid, History, Policy, Row
from services.contracts.times import utc

from ..deadlines.china import public_days
from .flaw import Flaw, flaw

MOST_ROWS: Mapping[str, int] = {"category": 20_000, "grid": 20_000, "key": 20_000}
MOST_OF_OTHERS = 5_000
LONGEST = 500
MOST_DAYS = 2_000
LEAST_HOURS, LEAST_WORKDAYS = timedelta(hours=1), 50
MOST_POINTS = 5_000
MOST_TIMES = 1_000
YEARS = range(1949, 2101)


def row_flaws(kind: str, row_id: str, row: Row) -> Iterator[Flaw]:
    """Of a row by itself."""
    for field, text in _texts(msgspec.to_builtins(row)):
        if len(text) > LONGEST:
            words = f"{field} 有 {len(text)} 字，至多 {LONGEST} 字", f"{len(text)} characters: at most {LONGEST}"
            yield flaw(kind, row_id, field, "too_large", *words)
    match row:
        case Calendar():
            yield from _calendar(row_id, row)
        case Policy():
            for field in ("most_redos", "most_transfers"):
                if (getattr(row, field) or 0) > MOST_TIMES:
                    yield flaw(kind, row_id, field, "too_large", f"至多 {MOST_TIMES} 次", f"at most {MOST_TIMES} times")
        case Grid() if (points := sum(map(len, row.polygon))) > MOST_POINTS:
            words = (
                f"边界有 {points} 个点，至多 {MOST_POINTS} 个",
                f"{points} points: draw it with at most {MOST_POINTS}",
            )
            yield flaw(kind, row_id, "polygon", "too_large", *words)
        case History() if utc(row.ended_at).year not in YEARS:
            words = "时间不合常理，请改正", f"give a time between {YEARS[0]} and {YEARS[-1]}"
            yield flaw(kind, row_id, "ended_at", "bad_time", *words)


def count_flaws(rows: Mapping[str, Mapping[str, Row]], changed: Mapping[str, object]) -> Iterator[Flaw]:
    """Of all rows of the kinds that are changed."""
    for kind in changed:
        most, found = MOST_ROWS.get(kind, MOST_OF_OTHERS), len(rows.get(kind, {}))
        if found > most:
            words = f"{kind} 共 {found} 行，至多 {most} 行", f"{found} rows of kind {kind}: at most {most}"
            yield flaw(kind, "", "rows", "too_many", *words)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path or "row", value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield f"{path}.{name}".strip("."), name
            yield from _texts(one, f"{path}.{name}".strip("."))
    elif isinstance(value, list | tuple):
        for one in value:
            if isinstance(one, str | dict):
                yield from _texts(one, path)


def _calendar(row_id: str, row: Calendar) -> Iterator[Flaw]:
    for field in ("workdays", "holidays"):
        if (found := len(getattr(row, field))) > MOST_DAYS:
            words = f"列了 {found} 天，至多 {MOST_DAYS} 天", f"{found} days: at most {MOST_DAYS}"
            yield flaw("calendar", row_id, field, "too_large", *words)
            return
    if outside := sorted(day for day in (*row.workdays, *row.holidays) if day.year not in YEARS):
        words = f"{outside[0]} 不合常理", f"{outside[0]}: give days between {YEARS[0]} and {YEARS[-1]}"
        yield flaw("calendar", row_id, "holidays", "bad_time", *words)
        return
    if row.hours and all(begin < end for begin, end in row.hours) and _worked(row) < LEAST_HOURS:
        words = "每天办公不足 1 小时，时限将遥遥无期", "less than an hour of work a day: no limit would ever end"
        yield flaw("calendar", row_id, "hours", "bad_hours", *words)
    for year in sorted({day.year for day in row.holidays}):
        if (left := _workdays(row, year)) < LEAST_WORKDAYS:
            yield flaw(
                "calendar", row_id, "holidays", "bad_hours",
                f"{year} 年只剩 {left} 个工作日，至少 {LEAST_WORKDAYS} 个",
                f"leaves {left} working days of {year}: at least {LEAST_WORKDAYS}",
            )  # fmt: skip


def _worked(row: Calendar) -> timedelta:
    minutes = [[int(wall[:2]) * 60 + int(wall[3:]) for wall in shift] for shift in row.hours]
    return timedelta(minutes=sum(end - begin for begin, end in minutes))


def _workdays(row: Calendar, year: int) -> int:
    first, length = date(year, 1, 1), (date(year + 1, 1, 1) - date(year, 1, 1)).days
    public, own, off = public_days(year), set(row.workdays), set(row.holidays)
    days = (first + timedelta(days=number) for number in range(length))
    weekdays = {day for day in days if day.weekday() < 5} - public.holidays
    return len((weekdays | public.make_up | {day for day in own if day.year == year}) - off)
