"""What notify needs of the outside."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from services.contracts.assignments import AssignmentNotice

from .domain.contact import Contacts
from .domain.notice import Told


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A notice at its place in the feed: its fact's partition and sequence number, and which of that fact's it is."""

    notice: AssignmentNotice
    partition: int
    seq: int
    index: int


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
