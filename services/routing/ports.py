"""What routing needs of the outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, Self

import msgspec

from services.contracts.cases import CaseFact
from services.contracts.directory import History

from .domain.cursor import Cursor, Waiting
from .domain.directory.change import RowChange
from .domain.state import CaseState


class CommandKey(msgspec.Struct, frozen=True):
    """Under what a command is known: submissions have a namespace of their own."""

    case_id: str
    sender: str
    action_id: str
    submission: bool

    @classmethod
    def answered(cls, fact: CaseFact) -> Self:
        """Of the command that `fact` answers, or of routing's own move."""
        return cls(fact.case_id, fact.actor.sender, fact.action_id, fact.action == "submit")


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch needs to know: its cases, and the digests already judged under each command's key."""

    cases: Mapping[str, CaseState]
    judged: Mapping[CommandKey, frozenset[str]]


class CaseStore(Protocol):
    """Cases and their timelines."""

    async def load(self, keys: Sequence[CommandKey]) -> Loaded:
        """In two queries, whatever the number."""

    def line(self, fact: CaseFact) -> Mapping[str, Any]:
        """The timeline's document. OverflowError and the like where it cannot be stored."""

    def writes(
        self,
        partition: int,
        cases: Mapping[str, CaseState],
        newest: Mapping[str, CaseFact],
        lines: Sequence[Mapping[str, Any]],
    ) -> Mapping[str, Any]:
        """Collection → operations, each document once; `newest` is the last fact that changed each case."""


class MarkedCases(Protocol):
    """What the timekeeper reads of cases. StoreAway."""

    async def marked(
        self,
        partitions: Sequence[int],
        now: datetime,
        histories: Mapping[str, History],
        *,
        limit: int,
    ) -> list[CaseState]:
        """Up to `limit` cases of these partitions that have come to a mark by `now`, the longest past first; of a
        source's past only what `histories` says is told whole."""


class OpenCases(Protocol):
    """Open cases by who has work in them. StoreAway."""

    async def doing(self, partitions: Sequence[int], departments: Collection[str], limit: int) -> list[str]:
        """Up to `limit` case ids in which one of these departments has work to do."""


class StoreAway(Exception):
    """The store does not answer; what was asked may or may not have happened."""


class DirectoryMoved(Exception):
    """Somebody else changed the directory meanwhile; it is at `version` now."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the directory is at version {version} now")
        self.version = version


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases, each with when it last changed, and where the next page begins."""

    cases: list[tuple[CaseState, datetime]]
    cursor: Cursor
    more: bool


Holder = Literal["department", "channel"]
"""Whose row may not go while cases are open with it."""


class Timeline(msgspec.Struct, frozen=True, kw_only=True):
    """A case's facts in the order in which they count; `left_out` counts the older refusals that are not among them."""

    facts: list[CaseFact]
    left_out: int = 0


class CaseReader(Protocol):
    """What the API reads of cases. Problem 503 where the store is away."""

    async def one(self, case_id: str) -> tuple[CaseState, datetime] | None:
        """The case and when it last changed."""

    async def timeline(self, case_id: str) -> Timeline:
        """What became of it."""

    async def outcome(self, case_id: str, sender: str, action_id: str) -> CaseFact | None:
        """What became of an action."""

    async def set_aside(self, case_id: str, sender: str, action_id: str) -> str | None:
        """The id of the action's dead letter, where it is one."""

    async def page(self, only: Mapping[str, Any], cursor: Cursor, limit: int) -> Listed:
        """Up to `limit` cases after `cursor`."""

    async def queue(self, after: Waiting | None, limit: int) -> list[tuple[CaseState, datetime]]:
        """Up to `limit` of what waits for a dispatcher, the longest waiting first."""

    async def open_with(self, kind: Holder, row_id: str, limit: int) -> int:
        """How many open cases a department has work in, or a channel brought in; counted up to `limit`."""


class DirectoryRows(Protocol):
    """The directory's store. StoreAway."""

    async def rows(self, kind: str) -> dict[str, dict[str, Any]]:
        """Id → row and version, of a kind."""

    async def row(self, kind: str, row_id: str) -> dict[str, Any] | None:
        """One row with its version."""

    async def change(self, changes: Sequence[RowChange], at: int) -> list[int]:
        """All or none; the version of each, an unchanged one's as it is. DirectoryMoved where the directory is not at
        version `at`, for which they were judged."""

    async def publish(self) -> None:
        """What is stored and not yet on the log. BrokerAway."""
