"""The directory: read by who decides, changed by the admin, checked whole before it is published."""

from typing import Any, Literal

import msgspec
from fastapi import APIRouter, Request, Response

from services.contracts.actors import Actor
from services.runtime.keys import Caller
from services.runtime.problems import Problem, unavailable
from services.runtime.producer import BrokerAway

from ..domain.directory_check import BadRow, checked
from ..ports import StoreAway
from .desk import AtDesk, Desk, answer

router = APIRouter(tags=["directory"])
Kind = Literal["department", "category", "channel", "key"]
MAX_BYTES = 8 << 20
_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"description": "this key may not"},
    404: {"description": "no such row"},
    422: {"description": "a row that cannot be; `row` and `field` say which"},
    503: {"description": "Kafka or MongoDB does not answer"},
}
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}


@router.get("/v1/directory/{kind}", responses=_ERRORS)
async def list_rows(kind: Kind, caller: Caller, desk: AtDesk) -> Response:
    """All rows of a kind, each with the version that set it."""
    _keys_for_admin(kind, caller)
    try:
        rows = await desk.directory_store.rows(kind)
    except StoreAway as error:
        raise unavailable("MongoDB does not answer") from error
    return answer({"kind": kind, "rows": rows})


@router.get("/v1/directory/{kind}/{row_id}", responses=_ERRORS)
async def one_row(kind: Kind, row_id: str, caller: Caller, desk: AtDesk) -> Response:
    """One row."""
    _keys_for_admin(kind, caller)
    try:
        row = await desk.directory_store.row(kind, row_id)
    except StoreAway as error:
        raise unavailable("MongoDB does not answer") from error
    if row is None:
        raise Problem(404, "no_such_row", f"no {kind} {row_id}")
    return answer({"kind": kind, "id": row_id} | row)


@router.put("/v1/directory/{kind}", responses=_ERRORS, openapi_extra=_BODY)
async def set_rows(kind: Kind, request: Request, _: Caller, desk: AtDesk) -> Response:
    """Set many rows at once: an object of id → row. All or none."""
    rows = await _object(request)
    return answer({"kind": kind, "versions": await _set(kind, rows, desk)})


@router.put("/v1/directory/{kind}/{row_id}", responses=_ERRORS, openapi_extra=_BODY)
async def set_row(kind: Kind, row_id: str, request: Request, _: Caller, desk: AtDesk) -> Response:
    """Set one row. Unchanged, it keeps its version."""
    versions = await _set(kind, {row_id: await _object(request)}, desk)
    return answer({"kind": kind, "id": row_id, "version": versions[row_id]})


@router.delete("/v1/directory/{kind}/{row_id}", responses=_ERRORS)
async def remove_row(kind: Kind, row_id: str, _: Caller, desk: AtDesk) -> Response:
    """Remove a row; a department that a category names must be replaced there first."""
    try:
        if await desk.directory_store.row(kind, row_id) is None:
            raise Problem(404, "no_such_row", f"no {kind} {row_id}")
        if kind == "department":
            rows = await desk.directory_store.rows("category")
            if users := [code for code, row in rows.items() if row["row"].get("department") == row_id]:
                raise Problem(422, "in_use", f"categories name it: {', '.join(users)}; change them first", field="id")
    except StoreAway as error:
        raise unavailable("MongoDB does not answer") from error
    versions = await _change(kind, {row_id: None}, desk)
    return answer({"kind": kind, "id": row_id, "version": versions[row_id]})


def _keys_for_admin(kind: str, caller: Actor) -> None:
    if kind == "key" and caller.role != "admin":
        raise Problem(403, "wrong_role", "keys are for admin")


async def _object(request: Request) -> dict[str, Any]:
    raw = await request.body()
    if len(raw) > MAX_BYTES:
        raise Problem(422, "too_large", f"at most {MAX_BYTES} bytes at once")
    try:
        return msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Problem(422, "bad_json", f"send a JSON object: {error}") from error


async def _set(kind: str, rows: dict[str, Any], desk: Desk) -> dict[str, int]:
    try:
        departments = frozenset(await desk.directory_store.rows("department"))
    except StoreAway as error:
        raise unavailable("MongoDB does not answer") from error
    made: dict[str, dict[str, Any] | None] = {}
    for row_id, row in rows.items():
        try:
            made[row_id] = msgspec.to_builtins(checked(kind, row_id, row, departments))
        except BadRow as error:
            raise Problem(422, "bad_row", str(error), row=error.row_id, field=error.field) from error
    return await _change(kind, made, desk)


async def _change(kind: str, rows: dict[str, dict[str, Any] | None], desk: Desk) -> dict[str, int]:
    try:
        versions = await desk.directory_store.change(kind, rows)
        await desk.directory_store.publish()
    except StoreAway as error:
        raise unavailable("MongoDB does not answer; ask whether the change is there, or send it again") from error
    except BrokerAway as error:
        raise unavailable("stored; it will be published once Kafka is back") from error
    return versions
