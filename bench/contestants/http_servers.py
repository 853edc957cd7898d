"""What intake is compared with: servers that put a body on Kafka, acknowledged by all replicas, and do less or more
with it than intake does. `python -m bench.contestants.http_servers bare|pydantic PORT BOOTSTRAP`."""

import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import uvicorn
from aiokafka import AIOKafkaProducer
from fastapi import FastAPI
from pydantic import BaseModel

from services.contracts.topics import TICKETS

producer: Any = None
accepted = {"type": "http.response.start", "status": 202, "headers": [(b"content-length", b"2")]}


async def start(bootstrap: str) -> None:
    """As intake's producer is set."""
    global producer
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", enable_idempotence=True)
    await producer.start()


class Bare:
    """An ASGI application without a framework: body to Kafka as it is, nothing checked."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await start(self._bootstrap)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body, more = b"", True
        while more:
            part = await receive()
            body, more = body + part.get("body", b""), part.get("more_body", False)
        await producer.send_and_wait(TICKETS.name, body, key=b"%d" % time.monotonic_ns())
        await send(accepted)
        await send({"type": "http.response.body", "body": b"{}"})


class Ticket(BaseModel):
    """The fields of a submission, plain."""

    channel: str
    source_id: str
    title: str
    text: str
    category: str | None = None
    reported_at: datetime
    place: dict[str, Any] | None = None
    reporter: dict[str, str] | None = None
    confidential: bool = False


def pydantic_app(bootstrap: str) -> FastAPI:
    """FastAPI as its tutorial has it: a model, a route."""

    @asynccontextmanager
    async def connected(_: FastAPI) -> AsyncIterator[None]:
        await start(bootstrap)
        yield

    app = FastAPI(lifespan=connected)

    @app.post("/v1/tickets", status_code=202)
    async def tickets(ticket: Ticket) -> dict[str, str]:
        await producer.send_and_wait(TICKETS.name, ticket.model_dump_json().encode(), key=ticket.source_id.encode())
        return {"case_id": ticket.source_id}

    return app


if __name__ == "__main__":
    kind, port, broker = sys.argv[1:4]
    uvicorn.run(
        Bare(broker) if kind == "bare" else pydantic_app(broker),
        port=int(port),
        log_level="error",
        loop="uvloop",
        http="httptools",
    )
