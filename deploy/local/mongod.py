"""MongoDB on loopback: the mongod on the PATH, or the one a Python package carries, as a one-node replica set."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import psutil

from .errors import NoMongod
from .places import Home
from .processes import Program

OLDEST = 6
REPLICA_SET = "rs0"
# a sixteenth of the machine: MongoDB would take half, which Kafka and the services need on a street's machine; where
# the cells that are being moved do not fit, each batch writes them through to disk
LEAST_CACHE_GB, CACHE_SHARE = 0.25, 16
# of its default of five minutes every former state of a sheet is written out and read again: docs/adr/0021
SNAPSHOT_SECONDS = 30
# percent of the cache that may be changed and not written yet (by default 2.5, 10, 5 and 20), so that of so small a
# cache not every change is written at once: the same place
EVICTION = {"updates_target": 10, "updates_trigger": 20, "dirty_target": 15, "dirty_trigger": 30}
# a day: MongoDB writes a slow command into its log with the whole document, and contacts are documents
SLOW_MS = 86_400_000
# a member that was killed is primary again after 2.5 s, not 12
_ELECTION = {"electionTimeoutMillis": 500, "heartbeatIntervalMillis": 200}


def uri(port: int) -> str:
    """How the services reach it."""
    return f"mongodb://127.0.0.1:{port}/?replicaSet={REPLICA_SET}"


def prepare(home: Home, port: int) -> Program:
    """NoMongod where none starts here; the message says which library is missing."""
    data = home.mongod / "data"
    data.mkdir(parents=True, exist_ok=True)
    engine = ["log=(file_max=8MB,prealloc=false)", *(f"eviction_{name}={share}" for name, share in EVICTION.items())]
    flags = (
        f"--dbpath={data}",
        f"--port={port}",
        f"--replSet={REPLICA_SET}",
        "--bind_ip=127.0.0.1",
        "--oplogSize=512",
        f"--slowms={SLOW_MS}",
        f"--wiredTigerCacheSizeGB={max(LEAST_CACHE_GB, psutil.virtual_memory().total / 1e9 / CACHE_SHARE):.2f}",
        "--networkMessageCompressors=disabled",
        f"--wiredTigerEngineConfigString={','.join(engine)}",
        "--setParameter=diagnosticDataCollectionEnabled=false",
        f"--setParameter=minSnapshotHistoryWindowInSeconds={SNAPSHOT_SECONDS}",
    )
    return Program(
        name="mongod",
        command=(find(), "--quiet", "--nounixsocket", *flags),
        port=port,
        log=home.log("mongod"),
        folder=home.mongod,
    )


def find() -> str:
    """The path of a mongod of version 6 or later that runs on this machine."""
    problem = ""
    for candidate in _candidates():
        version, problem = version_of(candidate)
        if version is not None and version >= OLDEST:
            return candidate
    raise NoMongod(
        f"本机没有能运行的 mongod（{problem or '未安装'}）。"
        "请安装所缺的库（Debian/Ubuntu：apt-get install libcurl4 libssl3），"
        "或用 MONGODB_URI 指向自己的 MongoDB 副本集（6.0 或更高版本）。",
        f"No mongod runs on this machine ({problem or 'not installed'}). Install the missing libraries "
        "(Debian/Ubuntu: apt-get install libcurl4 libssl3), or set MONGODB_URI to a replica set of your own "
        "(6.0 or later).",
    )


def version_of(mongod: str) -> tuple[int | None, str]:
    """Its major version, or None and what it said instead."""
    try:
        said = subprocess.run([mongod, "--version"], capture_output=True, text=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return None, f"{mongod}: {error}"
    if found := re.search(r"db version v(\d+)\.", said.stdout):
        return int(found[1]), f"{mongod}: {found[0]}"
    return None, (said.stderr.strip() or said.stdout.strip() or f"{mongod}: exit {said.returncode}")[:300]


def _candidates() -> list[str]:
    found = [on_path] if (on_path := shutil.which("mongod")) else []
    spec = importlib.util.find_spec("fiftyone")
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "db" / "bin" / "mongod"
        if binary.exists():
            binary.chmod(binary.stat().st_mode | 0o111)
            found.append(str(binary))
    return found


def make_primary(client: Any, port: int) -> bool:
    """One step towards a writable primary on `port`; True once it is one. pymongo's errors mean: not yet.

    A home that moved to other ports keeps its data: the set's one member is given its new address.
    """
    hello = client.admin.command("hello")
    if hello.get("isWritablePrimary"):
        return True
    address = f"127.0.0.1:{port}"
    config = _stored_config(client)
    if config is None:
        member = {"_id": 0, "host": address}
        client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": [member], "settings": _ELECTION})
    elif config["members"][0]["host"] != address:
        member = {**config["members"][0], "host": address}
        client.admin.command(
            "replSetReconfig", {**config, "members": [member], "version": config["version"] + 1}, force=True
        )
    return False


def _stored_config(client: Any) -> dict[str, Any] | None:
    found: dict[str, Any] | None = client.local["system.replset"].find_one()
    return found
