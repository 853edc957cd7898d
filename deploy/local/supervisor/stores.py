"""Whether Kafka and MongoDB take work, and since when: only that time is held against a service."""

import asyncio
from collections.abc import Awaitable, Callable

from .. import ports, probes
from . import plan
from .record import Wanted
from .watch import Seen

Looks = dict[str, Callable[[], Awaitable[Seen]]]
PAUSED_SECONDS = 5.0


class Stores:
    """Both, ours or the user's own. `looks` replaces how they are looked at, in tests."""

    def __init__(self, wanted: Wanted, looks: Looks | None) -> None:
        self._wanted = wanted
        self._mongo = probes.MongoProbe(
            wanted.mongodb if wanted.mongodb is not None else wanted.port_base + ports.MONGOD
        )
        self.looks: Looks = looks or {"kafka": self._look_at_kafka, "mongod": self._look_at_mongod}
        self._serves = dict.fromkeys(self.looks, False)
        self._since: float | None = None
        self._asked_at = 0.0

    async def look(self, name: str) -> Seen:
        """Once, at `kafka` or `mongod`."""
        seen = await self.looks[name]()
        self._serves[name] = seen.ready
        return seen

    @property
    def serve(self) -> bool:
        """Both take work."""
        return all(self._serves.values())

    @property
    def waited_for(self) -> str:
        """Those that do not."""
        return ", ".join(name for name, serves in self._serves.items() if not serves)

    def since(self, now: float) -> float | None:
        """From when on both took work without a break, None while they do not; to be asked all the time."""
        if not self.serve or now - self._asked_at > PAUSED_SECONDS:
            # the second: we ourselves were paused, so that nothing seen before can be held against anybody
            self._since = None
        elif self._since is None:
            self._since = now
        self._asked_at = now
        return self._since

    async def _look_at_kafka(self) -> Seen:
        serves = await asyncio.to_thread(probes.kafka_serves, plan.kafka_bootstrap(self._wanted))
        return Seen(answered=serves, ready=serves, status="ok" if serves else "")

    async def _look_at_mongod(self) -> Seen:
        ready = await asyncio.to_thread(self._mongo.ready)
        answers = ready or await asyncio.to_thread(self._mongo.answers)
        return Seen(answered=answers, ready=ready, status="ok" if ready else "waiting" if answers else "")

    def close(self) -> None:
        """Let go of the connection."""
        self._mongo.close()
