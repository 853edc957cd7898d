"""Kafka and MongoDB alone, for tests and whoever wants no more: `with start(home, port_base) as servers: …`."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import msgspec

from . import kafka, mongod, ports, probes, processes
from .errors import died_at_start
from .places import Home
from .processes import Program, Running

READY_SECONDS = 90.0


class Servers(msgspec.Struct, frozen=True, kw_only=True):
    """Where they are."""

    kafka_bootstrap: str
    mongodb_uri: str
    kafka_pid: int
    mongod_pid: int


@contextmanager
def start(home: Path, port_base: int) -> Iterator[Servers]:
    """Both on loopback, ports `port_base` + 91, 92, 93, data in `home`; stopped at the end. LocalError on failure."""
    place = Home(home).make()
    kafka_port, controller_port, mongod_port = (
        port_base + part for part in (ports.KAFKA, ports.CONTROLLER, ports.MONGOD)
    )
    # what an earlier, killed run left behind
    processes.stop(processes.of_home(place.path), 15)
    ports.require_free({"kafka": kafka_port, "kafka (controller)": controller_port, "mongod": mongod_port})
    running: list[Running] = []

    def bring_up(prepare: Callable[[], Program], ready: Callable[[], bool]) -> Running:
        program = prepare()
        process = processes.spawn(program, place.path)
        running.append(process)
        wait_ready(process, program.log, ready)
        return process

    try:
        with ThreadPoolExecutor(2) as pool, probes.MongoProbe(mongod_port) as mongo:
            broker = pool.submit(
                bring_up,
                lambda: kafka.prepare(place, kafka_port, controller_port),
                lambda: probes.kafka_serves(f"127.0.0.1:{kafka_port}"),
            )
            store = pool.submit(bring_up, lambda: mongod.prepare(place, mongod_port), mongo.ready)
            kafka_pid, mongod_pid = broker.result().pid, store.result().pid
        yield Servers(
            kafka_bootstrap=f"127.0.0.1:{kafka_port}",
            mongodb_uri=mongod.uri(mongod_port),
            kafka_pid=kafka_pid,
            mongod_pid=mongod_pid,
        )
    finally:
        processes.stop(running, 15)


def wait_ready(process: Running, log: Path, ready: Callable[[], bool], seconds: float = READY_SECONDS) -> None:
    """Until `ready`; DiedAtStart where it ends before, or is not ready in time."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not processes.alive(process):
            raise died_at_start(process.name, log, processes.exit_word(process))
        if time.monotonic() > deadline:
            raise died_at_start(process.name, log, f"not ready within {seconds:.0f} s")
        time.sleep(0.1)
