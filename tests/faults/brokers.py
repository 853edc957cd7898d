"""Three brokers of the tests' own, each behind a proxy: what a deployment with servers of its own meets."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from deploy.local import kafka, probes, processes
from deploy.local.places import Home, write_atomically
from deploy.local.processes import Program, Running
from deploy.local.servers import wait_ready
from tests.faults.proxy import Proxy, proxy
from tests.faults.street import kill

COUNT = 3
BROKER, CONTROLLER, PROXY = 61, 71, 81
"""Offsets of their ports from the deployment's base."""


class Brokers:
    """`proxies` by number from 0; a killed broker stays down until it is started again."""

    def __init__(self, folder: Path, base: int, proxies: list[Proxy]) -> None:
        self.proxies = proxies
        self.bootstrap = ",".join(f"127.0.0.1:{base + PROXY + number}" for number in range(COUNT))
        self._base = base
        self._programs = [self._prepared(folder, number) for number in range(COUNT)]
        self._running: dict[int, Running] = {}
        self._folder = folder

    def start(self, *numbers: int) -> None:
        """Those that do not run, all at once: one alone is no quorum."""
        for number in numbers:
            if number not in self._running:
                self._running[number] = processes.spawn(self._programs[number], self._folder)
        for number in numbers:
            address = f"127.0.0.1:{self._base + BROKER + number}"
            log = self._programs[number].log
            wait_ready(self._running[number], log, partial(probes.kafka_serves, address), 180)

    def kill(self, *numbers: int) -> None:
        """kill -9."""
        for number in numbers:
            kill(self._running.pop(number))

    def stop(self) -> None:
        """All of them."""
        processes.stop(self._running.values(), 20)

    def disturb(self, *, delay: float = 0.0, deaf: bool = False) -> None:
        """All proxies alike."""
        for one in self.proxies:
            one.delay, one.deaf = delay, deaf

    def heal(self) -> None:
        """Nothing is held up any more; what hangs in the middle of an answer is cut."""
        self.disturb()
        for one in self.proxies:
            one.reset()

    def _prepared(self, folder: Path, number: int) -> Program:
        home = Home(folder / f"broker-{number}").make()
        shared = folder / "cluster-id"
        if not shared.exists():
            write_atomically(shared, kafka.new_cluster_id())
        write_atomically(home.kafka / "cluster-id", shared.read_text())
        voters = {one + 1: self._base + CONTROLLER + one for one in range(COUNT)}
        node = kafka.Node(id=number + 1, voters=voters, advertised=self._base + PROXY + number)
        return kafka.prepare(home, self._base + BROKER + number, voters[number + 1], node=node)


@contextmanager
def three_brokers(folder: Path, base: int) -> Iterator[Brokers]:
    """Started; stopped at the end."""
    with ExitStack() as stack:
        proxies = [stack.enter_context(proxy(base + PROXY + n, base + BROKER + n)) for n in range(COUNT)]
        made = Brokers(folder, base, proxies)
        stack.callback(made.stop)
        began = time.monotonic()
        made.start(*range(COUNT))
        print(f"three brokers after {time.monotonic() - began:.0f} s")
        yield made
