"""One deployment for all tests of this folder."""

from collections.abc import Iterator

import pytest

from tests.conftest import free_port_base
from tests.e2e.deployment import Deployment


@pytest.fixture(scope="package")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    made = Deployment(home=tmp_path_factory.mktemp("street"), port_base=free_port_base())
    try:
        made.up()
        yield made
    finally:
        made.mingshao("down")
