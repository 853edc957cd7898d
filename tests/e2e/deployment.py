"""The whole deployment as a newcomer gets it, in a home and on ports of its own, driven as a person drives it."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pymongo

ROOT = Path(__file__).parents[2]
SERVICES = {"intake": 1, "routing": 2, "notify": 3, "metrics": 4, "evidence": 5}


class Deployment(msgspec.Struct, frozen=True, kw_only=True):
    """A running `mingshao up`."""

    home: Path
    port_base: int
    environment: dict[str, str] = {}

    def mingshao(self, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run the command line; its result, whatever it is."""
        environment = {k: v for k, v in os.environ.items() if k not in ("KAFKA_BOOTSTRAP", "MONGODB_URI")}
        environment |= self.environment
        return subprocess.run(
            [sys.executable, "-m", "deploy.local", *arguments, "--home", str(self.home)],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def up(self, *arguments: str) -> None:
        """Start what is not running; AssertionError with the output where it fails."""
        result = self.mingshao("up", "--port-base", str(self.port_base), *arguments)
        assert result.returncode == 0, result.stdout + result.stderr

    def down(self) -> None:
        """Stop everything."""
        result = self.mingshao("down")
        assert result.returncode == 0, result.stdout + result.stderr

    def key(self, name: str) -> str:
        """A local key."""
        path = self.home / "keys" / name.replace(":", "_")
        return path.read_text().strip()

    def url(self, service: str) -> str:
        """The first instance's address."""
        return f"http://127.0.0.1:{self.port_base + SERVICES[service]}"

    def call(self, method: str, service: str, path: str, key: str | None = "admin", **more: Any) -> httpx.Response:
        """One request with a local key."""
        headers = dict(more.pop("headers", {}))
        if key is not None:
            headers["Authorization"] = f"Bearer {self.key(key)}"
        # verify: plain HTTP, and to read all certificate authorities takes longer than most answers
        return httpx.request(method, self.url(service) + path, headers=headers, timeout=30, verify=False, **more)

    def urls(self, service: str) -> list[str]:
        """The addresses of every instance that runs beside each other."""
        wanted = json.loads((self.home / "run" / "wanted.json").read_text())
        ports = [self.port_base + SERVICES[service] + 10 * number for number in range(wanted["scale"].get(service, 1))]
        return [f"http://127.0.0.1:{port}" for port in ports]

    def health(self, service: str) -> list[dict[str, Any]]:
        """/healthz of every instance; httpx.TransportError where one does not answer."""
        return [httpx.get(f"{url}/healthz", timeout=30, verify=False).json() for url in self.urls(service)]

    def answers(self, service: str, instance: int) -> bool:
        """Whether that instance takes work."""
        port = self.port_base + SERVICES[service] + 10 * (instance - 1)
        try:
            return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=30, verify=False).status_code == 200
        except httpx.TransportError:
            return False

    def status(self) -> dict[str, Any]:
        """`mingshao status --json`."""
        result = self.mingshao("status", "--json")
        parsed: dict[str, Any] = json.loads(result.stdout)
        return parsed

    def mongo(self) -> pymongo.MongoClient[dict[str, Any]]:
        """A client of its MongoDB, to be closed."""
        return pymongo.MongoClient(f"mongodb://127.0.0.1:{self.port_base + 93}/?directConnection=true")

    @property
    def kafka_bootstrap(self) -> str:
        return self.environment.get("KAFKA_BOOTSTRAP") or f"127.0.0.1:{self.port_base + 91}"


def until(claim: Callable[[], Any], seconds: float = 60) -> Any:
    """Poll until `claim` gives something true, and give it back; AssertionError at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        if held := claim():
            return held
        assert time.monotonic() < deadline, "the claim did not come to hold in time"
        time.sleep(0.1)
