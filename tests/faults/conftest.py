"""One deployment for the whole suite, two instances of each service; a seed for each scenario."""

import os
import random
from collections.abc import Iterator

import pytest

from tests.conftest import free_port_base
from tests.faults.checker import exact
from tests.faults.street import Street, send_guests_home


@pytest.fixture(scope="package")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    made = Street(home=tmp_path_factory.mktemp("faults"), port_base=free_port_base())
    try:
        made.start()
        yield made
        exact(made)
    finally:
        made.mingshao("down")


@pytest.fixture
def seed() -> int:
    """Printed, so that a failed run can be repeated with MINGSHAO_TEST_SEED."""
    chosen = int(os.environ.get("MINGSHAO_TEST_SEED", random.randrange(1 << 30)))
    print(f"MINGSHAO_TEST_SEED={chosen}")
    return chosen


@pytest.fixture(autouse=True)
def no_guest_stays() -> Iterator[None]:
    yield
    send_guests_home()
