"""Routing's directory as this side sees it, and what metrics says of its alert rules: their own checks, no servers."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from deploy.local.calls import Refused
from deploy.local.directory.rows import Rows
from services.contracts.directory import ROW_TYPES
from services.metrics.alert_rules import planned
from services.routing.domain.directory.change import judged
from services.routing.domain.directory.flaw import BadDirectory


class Directory:
    """Kind → id → row; `sent` are path and body of each change."""

    def __init__(self, **rows: Rows) -> None:
        self.rows: dict[str, Rows] = rows
        self.sent: list[tuple[str, Any]] = []
        self.version = 1
        self.asked: list[str] = []

    def json(self, method: str, path: str, **more: Any) -> Any:
        if path == "/healthz":
            self.asked.append(path)
            # metrics reads it a moment later than routing
            return {"directory": self.version - (self.asked.count(path) == 1)}
        if path == "/v1/alerts":
            self.asked.append(path)
            now = datetime(2026, 3, 1, tzinfo=UTC)
            _, broken = planned(self._typed().get("alert", {}), {}, ZoneInfo("Asia/Shanghai"), now)
            return {"broken": msgspec.to_builtins(broken)}
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
        versions: dict[str, dict[str, int]] = {}
        if "dry_run" not in path:
            for change in changes:
                self.version += 1
                versions.setdefault(change.kind, {})[change.id] = self.version
                self.rows.setdefault(change.kind, {}).pop(change.id, None)
                if change.row is not None:
                    self.rows[change.kind][change.id] = change.row
        return {"versions": versions}

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
