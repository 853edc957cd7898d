"""Three brokers: one lost, two lost, slow, and deaf after what was sent has arrived. One scenario, one deployment."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import free_port_base
from tests.e2e.deployment import until
from tests.faults.brokers import Brokers, three_brokers
from tests.faults.checker import check, exact
from tests.faults.load import Load
from tests.faults.street import Street, short

TURNS = 1 if short() else 5
SLOW_SECONDS = 0.3


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Brokers]:
    base = free_port_base()
    with three_brokers(tmp_path_factory.mktemp("brokers"), base) as made:
        yield made


@pytest.fixture(scope="module")
def city(brokers: Brokers, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    environment = {"KAFKA_BOOTSTRAP": brokers.bootstrap, "MINGSHAO_REPLICATION": "3"}
    made = Street(
        home=tmp_path_factory.mktemp("city"), port_base=free_port_base(), environment=environment, instances=1
    )
    try:
        made.start()
        yield made
        exact(made)
    finally:
        made.mingshao("down")


def test_with_one_of_three_lost_work_goes_on_and_with_two_nothing_false_is_promised(
    city: Street, brokers: Brokers, tmp_path: Path, seed: int
) -> None:
    with Load(city, tmp_path, seed=seed, cases=3_000, rate=60, instances=(1,)) as load:
        for turn in range(TURNS):
            until(lambda: load.taken > 100, 300)
            first, second = turn % 3, (turn + 1) % 3
            brokers.kill(first)
            load.takes(100)
            brokers.kill(second)
            load.refuses(2)
            brokers.start(first, second)
            load.takes(100)
        assert load.running
    check(city, [load])


def test_slow_or_deaf_brokers_cost_bounded_waits_and_repeats_that_are_absorbed(
    city: Street, brokers: Brokers, tmp_path: Path, seed: int
) -> None:
    """Deaf: what was sent arrives and is appended, and its acknowledgement never comes back."""
    with Load(city, tmp_path, seed=seed, cases=3_000, rate=60, instances=(1,)) as load:
        for _ in range(TURNS):
            load.takes(100)
            brokers.disturb(delay=SLOW_SECONDS)
            load.takes(20)
            brokers.disturb(deaf=True)
            load.refuses(2)
            brokers.heal()
            load.takes(100)
        assert load.running
    check(city, [load])
