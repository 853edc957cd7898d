"""The deployment under test: its processes as the supervisor records them, and guests beside them."""

import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
import psutil
import pytest

from deploy.local import ports, processes, servers
from deploy.local.places import ROOT, Home
from deploy.local.processes import Program, Running
from deploy.local.supervisor import plan, record
from services.contracts.identity import case_id
from tests.e2e.deployment import Deployment, until

SERVERS = ("kafka", "mongod")
SERVICES = ("intake", "routing", "notify", "metrics")
GUEST = 9
CURSED = "cursed"
"""The hotline's number of the case whose handling fails until the suite's first orderly restart."""
FAULTY = {"MINGSHAO_FAILPOINT": f"raise:{case_id('ticket', 'hotline', CURSED)}"}


class Street(Deployment, frozen=True, kw_only=True):
    """Two instances of each service. `dead` are the dead letters that must be there, by service; `owed` the loads whose
    pushes are still to be looked for in the log."""

    environment: dict[str, str] = msgspec.field(default_factory=FAULTY.copy)
    instances: int = 2
    dead: dict[str, set[str]] = msgspec.field(default_factory=dict)
    owed: list[Any] = msgspec.field(default_factory=list)

    def start(self) -> None:
        """All of it."""
        self.up(*(part for name in SERVICES for part in ("--scale", f"{name}={self.instances}")))

    def start_again(self, environment: Mapping[str, str] | None = None) -> None:
        """An orderly stop, and another start, in another environment where one is given."""
        if environment is not None:
            self.environment.clear()
            self.environment.update(environment)
        self.down()
        self.start()

    def with_servers_alone(self, act: Callable[[str], None]) -> None:
        """`act` on Kafka, given its address, while no service runs."""
        with servers.start(self.home, self.port_base) as started:
            act(started.kafka_bootstrap)


def running(deployment: Deployment, name: str) -> list[Running]:
    """The live processes of a service or server."""
    state = record.read_state(Home(deployment.home))
    assert state is not None
    found = [entry.running for entry in state.processes if entry.name.rpartition("-")[0] == name or entry.name == name]
    return [one for one in found if one is not None and processes.alive(one)]


def one_of(deployment: Deployment, name: str, chance: random.Random | None = None) -> Running:
    """One live process, waited for where all are on their way up."""
    until(lambda: running(deployment, name), 120)
    found = running(deployment, name)
    return chance.choice(found) if chance else found[0]


def kill(process: Running) -> None:
    """kill -9."""
    processes.send(process, signal.SIGKILL)
    while processes.alive(process):
        time.sleep(0.02)


@contextmanager
def paused(process: Running) -> Iterator[None]:
    """SIGSTOP until the block ends."""
    processes.send(process, signal.SIGSTOP)
    try:
        yield
    finally:
        processes.send(process, signal.SIGCONT)


def guest(deployment: Deployment, service: str, *, failpoint: str = "", **settings: str) -> Running:
    """One more instance of a service, unsupervised: whatever kills it, nobody starts it again."""
    home = Home(deployment.home)
    wanted = record.read_wanted(home)
    assert wanted is not None
    port = ports.service_port(wanted.port_base, service, GUEST)
    name = f"{service}-{GUEST}"
    program = Program(
        name=name,
        command=(sys.executable, "-m", plan.module_of(service)),
        port=port,
        log=home.log(name),
        folder=ROOT,
        environment={**plan.environment(home, wanted, name, port), "MINGSHAO_FAILPOINT": failpoint, **settings},
    )
    made = processes.spawn(program, home.path)
    _guests.append(made)
    return made


def send_guests_home() -> None:
    """Whatever a failed scenario left behind."""
    processes.stop(_guests, 0)
    _guests.clear()


_guests: list[Running] = []


def hang(process: Running) -> None:
    """SIGSTOP, for good."""
    processes.send(process, signal.SIGSTOP)


def stopped(process: Running) -> bool:
    """Whether it is paused; AssertionError where it has ended."""
    assert processes.alive(process), f"{process.name}: {processes.exit_word(process)}"
    return psutil.Process(process.pid).status() == psutil.STATUS_STOPPED


def wake(process: Running) -> None:
    """SIGCONT."""
    processes.send(process, signal.SIGCONT)


def leave(process: Running) -> None:
    """SIGTERM to a guest, which must end well; AssertionError where it does not."""
    processes.send(process, signal.SIGTERM)
    assert ended(process, 60) == "exit 0"


def ended(process: Running, seconds: float = 120) -> str:
    """How it ended, such as SIGKILL or exit 0; AssertionError where it did not."""
    until(lambda: not processes.alive(process), seconds)
    return processes.exit_word(process)


def well(deployment: Deployment) -> bool:
    """Our own servers listen, and every service answers and waits for nothing."""
    if any(ports.is_free(deployment.port_base + port) for port in (ports.KAFKA, ports.MONGOD)):
        return False
    try:
        return all(one["status"] == "ok" for name in SERVICES for one in deployment.health(name))
    except httpx.TransportError:
        return False


def short() -> bool:
    """The form for CI."""
    return os.environ.get("FAULTS", "short") == "short"


long_form = pytest.mark.skipif(short(), reason="the long form's: the short one has six minutes for all")
