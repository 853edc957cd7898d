"""What routing needs of the outside."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from services.contracts.cases import CaseFact

from .domain.state import CaseState


class CommandKey(msgspec.Struct, frozen=True):
    """Under what a command is known: submissions have a namespace of their own."""

    case_id: str
    sender: str
    action_id: str
    submission: bool


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What a batch needs to know: its cases, and the digests already judged under each command's key."""

    cases: Mapping[str, CaseState]
    judged: Mapping[CommandKey, frozenset[str]]


class CaseStore(Protocol):
    """Cases and their timelines."""

    async def load(self, keys: Sequence[CommandKey]) -> Loaded:
        """In two queries, whatever the number."""

    def writes(self, partition: int, cases: Mapping[str, CaseState], facts: Sequence["Judged"]) -> Mapping[str, Any]:
        """Collection → operations, each document once."""


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A fact with the key and digest of the command it answers, None for routing's own moves."""

    fact: CaseFact
    key: CommandKey
    digest: str
