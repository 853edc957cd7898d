"""What routing's endpoints need, as one dependency."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import Depends, Request, Response

from services.contracts.followups import FollowUpCommand
from services.runtime.directory import Directory

from ..domain.rules import Rules
from ..ports import CaseReader, DirectoryRows

Tell = Callable[[Sequence[FollowUpCommand], str], Awaitable[None]]
"""Puts commands on `followups`; the second is their cause. BrokerAway."""


class Desk:
    """Made once by `__main__`; `read_upto` is the time up to which all commands on the log have been judged."""

    def __init__(
        self,
        *,
        cases: CaseReader,
        partitions: int,
        directory: Directory,
        directory_store: DirectoryRows,
        rules: Callable[[], Rules],
        tell: Tell,
        zone: ZoneInfo,
        read_upto: Callable[[], datetime | None],
    ) -> None:
        self.cases = cases
        self.partitions = partitions
        self.directory = directory
        self.directory_store = directory_store
        self._rules = rules
        self.tell = tell
        self.zone = zone
        self.read_upto = read_upto

    @property
    def rules(self) -> Rules:
        """The directory as it is now."""
        return self._rules()


async def _desk(request: Request) -> Desk:
    found: Desk = request.app.state.desk
    return found


AtDesk = Annotated[Desk, Depends(_desk)]


def answer(body: Any, status: int = 200, **headers: str) -> Response:
    """JSON; header names with underscores for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(msgspec.json.encode(body), status_code=status, headers=named, media_type="application/json")
