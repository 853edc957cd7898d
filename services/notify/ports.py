"""What notify needs of the outside."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from services.contracts.actors import Actor
from services.contracts.assignments import AssignmentNotice
from services.contracts.submissions import ContactGiven

from .domain.contact import Contacts
from .domain.told import Told


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A notice at its place in the feed: `seq` numbers the partition's notices in the order in which they were made, so
    that one made late, of a dead letter, comes after all that were given out."""

    notice: AssignmentNotice
    partition: int
    seq: int


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch needs to know, by case."""

    cases: Mapping[str, Told]
    contacts: Mapping[str, Contacts]


class NotifyStore(Protocol):
    """Cases, contacts and feeds."""

    async def load(self, case_ids: Sequence[str]) -> Loaded:
        """In two queries, whatever the number."""

    def writes(
        self, partition: int, cases: Mapping[str, Told], contacts: Mapping[str, Contacts], kept: Sequence[Kept]
    ) -> Mapping[str, Sequence[Any]]:
        """Collection → operations, each document once."""


class DepartmentTopics(Protocol):
    """Topics of departments."""

    async def ensure(self, departments: set[str]) -> None:
        """Make those that are missing, before the first record goes there."""


class Shelf(Protocol):
    """What the API needs of the store. Problem 503 where it is away."""

    async def case(self, case_id: str) -> Told | None:
        """The case as notify keeps it."""

    async def contact(self, case_id: str) -> ContactGiven | None:
        """The accepted contact."""

    async def record_look(self, case_id: str, caller: Actor) -> None:
        """Before the answer: a look that is not recorded is not given."""

    async def mark_erased(self, case_id: str) -> None:
        """Show the contact to nobody from now on."""

    async def feed(
        self, department: str, after: Mapping[int, int], limit: int
    ) -> tuple[list[AssignmentNotice], dict[int, int]]:
        """What comes after each partition's number, and the numbers reached."""
