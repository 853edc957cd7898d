"""A consumer that hangs and never dies is found and started again."""

from pathlib import Path

import pytest

from deploy.local import processes
from tests.e2e.deployment import until
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import SERVICES, Street, hang, one_of, short


@pytest.mark.parametrize("service", ["notify"] if short() else SERVICES)
def test_one_that_hangs_is_found_and_started_again(street: Street, tmp_path: Path, seed: int, service: str) -> None:
    """Paused, it answers nothing: the supervisor kills it and starts another."""
    with Load(street, tmp_path, seed=seed, cases=2_000, rate=60) as load:
        victim = one_of(street, service)
        hang(victim)
        until(lambda: not processes.alive(victim), 180)
        heir = one_of(street, service)
        assert heir.pid != victim.pid
    check(street, [load])
