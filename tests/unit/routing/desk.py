"""Routing's app on fakes: cases as they were judged, a directory in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import httpx
import msgspec

from services.contracts.cases import CaseFact
from services.contracts.directory import Department, DirectoryChanged, DirectoryKind, Key
from services.contracts.followups import FollowUpCommand
from services.routing import api
from services.routing.adapters.current_rules import CurrentRules
from services.routing.api.desk import Desk
from services.routing.domain.applied import doing
from services.routing.domain.case import Command
from services.routing.domain.cursor import Cursor, Waiting
from services.routing.domain.directory.change import RowChange
from services.routing.domain.moves import ANY_OPEN
from services.routing.domain.state import CaseState
from services.routing.ports import DirectoryMoved, Holder, Listed, StoreAway, Timeline
from services.runtime import dead_api
from services.runtime.directory import Directory, Draft
from services.runtime.health import Health
from services.runtime.keys import key_id
from services.runtime.producer import BrokerAway
from services.runtime.web import build_app
from tests.unit.routing.street import RULES, T0, ask, judged, of_a_stranger, submission

KEYS = {
    "grid": Key(role="source", subject="grid"),
    "hotline": Key(role="source", subject="hotline"),
    "housing": Key(role="department", subject="housing"),
    "roads": Key(role="department", subject="roads"),
    "parks": Key(role="department", subject="parks"),
    **{role: Key(role=role) for role in ("dispatcher", "supervisor", "followup", "dashboard", "admin")},
}
TOLD: list[Command] = [
    submission("1", category="leak", contact_digest="secret-digest"),
    ask("dispatch", "dispatcher", department="roads"),
    ask("close", "source", action_id="too-early"),
    ask("sign", "department", number="9"),
    submission("2"),
]


class Cases:
    """What was judged, as the reader gives it."""

    def __init__(self, commands: list[Command]) -> None:
        self.store = judged(commands)
        self.dead: set[str] = set()
        self.asked: list[tuple[Mapping[str, Any], Cursor, int]] = []

    async def one(self, case_id: str) -> tuple[CaseState, datetime] | None:
        case = self.store.loaded_case(case_id)
        return (case, T0) if case else None

    async def timeline(self, case_id: str) -> Timeline:
        return Timeline(facts=[fact for fact in self._facts_of(case_id) if not of_a_stranger(fact)])

    def _facts_of(self, case_id: str) -> list[CaseFact]:
        return [fact for fact in self.store.facts if fact.case_id == case_id]

    async def outcome(self, case_id: str, sender: str, action_id: str) -> CaseFact | None:
        for fact in self._facts_of(case_id):
            if (fact.actor.sender, fact.action_id) == (sender, action_id) and fact.action != "submit":
                return fact
        return None

    async def set_aside(self, case_id: str, sender: str, action_id: str) -> str | None:
        return "tickets:3:7" if f"{case_id}/{sender}/{action_id}" in self.dead else None

    async def page(self, only: Mapping[str, Any], cursor: Cursor, limit: int) -> Listed:
        self.asked.append((only, cursor, limit))
        return Listed(cases=await self.queue(None, limit), cursor={**cursor, 1: 99}, more=False)

    async def queue(self, after: Waiting | None, limit: int) -> list[tuple[CaseState, datetime]]:
        found = [case for name in self.store.cases if (case := self.store.loaded_case(name))]
        placed = sorted(((case.summary.received_at, case.case_id), case) for case in found)
        start = (after.received_at, after.case_id) if after else None
        return [(case, T0) for place, case in placed if start is None or place > start][:limit]

    async def open_with(self, kind: Holder, row_id: str, limit: int) -> int:
        found = [case for case, _ in await self.queue(None, limit) if case.summary.state in ANY_OPEN]
        return sum(row_id in (doing(case) if kind == "department" else (case.summary.dims.channel,)) for case in found)


class Rows:
    """A directory in memory, and how it is read: what is changed is in its `snapshot` once it is published. `away`
    raises at a change, `mute` at its publishing."""

    def __init__(self, rows: Mapping[str, Mapping[str, Any]]) -> None:
        self._draft = Draft()
        self.kept: dict[str, dict[str, dict[str, Any]]] = {}
        self.version = 0
        self.away = self.mute = False
        for kind, found in rows.items():
            for row_id, row in found.items():
                self._set(kind, row_id, msgspec.to_builtins(row))
        self.snapshot = self._draft.snapshot()

    async def rows(self, kind: str) -> dict[str, dict[str, Any]]:
        self._here()
        return self.kept.get(kind, {})

    async def row(self, kind: str, row_id: str) -> dict[str, Any] | None:
        self._here()
        return self.kept.get(kind, {}).get(row_id)

    async def change(self, changes: Sequence[RowChange], at: int) -> list[int]:
        self._here()
        if at != self.version:
            raise DirectoryMoved(self.version)
        return [self._set(change.kind, change.id, change.row) for change in changes]

    async def publish(self) -> None:
        if self.mute:
            raise BrokerAway("Kafka is away")
        self.snapshot = self._draft.snapshot()

    async def wait_version(self, version: int) -> None:
        assert self.snapshot.version >= version

    def _set(self, kind: str, row_id: str, row: dict[str, Any] | None) -> int:
        there = self.kept.setdefault(kind, {}).pop(row_id, None)
        if row is not None and there and there["row"] == row:
            self.kept[kind][row_id] = there
            return int(there["version"])
        self.version += 1
        if row is not None:
            self.kept[kind][row_id] = {"row": row, "version": self.version}
        self._draft.take(DirectoryChanged(kind=cast(DirectoryKind, kind), id=row_id, version=self.version, row=row))
        return self.version

    def _here(self) -> None:
        if self.away:
            raise StoreAway("MongoDB does not answer")


class Street:
    """The app with its fakes."""

    def __init__(self) -> None:
        rows: dict[str, Mapping[str, Any]] = {
            "key": {key_id(name): row for name, row in KEYS.items()},
            "department": {**RULES.departments, "parks": Department(name="园林")},
            "category": RULES.categories,
            "channel": RULES.channels,
        }
        self.cases, self.rows, health = Cases(TOLD), Rows(rows), Health("routing", "routing-1")
        self.told: list[FollowUpCommand] = []
        self.mute = False
        self.read_upto: datetime | None = None
        directory = cast(Directory, self.rows)
        desk = Desk(
            cases=self.cases,
            partitions=4,
            directory=directory,
            directory_store=self.rows,
            rules=CurrentRules(directory, ZoneInfo("Asia/Shanghai")),
            tell=self._tell,
            zone=ZoneInfo("Asia/Shanghai"),
            read_upto=lambda: self.read_upto,
        )
        self.app = build_app(
            "routing",
            title="t",
            routers=[*api.routers, dead_api.router],
            health=health,
            directory=directory,
            resources={"desk": desk, "dead": None},
        )

    async def _tell(self, told: Sequence[FollowUpCommand], cause: str) -> None:
        if self.mute:
            raise BrokerAway("Kafka is away")
        assert cause
        self.told += told

    async def call(self, method: str, path: str, key: str, body: Any = None, **headers: str) -> httpx.Response:
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://t") as client:
            content = body if isinstance(body, bytes) else msgspec.json.encode(body) if body is not None else None
            return await client.request(
                method, path, content=content, headers={"Authorization": f"Bearer {key}", **headers}
            )

    async def get(self, path: str, key: str, **headers: str) -> httpx.Response:
        return await self.call("GET", path, key, **headers)
