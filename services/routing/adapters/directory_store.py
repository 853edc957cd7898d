"""The directory's store and its outbox: rows and what is yet to be published change in one transaction.

Several processes may publish the same outbox at once. Each publishes in order, each record acknowledged before the
next, from the first entry that is not yet removed; an entry is removed only after it was acknowledged. So the first
occurrence of a version in the log always follows that of the version before, and readers drop what they have.
"""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

import msgspec
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import DeleteOne, ReplaceOne
from pymongo.errors import PyMongoError

from services.contracts.codec import Event, encode
from services.contracts.directory import DirectoryChanged, DirectoryKind
from services.contracts.topics import DIRECTORY
from services.runtime.batches import Outgoing
from services.runtime.health import Health
from services.runtime.mongo import Database
from services.runtime.producer import BrokerAway, Producer

from ..domain.directory.change import RowChange
from ..ports import DirectoryMoved, StoreAway

ROWS, STATE = "directory", "directory_state"
_ID = {"_id": "directory"}


class DirectoryStore:
    """Rows by kind and id, with the version that set them."""

    def __init__(self, database: Database, producer: Producer, health: Health) -> None:
        self._database = database
        self._producer = producer
        self._health = health
        self._publishing = asyncio.Lock()

    async def prepare(self, admin_key: str) -> None:
        """Make the state document, and the first admin's key a row, once: withdrawn, it stays so. StoreAway."""
        with _away():
            fresh = {"version": 0, "outbox": [], "first_keys": []}
            await self._database[STATE].update_one(_ID, {"$setOnInsert": fresh}, upsert=True)
        if admin_key:
            await self._change_at_once(self._first_key(admin_key))

    def _first_key(self, admin_key: str) -> Callable[[AsyncIOMotorClientSession], Coroutine[Any, Any, list[int]]]:
        async def body(session: AsyncIOMotorClientSession) -> list[int]:
            # writing first: of two that start at once the second sees what the first has done
            told = {"$addToSet": {"first_keys": admin_key}}
            before = await self._database[STATE].find_one_and_update(_ID, told, session=session)
            if before is not None and admin_key in before.get("first_keys", ()):
                return []
            row = {"role": "admin", "label": "first"}
            return await self._change([RowChange(kind="key", id=admin_key, row=row)], None, session)

        return body

    @staticmethod
    async def restore(database: Database, changes: Sequence[DirectoryChanged]) -> None:
        """An empty store as it was once all these changes were published. PyMongoError."""
        rows: dict[str, dict[str, Any]] = {}
        version, first_keys = 0, set[str]()
        for change in changes:
            if change.version <= version:
                continue  # published twice
            version, key = change.version, f"{change.kind}/{change.id}"
            rows.pop(key, None)
            if change.kind == "key":
                first_keys.add(change.id)  # any that ever stood: which of them was the first is not in the log
            if change.row is not None:
                rows[key] = {
                    "_id": key, "kind": change.kind, "id": change.id, "row": change.row, "version": version,
                }  # fmt: skip
        if rows:
            await database[ROWS].insert_many(rows.values())
        await database[STATE].insert_one(_ID | {"version": version, "outbox": [], "first_keys": sorted(first_keys)})

    async def rows(self, kind: str) -> dict[str, dict[str, Any]]:
        """Id → row and version, of a kind. StoreAway."""
        with _away():
            found = self._database[ROWS].find({"kind": kind}).sort("_id", 1)
            return {row["id"]: {"row": row["row"], "version": row["version"]} async for row in found}

    async def row(self, kind: str, row_id: str) -> dict[str, Any] | None:
        """One row with its version. StoreAway."""
        with _away():
            found = await self._database[ROWS].find_one({"_id": f"{kind}/{row_id}"})
        return {"row": found["row"], "version": found["version"]} if found else None

    async def change(self, changes: Sequence[RowChange], at: int | None = None) -> list[int]:
        """Set and remove rows in one transaction; the version of each, unchanged ones with the version they have.
        StoreAway; DirectoryMoved where the directory is not at version `at`."""

        async def body(session: AsyncIOMotorClientSession) -> list[int]:
            return await self._change(changes, at, session)

        return await self._change_at_once(body)

    async def _change_at_once(
        self, body: Callable[[AsyncIOMotorClientSession], Coroutine[Any, Any, list[int]]]
    ) -> list[int]:
        with _away():
            async with await self._database.client.start_session() as session:
                return cast(list[int], await session.with_transaction(body))

    async def _change(
        self, changes: Sequence[RowChange], at: int | None, session: AsyncIOMotorClientSession
    ) -> list[int]:
        # writing first makes concurrent changes wait in line: versions have no gaps and no twins
        state = await self._database[STATE].find_one_and_update(_ID, {"$inc": {"changes": 1}}, session=session)
        if state is None:
            raise StoreAway("the directory's store is gone: make routing's store again from the log (routing rebuild)")
        if at is not None and state["version"] != at:
            raise DirectoryMoved(state["version"])
        keys = [f"{change.kind}/{change.id}" for change in changes]
        found = self._database[ROWS].find({"_id": {"$in": keys}}, session=session)
        there = {document["_id"]: document async for document in found}
        version, versions, writes, outbox, now = state["version"], [], [], [], datetime.now(UTC)
        for key, change in zip(keys, changes, strict=True):
            standing = there.get(key)
            if (standing["row"] if standing else None) == change.row:
                versions.append(standing["version"] if standing else version)
                continue
            version += 1
            versions.append(version)
            writes.append(_write(key, change, version))
            # as JSON: polygons are thrice as long in BSON, and the outbox is one document of at most 16 MB
            row = msgspec.json.encode(change.row)
            outbox.append({"version": version, "kind": change.kind, "id": change.id, "row": row, "at": now})
        if writes:
            await self._database[ROWS].bulk_write(writes, session=session)
            pushed = {"$set": {"version": version}, "$push": {"outbox": {"$each": outbox}}}
            await self._database[STATE].update_one(_ID, pushed, session=session)
        return versions

    async def publish(self) -> None:
        """All of the outbox, in order. BrokerAway, StoreAway."""
        async with self._publishing:
            with _away():
                await self._publish()

    async def _publish(self) -> None:
        state = await self._database[STATE].find_one(_ID)
        outbox = state["outbox"] if state else []
        if not outbox:
            return
        await self._producer.publish([_record(entry) for entry in outbox])
        last = outbox[-1]["version"]
        await self._database[STATE].update_one(_ID, {"$pull": {"outbox": {"version": {"$lte": last}}}})

    async def run(self) -> None:
        """Publish what a process that died left behind; until cancelled."""
        while True:
            try:
                await self.publish()
            except (BrokerAway, StoreAway) as error:
                self._health.failed(error)
            await asyncio.sleep(2)


def _write(key: str, change: RowChange, version: int) -> DeleteOne | ReplaceOne[dict[str, Any]]:
    if change.row is None:
        return DeleteOne({"_id": key})
    document = {"_id": key, "kind": change.kind, "id": change.id, "row": change.row, "version": version}
    return ReplaceOne({"_id": key}, document, upsert=True)


@contextmanager
def _away() -> Iterator[None]:
    try:
        yield
    except PyMongoError as error:
        raise StoreAway(f"MongoDB does not answer: {error}"[:300]) from error


def _record(entry: Mapping[str, Any]) -> Outgoing:
    kind = cast(DirectoryKind, entry["kind"])
    data = DirectoryChanged(kind=kind, id=entry["id"], version=entry["version"], row=msgspec.json.decode(entry["row"]))
    value, headers = encode(
        Event(
            id=f"directory.{entry['version']}",
            source="/mingshao/routing",
            time=entry["at"],
            subject=f"{kind}/{entry['id']}",
            sequence=entry["version"],
            data=data,
        )
    )
    return Outgoing(
        topic=DIRECTORY.name, partition=0, key=f"{kind}/{entry['id']}".encode(), value=value, headers=headers
    )
