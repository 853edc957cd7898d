"""Reference data in memory: the directory's topic read to its end before the first batch, then followed.

Groupless: every process reads all of it. A version that is already there is dropped; a gap is read again.
"""

import asyncio
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.contracts import topics
from services.contracts.codec import Undecodable, decode
from services.contracts.directory import ROW_TYPES, DirectoryChanged, Row

from . import clients
from .health import Health
from .logs import get_logger

PARTITION = TopicPartition(topics.DIRECTORY.name, 0)


class DirectorySnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The directory at one version; kind → id → row. Immutable: a batch keeps the one it began with. `removed` has the
    rows that are no more as they were last: what happened under them keeps their names."""

    version: int = 0
    rows: Mapping[str, Mapping[str, Row]] = MappingProxyType({})
    removed: Mapping[str, Mapping[str, Row]] = MappingProxyType({})

    def get(self, kind: str, row_id: str) -> Row | None:
        """The row, None where there is none."""
        return self.rows.get(kind, {}).get(row_id)

    def last(self, kind: str, row_id: str) -> Row | None:
        """The row, or as it was before it was removed; None where there never was one."""
        return self.get(kind, row_id) or self.removed.get(kind, {}).get(row_id)


class Draft:
    """The directory while it is read. Rows that a snapshot has are copied before they change, and once for all the
    changes until the next snapshot: to read n rows copies none, not n times n/2."""

    def __init__(self) -> None:
        self.version = 0
        self.rows: dict[str, dict[str, Row]] = {}
        self._removed: dict[str, dict[str, Row]] = {}
        self._given: set[str] = set()
        self._snapshot = DirectorySnapshot()

    def take(self, change: DirectoryChanged) -> None:
        """This directory after `change`; msgspec.ValidationError where the row is not of its kind."""
        row = None if change.row is None else msgspec.convert(change.row, ROW_TYPES[change.kind])
        rows = self.rows.setdefault(change.kind, {})
        if change.kind in self._given:
            rows = self.rows[change.kind] = dict(rows)
            self._removed[change.kind] = dict(self._removed.get(change.kind, {}))
            self._given.discard(change.kind)
        if row is None:
            self._take_away(change.kind, change.id, rows.pop(change.id, None))
        else:
            rows[change.id] = row
        self.version = change.version

    def _take_away(self, kind: str, row_id: str, row: Row | None) -> None:
        if row is not None and kind != "key":  # what was done with a key names its role, never the key's row
            self._removed.setdefault(kind, {})[row_id] = row

    def snapshot(self) -> DirectorySnapshot:
        """As it is now; the same one where nothing changed."""
        if self._snapshot.version != self.version:
            self._given = set(self.rows)
            self._snapshot = DirectorySnapshot(
                version=self.version,
                rows=MappingProxyType(dict(self.rows)),
                removed=MappingProxyType(dict(self._removed)),
            )
        return self._snapshot


class Directory:
    """Follows the topic. `snapshot` is replaced whole, and empty, of version 0, until the topic was read to its end:
    half of it would let in a key that a later record withdraws."""

    def __init__(self, bootstrap: str, health: Health) -> None:
        self.snapshot = DirectorySnapshot()
        self._draft = Draft()
        self._bootstrap = bootstrap
        self._health = health
        self._ready = asyncio.Event()
        self._changed = asyncio.Condition()
        self._log = get_logger(__name__)

    async def wait_ready(self) -> None:
        """Return once the topic was read to its end."""
        await self._ready.wait()

    async def wait_version(self, version: int) -> None:
        """Return once the directory is at least at `version`."""
        async with self._changed:
            await self._changed.wait_for(lambda: self.snapshot.version >= version)

    async def run(self) -> None:
        """Read and follow until cancelled; a broker that is away is waited for."""
        self._health.wait_for("directory", "the directory's topic")
        while True:
            consumer = AIOKafkaConsumer(
                bootstrap_servers=self._bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
            )
            try:
                await consumer.start()
                await self._follow(consumer)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # whatever the client raises: read again from the start, nothing is lost
                self._health.failed(error)
                await asyncio.sleep(1)
            finally:
                await clients.stop(consumer)

    async def _follow(self, consumer: Any) -> None:
        while PARTITION.topic not in await consumer.topics():  # noqa: ASYNC110  # Kafka has no event for it
            await asyncio.sleep(0.5)
        consumer.assign([PARTITION])
        await consumer.seek_to_beginning(PARTITION)
        end = (await consumer.end_offsets([PARTITION]))[PARTITION]
        while True:
            got = await consumer.getmany(timeout_ms=200)
            for record in got.get(PARTITION, ()):
                self._take(record)
            if not self._ready.is_set() and await consumer.position(PARTITION) < end:
                continue
            if self.snapshot is not (read := self._draft.snapshot()):
                self.snapshot = read
                async with self._changed:
                    self._changed.notify_all()
            if not self._ready.is_set():
                self._ready.set()
                self._health.wait_for("directory", None)

    def _take(self, record: Any) -> None:
        try:
            change = decode(record.value, record.headers).data
            if not isinstance(change, DirectoryChanged):
                raise Undecodable("unknown_type", "not a directory change")
            if change.version <= self._draft.version:
                return
            if change.version != self._draft.version + 1:
                raise RuntimeError(f"directory version {change.version} follows {self._draft.version}")
            self._draft.take(change)
        except (Undecodable, msgspec.ValidationError) as error:
            # only routing writes here, checked whole before; a foreign record must not stop reference data
            self._log.error("not a directory record", offset=record.offset, error=str(error))
