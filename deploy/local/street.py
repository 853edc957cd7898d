"""Publishes the local keys' hashes and the reference street through routing's directory: only what differs."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import msgspec

from services.contracts.directory import Key

from . import keys, ports, published
from .calls import Caller, NoAnswer, Refused
from .directory import files, service
from .directory.rows import Rows, differences, filled
from .errors import LocalError
from .places import ROOT, Home
from .supervisor import record

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
    """Keys and street to routing at `routing`. LocalError where a file is wrong or routing refuses it.

    A key that was published and does not stand any more was withdrawn, and stays so.
    """
    told = files.read([FOLDER])
    for name in (*keys.STANDARD, *(f"department:{department}" for department in told.rows["department"])):
        keys.local(home, name)
    there = Caller(routing, keys.local(home, "admin"))
    try:
        standing = current(there, "key")
        departments = told.rows["department"].keys() | current(there, "department").keys()
    except Refused as refused:
        if refused.status == 401:
            raise _locked_out(home) from refused
        raise
    before = published.read(home)
    strangers = [name for name in keys.names(home) if _is_of_none(name, departments)]
    rows = {key: row for key, row in key_rows(home, strangers).items() if key in standing or key not in before}
    publish(there, {**told.rows, "key": rows}, told)
    published.write(home, before | rows.keys())
    if strangers:
        names, paths = ", ".join(strangers), " ".join(str(home.keys / name.replace(":", "_")) for name in strangers)
        raise LocalError(
            f"密钥 {names} 属于不存在的部门，没有登记，其余已登记。不需要就删除：rm {paths}",
            f"The keys {names} are of departments that are not there: not published; all else is. "
            f"Remove them where they are not wanted: rm {paths}",
        )


def _is_of_none(name: str, departments: Collection[str]) -> bool:
    row = keys.row(name)
    return row.role == "department" and row.subject not in departments


def _locked_out(home: Home) -> LocalError:
    path = home.keys / "admin"
    return LocalError(
        f"分办不认本地的管理密钥：它已被注销。要重新取得管理权，请删除 {path}，"
        "再运行 mingshao down、mingshao up，会登记一把新的。",
        "Routing does not know the local admin key: it was withdrawn. To get in again, delete "
        f"{path}, then mingshao down and mingshao up, which publishes a new one.",
    )


def require_known(home: Home, name: str, row: Key) -> None:
    """LocalError where a department's key is asked for and there is no such department: the running routing is asked
    or, where none answers, the street's files."""
    department = row.subject if row.role == "department" else None
    if department is None:
        return
    known: Collection[str]
    wanted = record.read_wanted(home)
    try:
        if wanted is None:
            raise NoAnswer("", "")
        port = ports.service_port(wanted.port_base, "routing", 1)
        known = current(Caller(f"http://127.0.0.1:{port}", keys.local(home, "admin")), "department")
    except (NoAnswer, Refused):
        known = load(FOLDER)["department"]
    if department not in known:
        names = "、".join(known)
        raise LocalError(
            f"没有编号为 {department} 的部门，未生成密钥 {name}。现有部门：{names}",
            f"There is no department {department}, so no key was made. Departments: {', '.join(known)}",
        )


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


def key_rows(home: Home, but: Collection[str] = ()) -> Rows:
    """Hash → row of every local key, without those named."""
    return {
        keys.hash_of(keys.local(home, name)): msgspec.to_builtins(keys.row(name), str_keys=True)
        for name in keys.names(home)
        if name not in but
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
