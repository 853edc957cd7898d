"""What intake needs of the outside."""

from collections.abc import Sequence
from typing import Protocol

from services.runtime.batches import Outgoing


class Publisher(Protocol):
    """The log."""

    def partition_for(self, topic: str, key: bytes) -> int:
        """Where a key goes."""

    async def send(self, records: Sequence[Outgoing]) -> list[Exception | None]:
        """Each record's outcome: None once acknowledged by all replicas."""
