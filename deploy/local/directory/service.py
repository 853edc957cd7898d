"""The directory over HTTP: what stands, and a change of several kinds at once."""

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from ..calls import Refused
from .files import Files, Flaw, wrong
from .rows import Difference, Rows, known


class Calls(Protocol):
    """What of a caller is used here."""

    def json(self, method: str, path: str, **more: Any) -> Any:
        """The body of a 2xx answer. Refused."""


def standing(routing: Calls, kinds: Iterable[str]) -> dict[str, Rows]:
    """Kind → id → row, all fields filled in."""
    found: dict[str, Rows] = {}
    for kind in kinds:
        rows = routing.json("GET", f"/v1/directory/{kind}")["rows"]
        found[kind] = {row_id: known(kind, row["row"]) for row_id, row in rows.items()}
    return found


def send(routing: Calls, changes: Sequence[Difference], files: Files | None = None, *, dry_run: bool = False) -> int:
    """All of it or nothing; with `dry_run` it is only judged. The directory's version that has all of it, 0 where it is
    only judged. LocalError with the file and line of every flaw."""
    body: dict[str, Rows] = {}
    for change in changes:
        body.setdefault(change.kind, {})[change.id] = change.after
    path = "/v1/directory?dry_run=true" if dry_run else "/v1/directory"
    try:
        told = routing.json("PUT", path, json=body)
    except Refused as refused:
        if not (errors := refused.told.get("errors")) or refused.status != 422:
            raise
        raise wrong([_flaw(one, files) for one in errors], refused.told.get("more") or 0) from refused
    return max((version for rows in told["versions"].values() for version in rows.values()), default=0)


def _flaw(told: dict[str, str], files: Files | None) -> Flaw:
    kind, row_id, field = told["kind"], told["id"], told["field"]
    place = files.place(kind, row_id, field) if files else ""
    return Flaw(place=place, what=f"{kind}/{row_id} {field}", detail=told["detail"])
