"""How soon a submission that was answered 202 is in the figures that a page shows, at a steady rate.

Open loop: sending times are fixed beforehand, and what is late stays late. Counted, not matched: the n-th 202 is
visible with the first event whose count has grown by n.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any

import httpx
import msgspec
import uvloop
from aiokafka import AIOKafkaProducer
from motor.motor_asyncio import AsyncIOMotorClient
from rich.progress import Progress

from deploy.local.servers import Servers

from . import intake, ours
from .measure import MemorySampler, median

RATE = 300
METRICS = f"http://127.0.0.1:{ours.PORT + 1}"
PATIENCE_SECONDS = 60


def measure(servers: Servers, seconds: int, rounds: int, progress: Progress) -> dict[str, Any]:
    """Milliseconds from 202 to visible, p50 and p99 as medians of the rounds; the broker's acknowledgement and a bare
    transaction at the same rate beside. Megabytes of each process, before and at most meanwhile."""
    task = progress.add_task(f"freshness at {RATE}/s", total=rounds)
    found = []
    with ExitStack() as stack:
        watched = {
            name: stack.enter_context(ours.running(servers, name, first_port=ours.PORT + number))[0]
            for number, name in enumerate(("routing", "metrics", "notify"))
        }
        watched["intake"] = stack.enter_context(intake.server(servers, "ours"))
        watched |= {"kafka": servers.kafka_pid, "mongod": servers.mongod_pid}
        ours.wait_ready(ours.PORT + 1)
        memory = stack.enter_context(MemorySampler(watched))
        for turn in range(rounds):
            found.append(uvloop.run(_round(servers, seconds, turn)))
            progress.advance(task)
    names = found[0].keys()
    return {name: median(one[name] for one in found) for name in names} | {
        "rounds": found,
        "rate": RATE,
        "idle_mb": {name: memory.series[0][name] for name in watched},
        "most_mb": {name: max(one.get(name, 0.0) for one in memory.series) for name in watched},
    }


async def _round(servers: Servers, seconds: int, turn: int) -> dict[str, float]:
    bodies = intake.bodies(seconds * RATE, 5_000 + turn)
    headers = {"Authorization": f"Bearer {intake.KEY}", "Content-Type": "application/json"}
    counts: list[tuple[float, int]] = []
    # given up before intake gives it up, which it does after five seconds, as httpx would: one of them came first
    limits = httpx.Limits(max_connections=64, keepalive_expiry=2)
    async with (
        httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{intake.PORT}", headers=headers, limits=limits, trust_env=False
        ) as client,
        asyncio.TaskGroup() as group,
    ):
        following = group.create_task(_follow(counts))
        await _until(lambda: bool(counts))
        before = counts[-1][1]
        probing = group.create_task(_probe(servers, seconds))
        answered = await _paced([lambda body=body: _submit(client, body) for body in bodies])
        await _until(lambda: counts[-1][1] >= before + len(bodies))
        acks, transactions = await probing
        following.cancel()
    waits, event = [], 0
    for number, at in enumerate(sorted(answered), 1):
        while counts[event][1] < before + number:
            event += 1
        waits.append(max(0.0, counts[event][0] - at))
    return _told("visible", waits) | _told("ack", acks) | _told("transaction", transactions)


async def _submit(client: httpx.AsyncClient, body: bytes) -> float:
    answer = await client.post("/v1/tickets", content=body)
    if answer.status_code != 202:
        raise RuntimeError(f"{answer.status_code} {answer.text}")
    return time.monotonic()


async def _paced(calls: Sequence[Any]) -> list[float]:
    """Each at its time, whether the ones before have come back or not."""
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        tasks = []
        for number, call in enumerate(calls):
            await asyncio.sleep(max(0.0, began + number / RATE - time.monotonic()))
            tasks.append(group.create_task(call()))
    return [task.result() for task in tasks]


async def _follow(counts: list[tuple[float, int]]) -> None:
    headers = {"Authorization": "Bearer dashboard"}
    async with (
        httpx.AsyncClient(base_url=METRICS, headers=headers, timeout=None, trust_env=False) as client,
        client.stream("GET", "/v1/rates/stream", params={"rate": "received_count"}) as stream,
    ):
        stream.raise_for_status()
        async for line in stream.aiter_lines():
            if line.startswith("data: {"):
                answer = msgspec.json.decode(line[6:])["answers"][0]
                counts.append((time.monotonic(), answer["rows"][0]["value"]))


async def _probe(servers: Servers, seconds: int) -> tuple[list[float], list[float]]:
    """A tenth as often: a record acknowledged, and a small transaction."""
    producer = AIOKafkaProducer(bootstrap_servers=servers.kafka_bootstrap, acks="all", enable_idempotence=True)
    await producer.start()
    client: Any = AsyncIOMotorClient(servers.mongodb_uri, w="majority")
    acks, transactions = [], []
    try:
        async with await client.start_session() as session:
            for number in range(seconds * RATE // 10):
                began = time.monotonic()
                await producer.send_and_wait("mingshao.bench.probe", b"x" * 500)
                acks.append(time.monotonic() - began)
                began = time.monotonic()
                async with session.start_transaction():
                    await client["bench_probe"]["probe"].update_one(
                        {"_id": number % 100}, {"$inc": {"n": 1}}, upsert=True, session=session
                    )
                transactions.append(time.monotonic() - began)
                await asyncio.sleep(max(0.0, 10 / RATE - (time.monotonic() - began)))
    finally:
        await producer.stop()
        client.close()
    return acks, transactions


def _told(name: str, seconds: Sequence[float]) -> dict[str, float]:
    ordered = sorted(seconds)
    return {
        f"{name}_p50_ms": round(ordered[len(ordered) // 2] * 1e3, 1),
        f"{name}_p99_ms": round(ordered[len(ordered) * 99 // 100] * 1e3, 1),
    }


async def _until(claim: Any) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not claim():
        if time.monotonic() > deadline:
            raise RuntimeError("the figures did not come")
        await asyncio.sleep(0.01)
