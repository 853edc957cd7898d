"""Years of a city's cases, as far as cells know of them.

Each department gets a case every `each` days of the last year, and a tenth as many in each of the years before. What
one counts for is said by metrics' rules of cases that routing's rules judged; only its day and its department are
others. Nothing is left of flow and of durations.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zlib import crc32
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from services.contracts.cases import CaseFact
from services.metrics.domain.cells import Place, Tally
from services.metrics.domain.units import moves

from .city import City, own_category
from .workload import facts

ZONE = ZoneInfo("Asia/Shanghai")
FIRST, LAST = date(2021, 1, 1), date(2026, 1, 1)
"""Five years, the last day not included; the workload's begins after them."""
LATELY = date(2025, 1, 1)
"""From here on it is the last year."""
SPARSER = 10
POOL = 6_000
"""Facts whose cases lend what they count for."""
Units = Sequence[tuple[Place, Tally]]


def turns(city: City, each: int) -> Iterator[tuple[date, int]]:
    """Day and department of each case; on any day an equal part of the departments has one."""
    for count in range((LAST - FIRST).days):
        day = FIRST + timedelta(days=count)
        step = each if day >= LATELY else each * SPARSER
        for number in range(-count % step, city.departments, step):
            yield day, number


def partition_of(day: date, number: int, partitions: int) -> int:
    """Where the case of that day and department lies."""
    return crc32(f"{day}/{number}".encode()) % partitions


def units_of_cases(city: City) -> list[Units]:
    """What each of some cases counts for, as it stands after a while; the first unit is the cohort's."""
    last = dict[str, CaseFact]()
    quiet = replace(city, per_day=4 * 10 * city.partitions)
    for fact in islice(facts(quiet, 0, 1), POOL):
        last[fact.case_id] = fact
    asked = (
        [unit for unit in moves(replace(fact, before=None, added=[], removed=[]), ZONE) if unit[0].basis != "durations"]
        for fact in last.values()
    )
    return [units for units in asked if units and units[0][0].basis == "cohort"]


def moved(units: Units, day: date, name: str) -> Iterator[tuple[Place, Tally]]:
    """The same received on `day`, all under the department `name`."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZONE).astimezone(UTC)
    later = midnight - units[0][0].bucket
    for place, tally in units:
        channel, _, category, grid, urgency = place.values
        category = own_category(name) if category.startswith("own-") else category
        yield Place(place.basis, place.bucket + later, (channel, name, category, grid, urgency)), tally
