"""kill -9 of every process at random moments, again and again: exact."""

import random
import time
from pathlib import Path

from tests.e2e.deployment import Deployment
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import SERVERS, SERVICES, kill, one_of, short

CASES, KILLS = (600, 8) if short() else (100_000, 60)
PAUSE = (0.5, 3.0) if short() else (1.0, 20.0)


def test_killed_at_random_moments_nothing_is_lost_and_nothing_counts_twice(
    street: Deployment, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    victims = [name for _ in range(KILLS) for name in chance.sample(SERVICES + SERVERS, 6)][:KILLS]
    with Load(street, tmp_path, seed=seed, cases=CASES, rate=200 if short() else 1e9) as load:
        for name in victims:
            time.sleep(chance.uniform(*PAUSE))
            kill(one_of(street, name, chance))
        print(f"killed {victims}; {load.taken} steps were taken meanwhile")
        assert short() or load.running, "the load was over before the last kill"
    check(street, [load])
