"""A worker that was taken for dead and wakes: fenced by its epoch, and everything exact."""

import time
from functools import partial
from pathlib import Path

import pytest

from services.runtime.worker import SESSION_TIMEOUT_MS
from tests.e2e.deployment import until
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import SERVICES, Street, guest, leave, long_form, one_of, paused, short, stopped, wake

ASLEEP_SECONDS = SESSION_TIMEOUT_MS / 1000 + 4
"""The group has noticed, and another has taken over; the supervisor has not lost its patience."""
POINTS = (("in_transaction", "after_commit", "in_transaction"), ("after_commit", "in_transaction", "after_commit"))
CASES, RATE = (2_000, 80) if short() else (10_000, 200)


@long_form
@pytest.mark.parametrize("service", SERVICES[1:])
def test_paused_beyond_its_session_while_another_takes_over_it_wakes_and_is_fenced(
    street: Street, tmp_path: Path, seed: int, service: str
) -> None:
    with Load(street, tmp_path, seed=seed, cases=CASES, rate=RATE) as load:
        with paused(one_of(street, service)):
            time.sleep(ASLEEP_SECONDS)
        assert load.running, "it woke to nothing to do"
    check(street, [load])


@pytest.mark.parametrize("points", POINTS[:1] if short() else POINTS, ids="-".join)
def test_stopped_in_the_middle_of_a_batch_it_holds_nobody_up(
    street: Street, tmp_path: Path, seed: int, points: tuple[str, ...]
) -> None:
    """Its open transaction is ended by who takes over, who also publishes what it had committed."""
    zombies = [
        guest(street, name, failpoint=f"stop_{point}:2") for name, point in zip(SERVICES[1:], points, strict=True)
    ]
    with Load(street, tmp_path, seed=seed, cases=CASES, rate=RATE) as load:
        for zombie in zombies:
            until(partial(stopped, zombie), 120)
    # all of it, while they sleep: no lock, no partition and no record waits for them
    check(street, [load])
    with Load(street, tmp_path, seed=seed + 1, cases=CASES // 10) as more:
        for zombie in zombies:
            wake(zombie)
        more.finish()
    check(street, [load, more])
    for zombie in zombies:
        leave(zombie)
