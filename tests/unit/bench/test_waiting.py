"""The open cases that the timekeeper is measured on."""

from itertools import islice

from bench.city import City
from bench.waiting import WINDOW, open_cases
from bench.workload import BEGINNING
from services.contracts.cases import NOW_CLOSED


def test_open_cases_wait_each_under_an_id_of_its_own_spread_over_the_window() -> None:
    found = [case for case, _ in islice(open_cases(City(departments=7, categories=5)), 2_000)]
    assert len({case.case_id for case in found}) == len({case.source_id for case in found}) == 2_000
    assert not any(case.summary.state in NOW_CLOSED for case in found)
    marks = sorted(case.next_mark for case in found if case.next_mark)
    assert len(marks) == 2_000
    assert BEGINNING <= marks[0] < BEGINNING + WINDOW / 20
    assert BEGINNING + WINDOW * 19 / 20 < marks[-1] < BEGINNING + WINDOW
