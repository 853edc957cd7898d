"""Publishes the local keys' hashes and the reference street through routing's directory: only what differs."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import yaml

from services.contracts.directory import ROW_TYPES

from . import keys
from .calls import Caller
from .errors import LocalError
from .places import ROOT, Home

FOLDER = ROOT / "deploy" / "street"
FILES = {"department": "departments.yaml", "category": "categories.yaml", "channel": "channels.yaml"}
# a cheap call with a local key for each service; what it answers does not matter unless it is 401
_KEYED = {
    "intake": ("POST", "/v1/tickets", "source:hotline"),
    "routing": ("GET", "/v1/cases/x", "dispatcher"),
    "notify": ("DELETE", "/v1/cases/x/contact", "dashboard"),
    "metrics": ("GET", "/v1/definitions", "dashboard"),
}
_NO_KEYS_YET = (401, 503)
Seed = Callable[[Home, str], None]
KeysKnown = Callable[[Home, Mapping[str, str]], bool]
Rows = dict[str, Any]


def seed(home: Home, routing: str) -> None:
    """Keys and street to routing at `routing`. LocalError where a file is wrong or routing refuses it."""
    street = load(FOLDER)
    for name in (*keys.STANDARD, *(f"department:{department}" for department in street["department"])):
        keys.local(home, name)
    caller = Caller(routing, keys.local(home, "admin"))
    for kind, rows in street.items():
        publish(caller, kind, rows)
    publish(caller, "key", key_rows(home))


def keys_known(home: Home, addresses: Mapping[str, str]) -> bool:
    """Whether each instance (name → address) has read the keys that were just published: nobody answers 401."""
    return all(_knows(home, name.rpartition("-")[0], address) for name, address in addresses.items())


def _knows(home: Home, service: str, address: str) -> bool:
    if service not in _KEYED:
        return True
    method, path, key = _KEYED[service]
    return Caller(address, keys.local(home, key)).request(method, path, content=b"").status_code not in _NO_KEYS_YET


def load(folder: Path) -> dict[str, Rows]:
    """Kind → id → row, each checked as the directory checks it. LocalError names the file and the row."""
    found: dict[str, Rows] = {}
    for kind, name in FILES.items():
        path = folder / name
        try:
            rows = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
            found[kind] = {str(row_id): _checked(kind, row, f"{path.name}: {row_id}") for row_id, row in rows.items()}
        except (OSError, yaml.YAMLError, AttributeError) as error:
            raise LocalError(f"读不了 {path}：{error}", f"{path} cannot be read: {error}") from error
    return found


def key_rows(home: Home) -> Rows:
    """Hash → row of every local key."""
    return {
        keys.hash_of(keys.local(home, name)): msgspec.to_builtins(keys.row(name), str_keys=True)
        for name in keys.names(home)
    }


def publish(caller: Caller, kind: str, rows: Rows) -> int:
    """Set the rows that the directory does not have so; how many those were."""
    there = current(caller, kind)
    changed = {row_id: row for row_id, row in rows.items() if _plain(kind, there.get(row_id)) != _plain(kind, row)}
    if changed:
        caller.json("PUT", f"/v1/directory/{kind}", json=changed)
    return len(changed)


def current(caller: Caller, kind: str) -> Rows:
    """Id → row as the directory has it."""
    rows: Rows = caller.json("GET", f"/v1/directory/{kind}")["rows"]
    return {row_id: found["row"] for row_id, found in rows.items()}


def _checked(kind: str, row: Any, where: str) -> Any:
    try:
        return msgspec.to_builtins(msgspec.convert(row, ROW_TYPES[kind]))
    except msgspec.ValidationError as error:
        raise LocalError(f"目录有误（{where}）：{error}", f"The directory is wrong ({where}): {error}") from error


def _plain(kind: str, row: Any) -> Any:
    """With all defaults filled in, so that equal rows compare equal."""
    if row is None:
        return None
    known = {name: row[name] for name in ROW_TYPES[kind].__struct_fields__ if name in row}
    return msgspec.to_builtins(msgspec.convert(known, ROW_TYPES[kind]))
