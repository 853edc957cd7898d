"""What a service gives to the worker: how to load for a batch, how to fold it, what to write."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeVar, cast

import msgspec

from services.contracts.codec import Event, Headers

T = TypeVar("T")

MAX_RECORD_BYTES = 1_000_000
"""The broker's default limit is 1,048,588 with overhead; ours is checked before anything is committed."""


class OversizeRecord(ValueError):
    """What would be published is larger than a record may be: the cause becomes a dead letter."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """A record to publish, byte for byte; OversizeRecord where it could not be."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: Headers

    def __post_init__(self) -> None:
        if self.size > MAX_RECORD_BYTES:
            raise OversizeRecord(f"{self.size} bytes for {self.topic}; at most {MAX_RECORD_BYTES}")

    @property
    def size(self) -> int:
        """Bytes of key, value and headers."""
        return len(self.key) + len(self.value or b"") + sum(len(k) + len(v) for k, v in self.headers)


class Incoming(msgspec.Struct, frozen=True, kw_only=True):
    """A record that was read. `event` is None for a tombstone; `timestamp` is the append time, UTC.

    `replayed`: it had been set aside, and is applied after others that followed it; the time is that of the request.
    """

    topic: str
    partition: int
    offset: int
    timestamp: datetime
    key: str
    event: Event | None
    replayed: bool = False


class Fold(Protocol):
    """One partition's batch in memory: pure after it is loaded."""

    @property
    def next_seq(self) -> int:
        """Of the next fact it would write."""

    @property
    def directory_version(self) -> int:
        """The directory it decides by."""

    @property
    def documents(self) -> int:
        """Changed so far: a batch that changes many is cut in time."""

    def left(self, loaded: Any) -> Any:
        """What is loaded for the next batch, before this one was committed or after, as this one leaves it."""

    def apply(self, record: Incoming) -> Sequence[Outgoing]:
        """Take one record. Raising makes that record a dead letter and must leave the fold as it was."""

    def writes(self) -> Mapping[str, Sequence[Any]]:
        """Collection → pymongo write operations, each document once."""


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """One partition's next records, in their order, and where its owner stands; `number` is the batch's own, `before`
    the fold of the one before, as long as that may not be committed yet."""

    partition: int
    number: int
    records: Sequence[Incoming]
    next_seq: int
    before: Fold | None = None

    def as_left(self, loaded: T) -> T:
        """What was loaded for this batch, as the one before leaves it."""
        return loaded if self.before is None else cast(T, self.before.left(loaded))


class Reader(Protocol):
    """A service's use of the worker."""

    async def load(self, batches: Sequence[Batch]) -> Mapping[int, Fold]:
        """Read what these batches need, in few queries; I/O errors are retried by the worker."""
