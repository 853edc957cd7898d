"""One Kafka and one MongoDB of the tests' own, started when the first test asks for them."""

import os
import random
import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, settings

# machines differ in speed, and how fast an example is made is no claim of any test
settings.register_profile("mingshao", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("mingshao")


class Backing(msgspec.Struct, frozen=True, kw_only=True):
    """Where the tests' servers are."""

    kafka_bootstrap: str
    mongodb_uri: str


@pytest.fixture(scope="session")
def backing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backing]:
    """Real servers: those the environment names for tests, else our own."""
    if "MINGSHAO_TEST_KAFKA" in os.environ:
        yield Backing(
            kafka_bootstrap=os.environ["MINGSHAO_TEST_KAFKA"], mongodb_uri=os.environ["MINGSHAO_TEST_MONGODB"]
        )
        return
    from deploy.local import servers

    home: Path = tmp_path_factory.mktemp("servers")
    with servers.start(home, free_port_base()) as started:
        yield Backing(kafka_bootstrap=started.kafka_bootstrap, mongodb_uri=started.mongodb_uri)


def free_port_base() -> int:
    """A base whose hundred ports nobody listens on now, and that no other caller of this run is given."""
    mine = range(20_000 + 100 * (_WORKER % 4), 30_000, 400)
    for base in random.sample(mine, len(mine)):  # two runs beside each other rarely meet
        if base not in _given and all(_free(base + offset) for offset in (1, 2, 3, 4, 91, 92, 93)):
            _given.add(base)
            return base
    raise RuntimeError("no free ports between 20000 and 30000")


_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_given: set[int] = set()


def _free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
