"""Does it answer? Short, bounded looks at Kafka, MongoDB and the services."""

import socket
import struct
from types import TracebackType
from typing import Any, Self

import httpx

from . import kafka, mongod
from .supervisor.watch import Seen

SECONDS = 2.0


def kafka_serves(bootstrap: str) -> bool:
    """Whether one of the comma-separated brokers says that a broker takes work."""
    return any(_broker_serves(address.strip()) for address in bootstrap.split(","))


def _broker_serves(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        with socket.create_connection((host, int(port)), SECONDS) as connection:
            connection.settimeout(SECONDS)
            connection.sendall(struct.pack(">i", len(kafka.METADATA_REQUEST)) + kafka.METADATA_REQUEST)
            (length,) = struct.unpack(">i", _exactly(connection, 4))
            return kafka.serving(_exactly(connection, min(length, 1_000_000)))
    except (OSError, ValueError, struct.error):
        return False


def _exactly(connection: socket.socket, size: int) -> bytes:
    received = b""
    while len(received) < size:
        part = connection.recv(size - len(received))
        if not part:
            raise OSError("closed")
        received += part
    return received


class MongoProbe:
    """Our own one-node set on a port, or the user's set at a URI. A context: it holds a connection."""

    def __init__(self, where: int | str) -> None:
        import pymongo  # half a second: most commands do not need it

        self._error = pymongo.errors.PyMongoError
        self._port = where if isinstance(where, int) else None
        address = f"mongodb://127.0.0.1:{where}/?directConnection=true" if isinstance(where, int) else where
        self._client: pymongo.MongoClient[dict[str, Any]] = pymongo.MongoClient(
            address,
            connect=False,
            serverSelectionTimeoutMS=1000,
            connectTimeoutMS=int(SECONDS * 1000),
            socketTimeoutMS=int(SECONDS * 1000),
        )

    def ready(self) -> bool:
        """Writable; our own set is brought there, step by step, with each call."""
        try:
            if self._port is not None:
                return mongod.make_primary(self._client, self._port)
            return bool(self._client.admin.command("hello").get("isWritablePrimary"))
        except self._error:
            return False

    def answers(self) -> bool:
        """Any answer at all: an election is no reason to kill it."""
        try:
            self._client.admin.command("ping")
        except self._error:
            return False
        return True

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


async def service(client: httpx.AsyncClient, port: int) -> Seen:
    """A service's health. Any answer counts as an answer; never raises. Ready (/readyz) is what it calls ok."""
    try:
        said = (await client.get(f"http://127.0.0.1:{port}/healthz")).json()
        return Seen(
            answered=True,
            ready=said.get("status") == "ok",
            status=str(said.get("status", "")),
            lag=None if (lag := said.get("lag")) is None else int(lag),
            progress=int(said.get("progress") or 0),
            waiting_for=said.get("waiting_for"),
            halted=said.get("halted"),
            last_error=said.get("last_error"),
        )
    except (httpx.HTTPError, ValueError, AttributeError, TypeError):
        return Seen(answered=False)
