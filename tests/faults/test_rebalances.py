"""Instances come and go, again and again: no stall, the lag drains, exact."""

import random
import time
from functools import partial
from pathlib import Path

from tests.e2e.deployment import until
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import GUEST, SERVICES, Street, guest, kill, leave, long_form, short

TIMES = 2 if short() else 20


@long_form
def test_twenty_starts_and_stops_stall_nobody(street: Street, tmp_path: Path, seed: int) -> None:
    """Half of them stop in order, half are killed, at any moment after they were started."""
    chance = random.Random(seed)
    with Load(street, tmp_path, seed=seed, cases=4_000 if short() else 20_000, rate=80) as load:
        for _ in range(TIMES):
            name = chance.choice(SERVICES[1:])
            newcomer = guest(street, name)
            if chance.random() < 0.5:
                until(partial(street.answers, name, GUEST), 180)
                leave(newcomer)
            else:
                time.sleep(chance.uniform(1, 8))
                kill(newcomer)
        assert load.running
    check(street, [load])
