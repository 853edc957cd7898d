"""Intake: submissions one by one and 500 at once, beside servers that do less, and a loop without HTTP."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import httpx
import msgspec
import psutil
import uvloop
from rich.progress import Progress

from deploy.local import ports
from deploy.local.servers import Servers

from . import http_client
from .city import CHANNELS, City
from .measure import cpu_seconds, less, median
from .workload import submissions

PORT = 31_100
KEY = "source:hotline"
LINES = 500
NDJSON = "application/x-ndjson"


def measure(servers: Servers, requests: int, rounds: int, progress: Progress) -> dict[str, Any]:
    """Requests a second of ours, of a bare ASGI application and of FastAPI with pydantic; lines a second of ours and of
    the bare loop. Interleaved; the first round warms up and does not count."""
    found: dict[str, list[dict[str, Any]]] = {}
    task = progress.add_task("intake", total=(rounds + 1) * 4)
    with server(servers, "ours") as ours, server(servers, "bare") as bare, server(servers, "pydantic") as plain:
        pids = {"ours": ours, "bare": bare, "pydantic": plain}
        for turn in range(rounds + 1):
            many = bodies(requests, turn)
            for number, (name, pid) in enumerate(pids.items()):
                wanted = [http_client.request("/v1/tickets", KEY, body) for body in many]
                told = _push(PORT + number, wanted, {name: pid, "kafka": servers.kafka_pid})
                if turn:
                    found.setdefault(name, []).append(told)
                progress.advance(task)
            lines = bodies(requests * 5, 1_000 + turn)
            batches = [b"\n".join(lines[begin : begin + LINES]) for begin in range(0, len(lines), LINES)]
            wanted = [http_client.request("/v1/tickets", KEY, one, NDJSON) for one in batches]
            told = _push(PORT, wanted, {"ours": ours}, connections=2)
            loop = bare_loop(servers, bodies(requests * 5, 2_000 + turn))
            if turn:
                found.setdefault("many", []).append(told | {"per_second": told["per_second"] * LINES})
                found.setdefault("loop", []).append(loop)
            progress.advance(task)
    return {name: _summary(rounds_) for name, rounds_ in found.items()}


def _summary(rounds: Sequence[dict[str, Any]]) -> dict[str, Any]:
    names = ("per_second", "p50_ms", "p99_ms")
    middle = {name: median(one[name] for one in rounds) for name in names if name in rounds[0]}
    return middle | {"rounds": [round(one["per_second"]) for one in rounds], "cpu": rounds[-1].get("cpu")}


def _push(port: int, wanted: Sequence[bytes], pids: dict[str, int], connections: int = 64) -> dict[str, Any]:
    before = cpu_seconds(pids)
    load = uvloop.run(http_client.push(port, wanted, connections))
    if set(load.statuses) - {200, 202}:
        raise RuntimeError(f"port {port} answered {load.statuses}")
    spent = less(cpu_seconds(pids), before)
    return {"per_second": load.per_second, "p50_ms": load.p50_ms, "p99_ms": load.p99_ms, "cpu": spent}


def bodies(count: int, seed: int) -> list[bytes]:
    """Submissions as a hotline sends them, every third with a number in its text; no two alike."""
    found = list[bytes]()
    now = time.strftime("%Y-%m-%dT%H:%M:%S+08:00", time.gmtime(time.time() + 8 * 3600 - 60))
    for command in islice(submissions(City(partitions=1), 0, seed), count):
        body = {
            "channel": CHANNELS[0],
            "source_id": f"{command.source_id}-{time.monotonic_ns()}",
            "title": command.title,
            "text": command.text + (" 联系电话 13800138000" if len(found) % 3 == 0 else ""),
            "category": command.category,
            "reported_at": now,
            "place": {"address": command.place.address if command.place else None},
            "reporter": {"name": "测试", "phone": "13800138000"},
        }
        found.append(msgspec.json.encode(body))
    return found


@contextmanager
def server(servers: Servers, name: str) -> Iterator[int]:
    """One process on its port, waited for until it answers; its pid."""
    number = ("ours", "bare", "pydantic").index(name)
    port = PORT + number
    ports.require_free({name: port})
    own = {
        "KAFKA_BOOTSTRAP": servers.kafka_bootstrap,
        "MONGODB_URI": servers.mongodb_uri,
        "MINGSHAO_PORT": str(port),
        "MINGSHAO_CONTACT_SECRET": "of the benchmark alone",
    }
    command = ["services.intake"] if name == "ours" else ["bench.contestants.http_servers"]
    command += [] if name == "ours" else [name, str(port), servers.kafka_bootstrap]
    process = subprocess.Popen([sys.executable, "-m", *command], env=os.environ | own, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while not _answers(port):
            if time.monotonic() > deadline or not psutil.pid_exists(process.pid):
                raise RuntimeError(f"{name} does not answer on port {port}")
            time.sleep(0.2)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def _answers(port: int) -> bool:
    try:
        headers = {"Authorization": f"Bearer {KEY}", "Content-Type": "application/json"}
        url = f"http://127.0.0.1:{port}/v1/tickets"
        answer = httpx.post(url, content=bodies(1, port)[0], headers=headers, trust_env=False)
    except httpx.TransportError:
        return False
    return answer.status_code == 202


def bare_loop(servers: Servers, lines: Sequence[bytes]) -> dict[str, Any]:
    """The same reading, masking and encoding, and batches of our producer, without HTTP: lines a second."""
    command = [sys.executable, "-m", "bench.contestants.intake_loop", servers.kafka_bootstrap]
    done = subprocess.run(command, input=b"\n".join(lines), capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[-2000:])
    told: dict[str, Any] = msgspec.json.decode(done.stdout)
    return told
