"""Our own services as contestants: the real process on a topic that is full, until its ledger says that all of it
was applied."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx
import psutil
from pymongo.collection import Collection

from deploy.local.servers import Servers

from .measure import MemorySampler, cpu_seconds, less
from .stage import mongo

PORT = 31_000
PATIENCE_SECONDS = 1_800
START_SECONDS = 60


@contextmanager
def running(servers: Servers, service: str, count: int = 1, first_port: int = PORT) -> Iterator[list[int]]:
    """`count` instances; their pids."""
    environment = os.environ | {"KAFKA_BOOTSTRAP": servers.kafka_bootstrap, "MONGODB_URI": servers.mongodb_uri}
    processes = []
    try:
        for number in range(count):
            own = {"MINGSHAO_PORT": str(first_port + number), "MINGSHAO_INSTANCE": f"{service}-{number + 1}"}
            processes.append(
                subprocess.Popen(
                    [sys.executable, "-m", f"services.{service}"], env=environment | own, stdout=subprocess.DEVNULL
                )
            )
        yield [process.pid for process in processes]
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(30)


def wait_ready(port: int) -> None:
    """Until the service there takes work. RuntimeError where it does not."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > deadline:
            raise RuntimeError(f"nothing at port {port} is ready")
        time.sleep(0.2)


def drain(
    servers: Servers, service: str, goal: Mapping[int, int], field: str, count: int = 1, database: str | None = None
) -> dict[str, Any]:
    """Until each partition's `field` of the ledger (last_seq read, next_seq to write) has come to its `goal`.

    Timed from the first commit that was seen, whose records do not count: what a process needs to start is no matter of
    its speed. Seconds, records, records/s, seconds of processor, memory.
    """
    with mongo(servers) as client:
        ledger = client[database or f"mingshao_{service}"]["ledger"]
        with running(servers, service, count) as pids:
            watched = {f"{service}-{number}": pid for number, pid in enumerate(pids, 1)}
            watched |= {"kafka": servers.kafka_pid, "mongod": servers.mongod_pid}
            places = _places(ledger, field)
            first_at, first, used, before = 0.0, 0, cpu_seconds(watched), sum(places.values())
            deadline = time.monotonic() + PATIENCE_SECONDS
            with MemorySampler(watched) as memory:
                while True:
                    places = _places(ledger, field)
                    done = sum(places.values())
                    if done > max(before, len(places)) and not first_at:
                        first_at, first, used = time.monotonic(), done, cpu_seconds(watched)
                    if all(places.get(partition, 0) >= wanted for partition, wanted in goal.items()):
                        break
                    if time.monotonic() > deadline or not all(map(_alive, pids)):
                        raise RuntimeError(f"{service} did not come to its end: {json.dumps(places)} of {dict(goal)}")
                    time.sleep(0.02)
                seconds, spent = time.monotonic() - first_at, less(cpu_seconds(watched), used)
    records = sum(goal.values()) - first
    return {
        "seconds": round(seconds, 2),
        "records": records,
        "per_second": round(records / seconds),
        "cpu": spent,
        "memory": memory.series,
    }


def _places(ledger: Collection[dict[str, Any]], field: str) -> dict[int, int]:
    return {entry["partition"]: entry[field] for entry in ledger.find({}, {"partition": 1, field: 1})}


def _alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def forget(servers: Servers, service: str) -> None:
    """An empty store: the service begins at the log's beginning."""
    with mongo(servers) as client:
        client.drop_database(f"mingshao_{service}")
