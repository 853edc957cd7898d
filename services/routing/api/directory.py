"""The directory: read by who decides, changed by the admin, checked whole before it is published."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from services.contracts.actors import Actor
from services.contracts.directory import DirectoryKind
from services.runtime.keys import Caller
from services.runtime.openapi import answer as documented
from services.runtime.problems import Problem, unavailable

from ..ports import StoreAway
from .answers import DirectoryRow, DirectoryRows, KindsSet, RowKept, RowSet, RowsSet
from .desk import AtDesk, answer
from .directory_change import body, by_kind, make

router = APIRouter(tags=["directory"])
_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"description": "this key may not"},
    404: {"description": "no such row"},
    422: {"description": "a directory that cannot be; `errors` has kind, id, field and text of each flaw"},
    503: {"description": "Kafka or MongoDB does not answer"},
}
_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}}}
DryRun = Annotated[bool, Query(description="judge only, change nothing")]


@router.get("/v1/directory/{kind}", responses=_ERRORS | documented(DirectoryRows, "the rows"))
async def list_directory_rows(kind: DirectoryKind, caller: Caller, desk: AtDesk) -> Response:
    """All rows of a kind, each with the version that set it."""
    _may_read(kind, caller)
    try:
        rows = await desk.directory_store.rows(kind)
    except StoreAway as error:
        raise unavailable("MongoDB does not answer") from error
    return answer(DirectoryRows(kind=kind, rows={name: RowKept(**row) for name, row in rows.items()}))


@router.get("/v1/directory/{kind}/{row_id}", responses=_ERRORS | documented(DirectoryRow, "the row"))
async def get_directory_row(kind: DirectoryKind, row_id: str, caller: Caller, desk: AtDesk) -> Response:
    """One row."""
    _may_read(kind, caller)
    return answer(DirectoryRow(kind=kind, id=row_id, **await _there(kind, row_id, desk)))


@router.put("/v1/directory", responses=_ERRORS | documented(KindsSet, "set"), openapi_extra=_BODY)
async def set_directory(request: Request, _: Caller, desk: AtDesk, dry_run: DryRun = False) -> Response:
    """Set rows of several kinds at once: an object of kind → id → row, null to remove. All or none."""
    return answer(KindsSet(versions=await make(by_kind(await body(request)), desk, dry_run=dry_run)))


@router.put("/v1/directory/{kind}", responses=_ERRORS | documented(RowsSet, "set"), openapi_extra=_BODY)
async def set_directory_rows(kind: DirectoryKind, request: Request, _: Caller, desk: AtDesk) -> Response:
    """Set many rows at once: an object of id → row, null to remove. All or none."""
    versions = await make({kind: await body(request)}, desk)
    return answer(RowsSet(kind=kind, versions=versions.get(kind, {})))


@router.put("/v1/directory/{kind}/{row_id}", responses=_ERRORS | documented(RowSet, "set"), openapi_extra=_BODY)
async def set_directory_row(kind: DirectoryKind, row_id: str, request: Request, _: Caller, desk: AtDesk) -> Response:
    """Set one row. Unchanged, it keeps its version."""
    versions = await make({kind: {row_id: await body(request)}}, desk)
    return answer(RowSet(kind=kind, id=row_id, version=versions[kind][row_id]))


@router.delete("/v1/directory/{kind}/{row_id}", responses=_ERRORS | documented(RowSet, "removed"))
async def remove_directory_row(kind: DirectoryKind, row_id: str, _: Caller, desk: AtDesk) -> Response:
    """Remove a row; whatever names it must name another first, or go with it."""
    await _there(kind, row_id, desk)
    versions = await make({kind: {row_id: None}}, desk)
    return answer(RowSet(kind=kind, id=row_id, version=versions[kind][row_id]))


async def _there(kind: str, row_id: str, desk: AtDesk) -> dict[str, Any]:
    try:
        row = await desk.directory_store.row(kind, row_id)
    except StoreAway as error:
        raise unavailable("MongoDB does not answer") from error
    if row is None:
        raise Problem(404, "no_such_row", f"no {kind} {row_id}")
    return row


NAMED_BY_ALL = frozenset(("category", "department", "channel", "grid", "community", "street", "calendar"))
"""Kinds whose rows sources and departments must name."""


def _may_read(kind: str, caller: Actor) -> None:
    if kind == "key" and caller.role != "admin":
        raise Problem(403, "wrong_role", "keys are for admin")
    if caller.role in ("source", "department") and kind not in NAMED_BY_ALL:
        allowed = sorted(NAMED_BY_ALL)
        raise Problem(403, "wrong_role", f"{caller.sender} reads {', '.join(allowed)}", allowed=allowed)
