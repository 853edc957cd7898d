"""Kafka and MongoDB together: what the supervisor and the tests stand on."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from .kafka import start_kafka
from .mongod import primary, start_mongod
from .processes import port_free, wait_ready

ROOT = Path(__file__).parents[2]
KAFKA, CONTROLLER, MONGOD = 91, 92, 93
"""Offsets from the port base."""


class Servers(msgspec.Struct, frozen=True, kw_only=True):
    """Where they are, and which processes they are."""

    kafka_bootstrap: str
    mongodb_uri: str
    kafka_pid: int
    mongod_pid: int


def cache() -> Path:
    """Where fetched jars are kept, for all homes: MINGSHAO_CACHE or the project's own."""
    return Path(os.environ.get("MINGSHAO_CACHE", ROOT / ".mingshao" / "cache"))


def mongodb_uri(port_base: int) -> str:
    """Of the local replica set."""
    return f"mongodb://127.0.0.1:{port_base + MONGOD}/?replicaSet=rs0"


@contextmanager
def start(home: Path, port_base: int) -> Iterator[Servers]:
    """Both, ready; stopped at the end. LocalError."""
    with ExitStack() as stack:
        kafka = start_kafka(home, cache(), port_base + KAFKA, port_base + CONTROLLER)
        stack.callback(kafka.stop)
        mongod = start_mongod(home, port_base + MONGOD)
        stack.callback(mongod.stop)
        wait_ready(mongod, lambda: primary(port_base + MONGOD), home / "logs" / "mongod.log")
        wait_ready(kafka, lambda: not port_free(port_base + KAFKA), home / "logs" / "kafka.log")
        yield Servers(
            kafka_bootstrap=f"127.0.0.1:{port_base + KAFKA}",
            mongodb_uri=mongodb_uri(port_base),
            kafka_pid=kafka.pid,
            mongod_pid=mongod.pid,
        )
