"""The five years that queries are measured on."""

from collections import Counter
from zoneinfo import ZoneInfo

from bench.city import City, department
from bench.years import FIRST, LAST, LATELY, SPARSER, moved, turns, units_of_cases
from services.metrics.domain.cells import DIMENSIONS
from services.metrics.domain.periods import day_of, mark

ZONE = ZoneInfo("Asia/Shanghai")
CITY = City(departments=7, categories=5)


def test_every_department_has_a_case_each_so_many_days_and_no_day_has_all_of_them() -> None:
    found = list(turns(CITY, 3))
    assert found == sorted(found)
    assert found[0][0] >= FIRST
    assert found[-1][0] < LAST
    for step, there in (
        (3, [one for one in found if one[0] >= LATELY]),
        (3 * SPARSER, [one for one in found if one[0] < LATELY]),
    ):
        by_department = Counter(number for _, number in there)
        assert set(by_department) == set(range(7))
        assert max(by_department.values()) - min(by_department.values()) <= 1
        assert max(Counter(day for day, _ in there).values()) == -(-7 // step)


def test_a_case_is_lent_whole_to_another_day_and_department() -> None:
    pool = units_of_cases(CITY)
    assert len({tuple(sorted(tally)) for units in pool for _, tally in units}) > 20, "cases of all kinds"
    for units in pool:
        lent = list(moved(units, FIRST, department(5)))
        assert [tally for _, tally in lent] == [tally for _, tally in units]
        assert mark(lent[0][0].bucket) == "2020-12-31T16:00"
        assert {place.values[DIMENSIONS.index("department")] for place, _ in lent} == {department(5)}
        for place, _ in lent:
            if place.basis == "cohort":
                assert day_of(place.bucket, ZONE) == place.bucket
