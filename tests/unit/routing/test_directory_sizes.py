"""A directory that nobody could reckon with is refused where it is set, by row and field."""

from typing import Any

import pytest

from services.routing.domain.directory import sizes
from services.routing.domain.directory.change import judged
from services.routing.domain.directory.flaw import BadDirectory

POLICY = {"name": "一般"}
CALENDAR = {"name": "日历"}
GRID = {"name": "格", "community": "c"}


def refused(kind: str, row: dict[str, Any]) -> list[tuple[str, str]]:
    with pytest.raises(BadDirectory) as error:
        judged({}, {kind: {"x": row}})
    return [(one.field, one.code) for one in error.value.flaws]


def days(first: int, last: int) -> list[str]:
    return [
        f"{year}-{month:02d}-{day:02d}" for year in range(first, last) for month in range(1, 13) for day in range(1, 29)
    ]


@pytest.mark.parametrize(
    ("kind", "row", "field", "code"),
    [
        ("policy", POLICY | {"most_redos": 10**30}, "most_redos", "too_large"),
        ("policy", POLICY | {"most_transfers": 1 << 40}, "most_transfers", "too_large"),
        ("policy", {"name": "长" * 501}, "name", "too_large"),
        ("department", {"name": "长" * 100_000}, "name", "too_large"),
        ("calendar", CALENDAR | {"holidays": days(1950, 2050)}, "holidays", "too_large"),
        ("calendar", CALENDAR | {"workdays": days(1950, 2050)}, "workdays", "too_large"),
        ("calendar", CALENDAR | {"holidays": ["9999-12-31"]}, "holidays", "bad_time"),
        ("calendar", CALENDAR | {"workdays": ["0001-01-01"]}, "holidays", "bad_time"),
        ("calendar", CALENDAR | {"hours": [["09:00", "09:01"]]}, "hours", "bad_hours"),
        ("calendar", CALENDAR | {"holidays": days(2027, 2028)}, "holidays", "bad_hours"),
        ("grid", GRID | {"polygon": [[[0.0, 0.0]] * 5_001]}, "polygon", "too_large"),
        ("history", {"ended_at": "9999-12-31T23:59:59-08:00"}, "ended_at", "bad_time"),
        ("history", {"ended_at": "0001-01-01T00:00:00+08:00"}, "ended_at", "bad_time"),
    ],
)
def test_a_row_beyond_what_can_be_reckoned_with(kind: str, row: dict[str, Any], field: str, code: str) -> None:
    assert (field, code) in refused(kind, row)


def test_more_rows_than_are_looked_through_for_each_case() -> None:
    rows = {f"p{number}": POLICY | {"category": f"c{number}"} for number in range(sizes.MOST_OF_OTHERS + 1)}
    with pytest.raises(BadDirectory) as error:
        judged({}, {"policy": rows})
    assert [(one.kind, one.field, one.code) for one in error.value.flaws] == [("policy", "rows", "too_many")]


def test_what_a_street_says_is_far_inside() -> None:
    assert judged({}, {"calendar": {"x": CALENDAR | {"holidays": ["2027-02-08"], "hours": [["09:00", "17:00"]]}}})
