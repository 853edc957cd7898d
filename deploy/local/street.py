"""Publishes the local keys' hashes and the reference street through routing's directory: only what differs."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from . import keys
from .calls import Caller
from .directory import files, service
from .directory.rows import Rows, differences, filled
from .places import ROOT, Home

FOLDER = ROOT / "deploy" / "street"
# a cheap call with a local key for each service; what it answers does not matter unless it is 401
_KEYED = {
    "intake": ("POST", "/v1/tickets", "source:hotline"),
    "routing": ("GET", "/v1/cases/x", "dispatcher"),
    "notify": ("DELETE", "/v1/cases/x/contact", "dashboard"),
    "metrics": ("GET", "/v1/definitions", "dashboard"),
    "evidence": ("GET", "/v1/dead/x", "admin"),
}
_NO_KEYS_YET = (401, 503)
Seed = Callable[[Home, str], None]
KeysKnown = Callable[[Home, Mapping[str, str]], bool]


def seed(home: Home, routing: str) -> None:
    """Keys and street to routing at `routing`. LocalError where a file is wrong or routing refuses it."""
    told = files.read([FOLDER])
    for name in (*keys.STANDARD, *(f"department:{department}" for department in told.rows["department"])):
        keys.local(home, name)
    publish(Caller(routing, keys.local(home, "admin")), {**told.rows, "key": key_rows(home)}, told)


def keys_known(home: Home, addresses: Mapping[str, str]) -> bool:
    """Whether each instance (name → address) has read the keys that were just published: nobody answers 401."""
    return all(_knows(home, name.rpartition("-")[0], address) for name, address in addresses.items())


def _knows(home: Home, service: str, address: str) -> bool:
    if service not in _KEYED:
        return True
    method, path, key = _KEYED[service]
    return Caller(address, keys.local(home, key)).request(method, path, content=b"").status_code not in _NO_KEYS_YET


def load(folder: Path) -> dict[str, Rows]:
    """Kind → id → row with all fields filled in. LocalError names the file and the line."""
    return files.read([folder]).rows


def key_rows(home: Home) -> Rows:
    """Hash → row of every local key."""
    return {
        keys.hash_of(keys.local(home, name)): msgspec.to_builtins(keys.row(name), str_keys=True)
        for name in keys.names(home)
    }


def publish(caller: service.Calls, wanted: Mapping[str, Rows], told: files.Files | None = None) -> int:
    """Set the rows (kind → id → row) that the directory does not have so, all at once; how many those were. LocalError
    where they are refused, with the lines of the files that they stand in."""
    whole = {kind: {row_id: filled(kind, row) for row_id, row in rows.items()} for kind, rows in wanted.items()}
    changed = differences(whole, service.standing(caller, whole))
    if changed:
        service.send(caller, changed, told)
    return len(changed)


def current(caller: service.Calls, kind: str) -> Rows:
    """Id → row as the directory has it."""
    return service.standing(caller, [kind])[kind]
