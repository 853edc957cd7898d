"""What intake's endpoints need, and how outcomes become answers."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

import msgspec
from fastapi import Depends, Request, Response

from services.contracts.actions import ActionRequested
from services.contracts.directory import Channel
from services.runtime.directory import Directory
from services.runtime.instruments import Refusals
from services.runtime.problems import Problem, unavailable

from ..domain.flaws import Flaw
from ..domain.submission import Reference
from ..handlers import Item, NotStored, Outcome, case_of, store
from ..ports import Publisher
from .answers import ActionAccepted, SubmissionAccepted
from .bodies import NDJSON


class Desk:
    """Made once by `__main__`."""

    def __init__(
        self,
        *,
        publisher: Publisher,
        directory: Directory,
        secret: bytes,
        routing_url: str,
        clock: Callable[[], datetime],
        refusals: Refusals,
        max_requests: int,
        max_bytes: int,
    ) -> None:
        self.publisher = publisher
        self.secret = secret
        self.clock = clock
        self._directory = directory
        self._routing_url = routing_url.rstrip("/")
        self._refusals = refusals
        self._max_requests, self._max_bytes = max_requests, max_bytes
        self._requests = self._bytes = 0

    @property
    def reference(self) -> Reference:
        """The directory as it is now."""
        rows = self._directory.snapshot.rows
        channels = rows.get("channel", {})
        return Reference(
            channels={row_id: row for row_id, row in channels.items() if isinstance(row, Channel)},
            categories=rows.get("category", {}),
            grids=rows.get("grid", {}),
        )

    @asynccontextmanager
    async def room_for(self, size: int) -> AsyncIterator[None]:
        """A place for a request of `size` bytes. Problem 429 where there is none."""
        if self._requests >= self._max_requests or self._bytes + size > self._max_bytes:
            self._refusals.count("overload")
            raise Problem(429, "overload", "too much at once; try again", headers={"Retry-After": "1"})
        self._requests, self._bytes = self._requests + 1, self._bytes + size
        try:
            yield
        finally:
            self._requests, self._bytes = self._requests - 1, self._bytes - size

    async def one(self, item: Item) -> Response:
        """202, or the problem."""
        (outcome,) = await store([item], self.publisher, self.clock())
        if isinstance(outcome, Flaw | NotStored):
            raise self.problem(outcome)
        return Response(msgspec.json.encode(self._accepted(outcome)), 202, media_type="application/json")

    async def many(self, items: Sequence[Item | Flaw]) -> Response:
        """200 with a line for each."""
        outcomes = await store(items, self.publisher, self.clock())
        lines = [self._line(number, outcome) for number, outcome in enumerate(outcomes, 1)]
        return Response(b"".join(msgspec.json.encode(line) + b"\n" for line in lines), media_type=NDJSON)

    def problem(self, why: Flaw | NotStored, line: int | None = None) -> Problem:
        """What a flaw is over HTTP."""
        if isinstance(why, NotStored):
            problem = unavailable("Kafka is away; this is not surely stored: send it again, a repeat has no effect")
        else:
            problem = Problem(why.status, why.code, str(why), field=why.field)
        self._refusals.count(problem.code)
        if line is not None:
            problem.members["line"] = line
        return problem

    def _line(self, number: int, outcome: Outcome) -> dict[str, Any]:
        if isinstance(outcome, Flaw | NotStored):
            problem = self.problem(outcome, number)
            return {"line": number, "status": problem.status, "problem": problem.body()}
        accepted: dict[str, Any] = msgspec.to_builtins(self._accepted(outcome))
        return {"line": number, "status": 202} | accepted

    def _accepted(self, item: Item) -> SubmissionAccepted | ActionAccepted:
        case = f"{self._routing_url}/v1/cases/{case_of(item)}"
        if isinstance(item, ActionRequested):
            outcome_url = f"{case}/actions/{quote(item.action_id, safe='')}"
            return ActionAccepted(case_id=item.case_id, action_id=item.action_id, outcome_url=outcome_url)
        return SubmissionAccepted(case_id=case_of(item), status_url=case, hints=item.hints)


async def _desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


AtDesk = Annotated[Desk, Depends(_desk)]
