"""Kafka and MongoDB killed or paused: intake says so and never promises what is not stored; all recover alone."""

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.e2e.deployment import until
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import Street, kill, long_form, one_of, paused, running, short, well

CASES, RATE, TURNS = (2_000, 100, 1) if short() else (10_000, 200, 5)
PAUSED_SECONDS = 15 if short() else 45
"""More than a producer's bound, less than the supervisor's patience with a server."""


def test_killed_and_started_again_everything_goes_on_by_itself(street: Street, tmp_path: Path, seed: int) -> None:
    with Load(street, tmp_path, seed=seed, cases=CASES, rate=RATE) as load:
        for _ in range(TURNS):
            one_turn(street, load)
        assert load.running
    check(street, [load])


def one_turn(street: Street, load: Load) -> None:
    """MongoDB is killed, which intake does without, then Kafka, of which it says so."""
    refused = load.answers[503]
    load.takes(100, 120)
    kill(one_of(street, "mongod"))
    until(partial(well, street), 120)
    assert load.answers[503] == refused, "intake does without MongoDB"
    kill(one_of(street, "kafka"))
    keep_away(street, "kafka", lambda: load.answers[503] > refused)
    until(partial(well, street), 120)


def keep_away(street: Street, server: str, enough: Callable[[], bool]) -> None:
    """Killed again whenever it is started, since an outage of few seconds is bridged without a word."""

    def killed_again() -> bool:
        for process in running(street, server):
            kill(process)
        return enough()

    until(killed_again, 120)


@long_form
def test_a_broker_that_is_paused_costs_bounded_waits(street: Street, tmp_path: Path, seed: int) -> None:
    """A push meanwhile is answered 503 within its bound: no client hangs as long as the broker does."""
    with Load(street, tmp_path, seed=seed, cases=CASES, rate=RATE) as load:
        until(lambda: load.taken > 100, 120)
        with paused(one_of(street, "kafka")):
            began = time.monotonic()
            until(lambda: load.answers[503], 120)
            assert time.monotonic() - began < PAUSED_SECONDS, "intake waited as long as the broker slept"
            time.sleep(max(0.0, PAUSED_SECONDS - (time.monotonic() - began)))
    check(street, [load])
