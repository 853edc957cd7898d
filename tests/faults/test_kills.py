"""kill -9 of every process at random moments, again and again: exact."""

import random
import time
from pathlib import Path

from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import SERVERS, SERVICES, Street, kill, one_of, short

CASES, WHOLE, RATE, KILLS = (300, 1.0, 100, 6) if short() else (100_000, 0.1, 250, 60)
PAUSE = (0.5, 4.0) if short() else (1.0, 15.0)


def test_killed_at_random_moments_nothing_is_lost_and_nothing_counts_twice(
    street: Street, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    victims = [name for _ in range(KILLS) for name in chance.sample((*SERVICES, "evidence", *SERVERS), 6)][:KILLS]
    with Load(street, tmp_path, seed=seed, cases=CASES, rate=RATE, whole=WHOLE) as load:
        for name in victims:
            time.sleep(chance.uniform(*PAUSE))
            kill(one_of(street, name, chance))
        print(f"killed {victims}; {load.taken} steps were taken meanwhile")
        assert load.running, "the load was over before the last kill"
        load.finish()
    check(street, [load])
