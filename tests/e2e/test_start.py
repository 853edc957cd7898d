"""Services started in the wrong order, before there is any Kafka or MongoDB: each waits and says for what."""

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import servers
from deploy.local.supervisor import plan
from tests.conftest import free_port_base
from tests.e2e.deployment import ROOT, SERVICES, until

HASH = hashlib.sha256(b"admin").hexdigest()


class Alone:
    """The services as bare processes, without a supervisor."""

    def __init__(self, home: Path) -> None:
        self.base = free_port_base()
        self.home = home
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        environment = os.environ | {
            "KAFKA_BOOTSTRAP": f"127.0.0.1:{self.base + 91}",
            "MONGODB_URI": f"mongodb://127.0.0.1:{self.base + 93}/?replicaSet=rs0",
            "MINGSHAO_PORT": str(self.base + SERVICES[name]),
            "MINGSHAO_INSTANCE": f"{name}-1",
            "MINGSHAO_ADMIN_KEY_HASH": HASH,
            "MINGSHAO_CONTACT_SECRET": "a secret of the test's, long enough",
            "MINGSHAO_ROUTING_URL": f"http://127.0.0.1:{self.base + SERVICES['routing']}",
        }
        with (self.home / f"{name}.log").open("wb") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", plan.module_of(name)], cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def says(self, name: str, path: str = "/healthz") -> Any:
        try:
            return httpx.get(f"http://127.0.0.1:{self.base + SERVICES[name]}{path}", timeout=5)
        except httpx.TransportError:
            return None

    def waits_for(self, name: str, *words: str) -> bool:
        answer = self.says(name)
        said = answer.json()["waiting_for"] or "" if answer is not None else ""
        return all(word in said for word in words)

    def ready(self, name: str) -> bool:
        answer = self.says(name, "/readyz")
        return answer is not None and answer.status_code == 200


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Alone]:
    made = Alone(tmp_path)
    try:
        yield made
    finally:
        for process in made.processes.values():
            process.kill()
            process.wait()


def test_services_started_before_everything_else_wait_and_say_for_what(alone: Alone) -> None:
    early = ("metrics", "notify", "evidence")
    for name in early:
        alone.start(name)
    for name in early:
        until(partial(alone.waits_for, name, "Kafka"))
        assert alone.says(name, "/readyz").status_code == 503
    with servers.start(alone.home, alone.base):
        for name in early:
            until(partial(alone.waits_for, name, "topics of", "routing"), 180)
        alone.start("intake")
        until(lambda: alone.says("intake") is not None)
        alone.start("routing")
        for name in SERVICES:
            until(partial(alone.ready, name), 180)
        for process in alone.processes.values():
            process.send_signal(signal.SIGTERM)
        assert {name: process.wait(60) for name, process in alone.processes.items()} == dict.fromkeys(SERVICES, 0)
