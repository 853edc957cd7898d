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
from services.contracts.codec import header, normal_headers
from services.contracts.directory import ROW_TYPES, DirectoryChanged, Row
from services.contracts.topics import DIRECTORY_CHANGE

from . import clients
from .away import is_away
from .health import Health
from .lenient import converted
from .logs import get_logger


class BrokenDirectory(Exception):
    """The topic lacks changes: what is known is old, and stays so until somebody acts."""


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


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change as any version may have written it: of a kind, with a row, that this one may not know."""

    kind: str
    id: str
    version: int
    row: dict[str, Any] | None = None


class Draft:
    """The directory while it is read. Rows that a snapshot has are copied before they change, and once for all the
    changes until the next snapshot: to read n rows copies none, not n times n/2."""

    def __init__(self) -> None:
        self.version = 0
        self.rows: dict[str, dict[str, Row]] = {}
        self._removed: dict[str, dict[str, Row]] = {}
        self._given: set[str] = set()
        self._snapshot = DirectorySnapshot()

    def take(self, change: Change | DirectoryChanged) -> str | None:
        """This directory after `change`, whatever it holds; what of it this version does not understand, to be said to
        whoever runs it. A row that is no longer understood stays as it was, but for a key: that one opens nothing."""
        rows = self.rows.setdefault(change.kind, {})
        if change.kind in self._given:
            rows = self.rows[change.kind] = dict(rows)
            self._removed[change.kind] = dict(self._removed.get(change.kind, {}))
            self._given.discard(change.kind)
        self.version = change.version
        if change.row is None:
            self._take_away(change.kind, change.id, rows.pop(change.id, None))
            return None
        if (definition := ROW_TYPES.get(change.kind)) is None:
            return "a kind that this version does not know: left out"
        try:
            rows[change.id], unknown = converted(change.row, definition)
        except msgspec.ValidationError as error:
            if change.kind == "key":
                rows.pop(change.id, None)
            return f"not understood, so it is as it was, or opens nothing where it is a key: {error}"
        return f"fields that this version does not know are left out: {', '.join(unknown)}" if unknown else None

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
            except Exception as error:  # read again from the start, nothing is lost
                self._health.failed(error)
                if not is_away(error):
                    self._health.wait_for("directory", f"a directory that can be followed: {error}")
                await asyncio.sleep(1)
            finally:
                await clients.stop(consumer)

    async def _follow(self, consumer: Any) -> None:
        while PARTITION.topic not in await consumer.topics():  # noqa: ASYNC110  # Kafka has no event for it
            await asyncio.sleep(0.5)
        consumer.assign([PARTITION])
        await consumer.seek_to_beginning(PARTITION)
        end, caught_up = (await consumer.end_offsets([PARTITION]))[PARTITION], False
        while True:
            got = await consumer.getmany(timeout_ms=200)
            for record in got.get(PARTITION, ()):
                self._take(record)
            if not caught_up and await consumer.position(PARTITION) < end:
                continue
            caught_up = True
            if self.snapshot is not (read := self._draft.snapshot()):
                self.snapshot = read
                async with self._changed:
                    self._changed.notify_all()
            self._ready.set()
            self._health.wait_for("directory", None)

    def _take(self, record: Any) -> None:
        change = _change(record)
        if change is None:
            # only routing writes here, checked whole before; a foreign record must not stop reference data
            self._log.error("not a directory record", offset=record.offset)
            return
        if change.version <= self._draft.version:
            return
        if change.version != self._draft.version + 1:
            raise BrokenDirectory(
                f"version {change.version} of the directory follows {self._draft.version}: its topic was cut, or "
                "restored from an older copy; restore the newest one"
            )
        if (said := self._draft.take(change)) is not None:
            self._log.warning("directory of a newer version", row=f"{change.kind}/{change.id}", said=said[:500])


def _change(record: Any) -> Change | None:
    """What the record says in whatever version; None where it is no directory record at all."""
    kind = header(normal_headers(record.headers), "ce_type") or ""
    if kind.rpartition(".")[0] != DIRECTORY_CHANGE.rpartition(".")[0] or record.value is None:
        return None
    try:
        return msgspec.json.decode(record.value, type=Change)
    except (msgspec.DecodeError, RecursionError):
        return None
