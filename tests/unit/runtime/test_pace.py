"""How many documents a transaction may change, found by trying."""

from services.runtime.pace import FEWEST, FIRST, MOST, Pace


def test_it_doubles_while_full_transactions_are_quick_up_to_a_bound() -> None:
    pace = Pace()
    seen = []
    for _ in range(10):
        pace.took(0.1, pace.documents)
        seen.append(pace.documents)
    assert seen[0] == 2 * FIRST
    assert seen[-1] == MOST


def test_a_small_transaction_says_nothing_about_a_large_one() -> None:
    pace = Pace()
    pace.took(0.01, 3)
    assert pace.documents == FIRST


def test_a_slow_one_halves_what_it_had_and_neither_quick_nor_slow_stays() -> None:
    pace = Pace()
    pace.took(1.0, FIRST)
    assert pace.documents == FIRST
    pace.took(5.0, 400)
    assert pace.documents == 200


def test_failures_halve_down_to_a_bound() -> None:
    pace = Pace()
    for _ in range(10):
        pace.failed(pace.documents)
    assert pace.documents == FEWEST


def test_after_a_failure_it_grows_carefully() -> None:
    pace = Pace()
    for _ in range(10):
        pace.took(0.1, pace.documents)
    pace.failed(4000)
    assert pace.documents == 2000
    pace.took(0.1, 2000)
    assert pace.documents == 2100
