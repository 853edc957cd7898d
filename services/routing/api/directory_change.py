"""A change of the directory over HTTP: judged by the directory that it changes, stored, published."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import msgspec
from fastapi import Request

from services.contracts.directory import ROW_TYPES
from services.runtime.directory import DirectorySnapshot
from services.runtime.problems import Problem, unavailable
from services.runtime.producer import BrokerAway

from ..domain.directory.change import RowChange, Wanted, judged
from ..domain.directory.flaw import BadDirectory
from ..ports import DirectoryMoved, Holder, StoreAway
from .desk import Desk

MAX_BYTES = 8 << 20
SHOWN = 200
COUNTED = 1_000
_ATTEMPTS = 5
_SECONDS = 10.0
Versions = dict[str, dict[str, int]]


async def make(wanted: Wanted, desk: Desk, *, dry_run: bool = False) -> Versions:
    """Kind → id → version once it is published; with `dry_run` it is only judged. Problem 422 with all flaws, 503."""
    try:
        for _ in range(_ATTEMPTS):
            standing = desk.directory.snapshot
            try:
                changes = await _judged_as_it_stands(standing, wanted, desk)
                await _nobody_waits_there(changes, desk)
                if dry_run:
                    return {}
                versions = await desk.directory_store.change(changes, standing.version)
            except DirectoryMoved as moved:
                await _follow(desk, moved.version)
            else:
                await desk.directory_store.publish()
                return _by_kind(changes, versions)
    except StoreAway as error:
        raise unavailable("MongoDB does not answer; ask whether the change is there, or send it again") from error
    except BrokerAway as error:
        raise unavailable("stored; it will be published once Kafka is back") from error
    raise unavailable("others change the directory all the time; nothing of this was stored", retry_after=1)


async def body(request: Request) -> dict[str, Any]:
    """The request's JSON object. Problem 422."""
    raw = await request.body()
    if len(raw) > MAX_BYTES:
        raise Problem(422, "too_large", f"at most {MAX_BYTES} bytes at once: send it in parts, grids last")
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Problem(422, "bad_json", f"send a JSON object: {error}") from error


def by_kind(rows: Mapping[str, Any]) -> Wanted:
    """The body of many kinds. Problem 422 where a kind is unknown, or its rows are no object."""
    for kind, found in rows.items():
        if kind not in ROW_TYPES:
            known = ", ".join(ROW_TYPES)
            text = f"没有 {kind} 这类目录；可用 {known} / there is no kind {kind}"
            raise Problem(422, "unknown_kind", text, kind=kind, field="kind")
        if not isinstance(found, dict):
            text = f"{kind} 须是 编号 → 行 的对象 / the rows of {kind} are an object of id → row"
            raise Problem(422, "bad_json", text, kind=kind, field="kind")
    return rows


async def _judged_as_it_stands(standing: DirectorySnapshot, wanted: Wanted, desk: Desk) -> list[RowChange]:
    """What is wrong with it is said only where nothing was changed that this process has not read yet: what the same
    caller set a moment ago must not be missing. Problem, DirectoryMoved."""
    try:
        return await _judged(standing.rows, wanted)
    except Problem:
        await desk.directory_store.change([], standing.version)
        raise


async def _nobody_waits_there(changes: Sequence[RowChange], desk: Desk) -> None:
    """Whose row goes must have no open case. Problem."""
    for change in changes:
        holder = next((kind for kind in get_args(Holder) if kind == change.kind and change.row is None), None)
        found = await desk.cases.open_with(holder, change.id, COUNTED) if holder else 0
        if not found:
            continue
        many = f"{found}" if found < COUNTED else f"{COUNTED}+"
        what = "写明 successor（撤并到哪个部门），其在办件移交后再删" if holder == "department" else "办结后再删"
        english = "give it a successor: they become that one's" if holder == "department" else "close them first"
        raise Problem(
            422,
            "in_use",
            f"{change.kind}/{change.id} 还有 {many} 件在办；{what} / has {many} open cases: {english}, remove it then",
            kind=change.kind,
            row=change.id,
            field="id",
            open_cases=found,
        )


async def _judged(standing: Mapping[str, Any], wanted: Wanted) -> list[RowChange]:
    try:
        # in a thread: a city's polygons take seconds, in which this process has to go on
        return await asyncio.to_thread(judged, standing, wanted)
    except BadDirectory as error:
        first = error.flaws[0]
        raise Problem(
            422,
            first.code,
            f"{first.kind}/{first.id}: {first.field}: {first.detail}",
            kind=first.kind,
            row=first.id,
            field=first.field,
            errors=msgspec.to_builtins(error.flaws[:SHOWN]),
            more=max(0, len(error.flaws) - SHOWN) or None,
        ) from error


async def _follow(desk: Desk, version: int) -> None:
    """Once this process has read what was stored before, which may still have to be published."""
    await desk.directory_store.publish()
    try:
        await asyncio.wait_for(desk.directory.wait_version(version), _SECONDS)
    except TimeoutError as error:
        raise unavailable("the directory's last change is not on the log yet; nothing of this was stored") from error


def _by_kind(changes: list[RowChange], versions: list[int]) -> Versions:
    found: Versions = {}
    for change, version in zip(changes, versions, strict=True):
        found.setdefault(change.kind, {})[change.id] = version
    return found
