"""Kafka and MongoDB killed or paused: intake says so and never promises what is not stored; all recover alone."""

import time
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.deployment import Deployment, until
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import kill, one_of, paused, short, well

CASES, RATE, TURNS = (400, 100, 1) if short() else (10_000, 200, 5)
PAUSED_SECONDS = 45
"""Less than the supervisor's patience with a server."""


@pytest.mark.parametrize("server", ["kafka", "mongod"])
def test_killed_and_started_again_everything_goes_on_by_itself(
    street: Deployment, tmp_path: Path, seed: int, server: str
) -> None:
    with Load(street, tmp_path, seed=seed, cases=CASES, rate=RATE) as load:
        for _ in range(TURNS):
            before = load.answers[503]
            until(lambda: load.taken > 100, 120)
            kill(one_of(street, server))
            if server == "kafka":
                until(lambda before=before: load.answers[503] > before or not load.running, 120)
                assert load.running, "nobody was told 503 while Kafka was away"
            until(partial(well, street), 120)
    assert server == "kafka" or not load.answers[503], "intake does without MongoDB"
    check(street, [load])


def test_a_broker_that_is_paused_costs_bounded_waits(street: Deployment, tmp_path: Path, seed: int) -> None:
    """A push meanwhile is answered 503 within its bound: no client hangs as long as the broker does."""
    with Load(street, tmp_path, seed=seed, cases=CASES, rate=RATE) as load:
        until(lambda: load.taken > 100, 120)
        with paused(one_of(street, "kafka")):
            began = time.monotonic()
            until(lambda: load.answers[503], 120)
            assert time.monotonic() - began < PAUSED_SECONDS, "intake waited as long as the broker slept"
            time.sleep(max(0.0, PAUSED_SECONDS - (time.monotonic() - began)))
    check(street, [load])
