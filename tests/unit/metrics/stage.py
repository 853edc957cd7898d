"""The metrics app on fakes, and a client with a dashboard's key."""

from collections.abc import Sequence
from datetime import UTC, datetime
from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import httpx

from services.contracts.cases import CaseFact
from services.contracts.directory import Assessment, Department, Key
from services.metrics import api
from services.metrics.adapters.names import DirectoryNames
from services.metrics.api.desk import Desk
from services.metrics.explaining import Receipt
from services.metrics.published import Published
from services.metrics.recounts import Recounts
from services.runtime import dead_api
from services.runtime.directory import Directory, DirectorySnapshot
from services.runtime.health import Health
from services.runtime.keys import key_id
from services.runtime.sessions import Sessions
from services.runtime.web import build_app

from .cases import before_the_merge
from .memory import HandBell, MemoryAlerts, MemoryCells, MemoryEvidence, MemorySessions, counted
from .test_worked_example import SHANGHAI

NOW = datetime(2026, 4, 11, 1, 30, tzinfo=UTC)


CITY = Assessment(
    name="市级考核", month_begins_on=25, year_begins_in=11, score={"handled": 3, "satisfied": 1, "no_such": 1}
)


class Stage:
    """The app on fakes, and a client with a dashboard's key."""

    def __init__(self) -> None:
        self.cells = MemoryCells(before_the_merge().facts)
        self.evidence = MemoryEvidence(self.cells.facts)
        self.disagreed: list[Receipt] = []
        self.alerts = MemoryAlerts()
        self.sessions = MemorySessions()
        self.bell = HandBell()
        self.mark = counted(NOW)
        self.evident: datetime | None = NOW
        self.health = Health("metrics", "metrics-1")
        rows: dict[str, Any] = {
            "key": {key_id("look"): Key(role="dashboard"), key_id("dep"): Key(role="department", subject="b")},
            "department": {"b": Department(name="环卫所", name_en="Sanitation")},
            "assessment": {"city": CITY, "empty": Assessment(name="空")},
        }
        self.directory = SimpleNamespace(snapshot=DirectorySnapshot(version=1, rows=MappingProxyType(rows)))
        names = DirectoryNames(cast(Directory, self.directory))
        self.desk = Desk(
            cells=self.cells,
            shared=self.cells,
            evidence=self.evidence,
            recounts=Recounts(self.evidence),
            published=Published(),
            disagreed=self.disagreed.append,
            names=names,
            turns=names.turns,
            weights=names.weights,
            rules=names.alerts,
            alerts=self.alerts,
            bell=self.bell,
            zone=SHANGHAI,
            clock=lambda: NOW,
            counted=lambda: self.mark,
            evident=lambda: self.evident,
        )
        self.app = build_app(
            "metrics",
            title="metrics",
            routers=[*api.routers, dead_api.router],
            troubles=api.TROUBLES,
            health=self.health,
            directory=cast(Directory, self.directory),
            resources={"desk": self.desk, "dead": None, "sessions": Sessions(self.sessions), "public": True},
        )
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.app, raise_app_exceptions=False), base_url="http://metrics"
        )

    def hold(self, facts: Sequence[CaseFact]) -> None:
        """Of these facts alone."""
        self.cells.facts = list(facts)
        self.evidence.take(facts)

    async def get(self, path: str, key: str | None = "look", **parameters: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return await self.client.get(path, params=parameters, headers=headers)
