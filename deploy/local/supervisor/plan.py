"""What belongs to a deployment: Kafka, mongod and the services' instances, each with how to prepare and look at it."""

import hashlib
import sys
from collections.abc import Awaitable, Callable
from typing import Literal

import httpx
import msgspec

from .. import jars, kafka, keys, mongod, ports, probes
from ..places import ROOT, Home
from ..processes import Program
from .record import Wanted
from .watch import Seen

_MODULES = {"evidence": "services.metrics.evidence"}
"""Of processes that have no folder of their own."""


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """One process to be kept. `prepare` may block (it fetches and formats); `look` never raises."""

    name: str
    kind: Literal["server", "service"]
    port: int
    prepare: Callable[[], Program]
    look: Callable[[], Awaitable[Seen]]


def instances(wanted: Wanted) -> dict[str, int]:
    """Name → port of every service instance, in starting order."""
    return {
        f"{service}-{number}": ports.service_port(wanted.port_base, service, number)
        for service in ports.SERVICES
        for number in range(1, wanted.scale.get(service, 1) + 1)
    }


def module_of(service: str) -> str:
    """What `python -m` runs for it."""
    return _MODULES.get(service, f"services.{service}")


def server_ports(wanted: Wanted) -> dict[str, int]:
    """Name → port of our own Kafka and mongod, without those that the user brings."""
    found: dict[str, int] = {}
    if wanted.kafka is None:
        found |= {"kafka": wanted.port_base + ports.KAFKA, "kafka (controller)": wanted.port_base + ports.CONTROLLER}
    if wanted.mongodb is None:
        found |= {"mongod": wanted.port_base + ports.MONGOD}
    return found


def kafka_bootstrap(wanted: Wanted) -> str:
    """Where the services find Kafka."""
    return wanted.kafka or f"127.0.0.1:{wanted.port_base + ports.KAFKA}"


def mongodb_uri(wanted: Wanted) -> str:
    """Where the services find MongoDB."""
    return wanted.mongodb or mongod.uri(wanted.port_base + ports.MONGOD)


def environment(home: Home, wanted: Wanted, name: str, port: int) -> dict[str, str]:
    """A service instance's settings; secrets as the paths of their files, each for the service that needs it."""
    common = {
        "KAFKA_BOOTSTRAP": kafka_bootstrap(wanted),
        "MINGSHAO_HOST": "127.0.0.1",
        "MINGSHAO_PORT": str(port),
        "MINGSHAO_INSTANCE": name,
        "MINGSHAO_LOG_PATH": str(home.log(name)),
        "PYTHONUNBUFFERED": "1",
    }
    return common | _own(home, wanted, name.rpartition("-")[0])


def _own(home: Home, wanted: Wanted, service: str) -> dict[str, str]:
    if service == "intake":
        routing = f"http://127.0.0.1:{ports.service_port(wanted.port_base, 'routing', 1)}"
        return {
            "MINGSHAO_ROUTING_URL": routing,
            "MINGSHAO_CONTACT_SECRET_FILE": str(keys.secret_file(home, "contact")),
        }
    store = {"MONGODB_URI": mongodb_uri(wanted)}
    if wanted.mongodb is not None:  # the user's own, which may hold a password
        store = {"MONGODB_URI_FILE": str(keys.keep(home, "mongodb", wanted.mongodb))}
    if service == "routing":
        return store | {"MINGSHAO_ADMIN_KEY_HASH": keys.hash_of(keys.local(home, "admin"))}
    if service == "metrics":
        return store | {"MINGSHAO_PUBLIC": "true"}
    return store


def services(home: Home, wanted: Wanted, client: httpx.AsyncClient) -> list[Member]:
    """The services' instances."""

    def member(name: str, port: int) -> Member:
        service = name.rpartition("-")[0]
        program = Program(
            name=name,
            command=(sys.executable, "-m", module_of(service)),
            port=port,
            log=home.log(name),
            folder=ROOT,
            environment=environment(home, wanted, name, port),
        )

        async def look() -> Seen:
            return await probes.service(client, port)

        return Member(name=name, kind="service", port=port, prepare=lambda: program, look=look)

    return [member(name, port) for name, port in instances(wanted).items()]


def servers(
    home: Home, wanted: Wanted, look: dict[str, Callable[[], Awaitable[Seen]]], progress: jars.Progress
) -> list[Member]:
    """Our own Kafka and mongod, without those that the user brings."""
    base = wanted.port_base
    found = []
    if wanted.kafka is None:
        found.append(
            Member(
                name="kafka",
                kind="server",
                port=base + ports.KAFKA,
                prepare=lambda: kafka.prepare(home, base + ports.KAFKA, base + ports.CONTROLLER, progress),
                look=look["kafka"],
            )
        )
    if wanted.mongodb is None:
        found.append(
            Member(
                name="mongod",
                kind="server",
                port=base + ports.MONGOD,
                prepare=lambda: mongod.prepare(home, base + ports.MONGOD),
                look=look["mongod"],
            )
        )
    return found


def fingerprint(program: Program) -> str:
    """Of what would run: a process with another one is not ours to adopt."""
    text = msgspec.json.encode([program.command, sorted(program.environment.items())])
    return hashlib.sha256(text).hexdigest()[:16]
