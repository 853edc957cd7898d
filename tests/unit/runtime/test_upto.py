"""Up to which time a log is known to be applied."""

from datetime import UTC, datetime

from services.runtime.upto import Upto


def at(second: int) -> datetime:
    return datetime(2026, 3, 2, 9, 0, second, tzinfo=UTC)


def test_a_log_is_applied_up_to_when_its_ends_were_seen_that_are_passed_since() -> None:
    upto = Upto[str]()
    upto.look(at(1), {"tickets": 7, "contacts": 0}, {"tickets": 5})
    assert upto.at is None, "two records are still to be applied"
    upto.look(at(2), {"tickets": 9}, {"tickets": 6})
    assert upto.at is None
    upto.look(at(3), {"tickets": 12}, {"tickets": 8})
    assert upto.at == at(1), "it never comes to the end of a log that grows, but past an end that it had"
    upto.look(at(4), {"tickets": 12}, {"tickets": 12})
    assert upto.at == at(4)


def test_one_part_that_is_behind_holds_all_back() -> None:
    upto = Upto[int]()
    upto.look(at(1), {0: 3, 1: 3}, {0: 3})
    upto.look(at(2), {0: 3, 1: 3}, {0: 3, 1: 2})
    assert upto.at is None
    upto.look(at(3), {0: 3, 1: 3}, {0: 3, 1: 3})
    assert upto.at == at(3)
