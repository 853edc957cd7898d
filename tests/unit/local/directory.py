"""Routing's directory as this side sees it: its own checks, without a server."""

from typing import Any

import msgspec

from deploy.local.calls import Refused
from deploy.local.directory.rows import Rows
from services.contracts.directory import ROW_TYPES
from services.routing.domain.directory.change import judged
from services.routing.domain.directory.flaw import BadDirectory


class Directory:
    """Kind → id → row; `sent` are path and body of each change."""

    def __init__(self, **rows: Rows) -> None:
        self.rows: dict[str, Rows] = rows
        self.sent: list[tuple[str, Any]] = []

    def json(self, method: str, path: str, **more: Any) -> Any:
        if method == "GET":
            rows = self.rows.get(path.rpartition("/")[2], {})
            return {"rows": {row_id: {"row": row, "version": 1} for row_id, row in rows.items()}}
        body = msgspec.json.decode(msgspec.json.encode(more["json"]))
        try:
            changes = judged(self._typed(), body)
        except BadDirectory as error:
            told = {"errors": msgspec.to_builtins(error.flaws)}
            raise Refused(422, "被拒绝", "refused", told) from error
        self.sent.append((path, body))
        if "dry_run" not in path:
            for change in changes:
                self.rows.setdefault(change.kind, {}).pop(change.id, None)
                if change.row is not None:
                    self.rows[change.kind][change.id] = change.row
        return {}

    def _typed(self) -> dict[str, Any]:
        return {
            kind: {
                row_id: msgspec.convert(
                    {name: value for name, value in row.items() if name in ROW_TYPES[kind].__struct_fields__},
                    ROW_TYPES[kind],
                )
                for row_id, row in rows.items()
            }
            for kind, rows in self.rows.items()
        }
