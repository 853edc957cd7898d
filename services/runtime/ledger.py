"""The ledger: one MongoDB document per reader, generation and partition, written with every batch's effects.

It says who owns the partition (epoch), how far each source topic was applied, the sequence numbers read and
written, and the outbox: what the last batch publishes and may not have published. docs/adr/0001 says why.
Beside it stands a document for each record that the reader has set aside as a dead letter.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Self, cast

import msgspec
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import ReturnDocument, UpdateOne
from pymongo.errors import OperationFailure
from pymongo.read_concern import ReadConcern

from .batches import Outgoing
from .failpoints import Failpoints
from .mongo import Database, ensure_collection

COLLECTION, ASIDE = "ledger", "aside"
Generation = int | str
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(list[Outgoing]).decode


class Suspect(msgspec.Struct, frozen=True, kw_only=True):
    """What is handled apart, since batches ended badly here: `size` records from this one on. Of one alone `times`
    counts the attempts, the present one too; `others`: a process that tried it had committed others."""

    topic: str
    offset: int
    size: int
    times: int = 1
    others: bool = False


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A partition as its owner holds it. `offsets` are the next to apply; `stamps` the append time (ms) of the
    last applied record, by topic. `takes` counts the owners, this one too, since the last batch was committed."""

    partition: int
    epoch: int
    batch: int = 0
    offsets: Mapping[str, int] = {}
    stamps: Mapping[str, int] = {}
    last_seq: int = 0
    next_seq: int = 1
    directory_version: int = 0
    outbox: bytes = b""
    takes: int = 0
    suspect: Suspect | None = None

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """The entry a ledger document holds."""
        return cls(
            partition=document["partition"],
            epoch=document["epoch"],
            batch=document["batch"],
            offsets={topic: place["offset"] for topic, place in _places(document)},
            stamps={topic: place["stamp"] for topic, place in _places(document)},
            last_seq=document["last_seq"],
            next_seq=document["next_seq"],
            directory_version=document["directory_version"],
            outbox=bytes(document["outbox"]),
            takes=document.get("takes", 0),
            suspect=msgspec.convert(document["suspect"], Suspect) if document.get("suspect") else None,
        )

    def fields(self) -> dict[str, Any]:
        """What a batch sets in the document."""
        return {
            "batch": self.batch,
            "places": [
                {"topic": topic, "offset": offset, "stamp": self.stamps[topic]}
                for topic, offset in self.offsets.items()
            ],
            "last_seq": self.last_seq,
            "next_seq": self.next_seq,
            "directory_version": self.directory_version,
            "outbox": self.outbox,
            "takes": self.takes,
            "suspect": msgspec.to_builtins(self.suspect),
        }

    def pending(self) -> list[Outgoing]:
        """What the last batch publishes."""
        return _unpack(self.outbox) if self.outbox else []


def packed(outgoing: Sequence[Outgoing]) -> bytes:
    """An outbox as one blob."""
    return _pack(outgoing) if outgoing else b""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One partition's batch, ready to be committed: where it stood, where it stands, and its documents; of `aside`
    the dead letters that it made (True) and those that it applied after all (False), of `events` the ids of the events
    in those that it made."""

    before: Entry
    after: Entry
    writes: Mapping[str, Sequence[Any]]
    aside: Mapping[str, bool] = {}
    events: Mapping[str, str] = {}

    @property
    def documents(self) -> int:
        """How many it changes, the ledger's own aside."""
        return sum(len(operations) for operations in self.writes.values()) + len(self.aside)


class RolledBack(Exception):
    """The server took a transaction back: others were in its way, or it did not fit into the server's cache."""


class Ledger:
    """All partitions of one reader."""

    def __init__(
        self, database: Database, reader: str, generation: Generation = 1, failpoints: Failpoints | None = None
    ) -> None:
        self._failpoints = failpoints or Failpoints("")
        self._database = database
        self._documents = database[COLLECTION]
        self._prefix = f"{reader}/{generation}"

    async def prepare(self) -> None:
        """Create the collections: a transaction should not have to."""
        for name in (COLLECTION, ASIDE):
            await ensure_collection(self._database, name)
        await self._database[ASIDE].create_index([("event", 1)], sparse=True)

    async def aside(self, dead: Sequence[str]) -> set[str]:
        """Which of these dead letters this reader has set aside and not applied since."""
        names = {f"{self._prefix}/{name}": name for name in dead}
        found = self._database[ASIDE].find({"_id": {"$in": list(names)}, "aside": True}, {"_id": 1})
        return {names[document["_id"]] async for document in found}

    async def look(self, partition: int) -> Entry:
        """The partition's entry as it stands, made if there was none."""
        fresh = Entry(partition=partition, epoch=0)
        await self._documents.update_one(
            {"_id": self._id(partition)},
            {"$setOnInsert": {"partition": partition, "epoch": 0, "session": None, **fresh.fields()}},
            upsert=True,
        )
        return Entry.of(await self._document(partition))

    async def found(self, entry: Entry) -> None:
        """Begin with this entry, where a store was made again from the log."""
        document = {"partition": entry.partition, "epoch": entry.epoch, "session": None, **entry.fields()}
        await self._documents.replace_one({"_id": self._id(entry.partition)}, document, upsert=True)

    async def take(
        self, partition: int, session: AsyncIOMotorClientSession, confirm: Callable[[Entry], Awaitable[None]]
    ) -> Entry | None:
        """Become the partition's owner: from here on no other epoch can write. None if another was faster.

        Ends the former owner's open transaction first: a stopped owner would otherwise hold its lock for 66 s.
        `confirm` must raise if this process is no longer a member of the group's current generation.
        """
        seen = await self._document(partition)
        mine = cast(Mapping[str, Any], session.session_id)["id"]
        if seen["session"] is not None and seen["session"] != mine:
            await self._database.client.admin.command("killSessions", [{"id": seen["session"]}])
        await confirm(Entry.of(seen))
        taken = await self._documents.find_one_and_update(
            {"_id": self._id(partition), "epoch": seen["epoch"]},
            {"$inc": {"epoch": 1, "takes": 1}, "$set": {"session": mine}},
            return_document=ReturnDocument.AFTER,
        )
        return Entry.of(taken) if taken else None

    async def suspect(self, entry: Entry, suspect: Suspect) -> bool:
        """Remember, before records are handled apart, that they are: should this process end over them, the next owner
        knows. False where the partition is no longer this owner's."""
        written = await self._documents.update_one(
            {"_id": self._id(entry.partition), "epoch": entry.epoch},
            {"$set": {"suspect": msgspec.to_builtins(suspect)}},
        )
        return written.matched_count > 0

    async def commit(self, changes: Sequence[Change], session: AsyncIOMotorClientSession) -> set[int]:
        """All changes in one transaction; the partitions that were fenced, and so left out.

        RolledBack: nothing of it happened, and smaller ones may pass. Other errors: the outcome is unknown, so the
        partitions must be taken again. Not `with_transaction`: it would try the same for two minutes.
        """
        try:
            async with session.start_transaction(
                read_concern=ReadConcern("snapshot"), write_concern=self._database.write_concern
            ):
                return await self._write(changes, session)
        except OperationFailure as error:
            unknown = error.has_error_label("UnknownTransactionCommitResult")
            if error.has_error_label("TransientTransactionError") and not unknown:
                raise RolledBack(error.details) from error
            raise

    async def _write(self, changes: Sequence[Change], session: AsyncIOMotorClientSession) -> set[int]:
        fenced: set[int] = set()
        operations: dict[str, list[Any]] = {}
        for change in changes:
            # `batch` beside `epoch`: a batch that was committed is never applied again
            found = await self._documents.update_one(
                {"_id": self._id(change.before.partition), "epoch": change.before.epoch, "batch": change.before.batch},
                {"$set": change.after.fields()},
                session=session,
            )
            if found.matched_count == 0:
                fenced.add(change.before.partition)
                continue
            for collection, writes in (*change.writes.items(), (ASIDE, self._aside(change))):
                operations.setdefault(collection, []).extend(writes)
        self._failpoints.pass_by("in_transaction")
        for collection, writes in operations.items():
            if writes:
                await self._database[collection].bulk_write(writes, ordered=False, session=session)
        return fenced

    def _aside(self, change: Change) -> list[UpdateOne]:
        return [
            UpdateOne(
                {"_id": f"{self._prefix}/{name}"},
                {"$set": {"aside": aside} | ({"event": change.events[name]} if name in change.events else {})},
                upsert=True,
            )
            for name, aside in change.aside.items()
        ]

    async def _document(self, partition: int) -> Mapping[str, Any]:
        found = await self._documents.find_one({"_id": self._id(partition)})
        if found is None:
            raise RuntimeError(f"ledger document {self._id(partition)} is gone: was the database restored?")
        return found

    def _id(self, partition: int) -> str:
        return f"{self._prefix}/{partition}"


async def positions(
    database: Database, reader: str, *, generation: Generation = 1, session: AsyncIOMotorClientSession | None = None
) -> dict[int, int]:
    """Partition → sequence number up to which `reader` has applied."""
    found = await entries(database, reader, generation=generation, session=session)
    return {partition: entry.last_seq for partition, entry in found.items()}


async def entries(
    database: Database, reader: str, *, generation: Generation = 1, session: AsyncIOMotorClientSession | None = None
) -> dict[int, Entry]:
    """Partition → its entry, without the outbox."""
    found = database[COLLECTION].find(all_of(reader, generation), {"outbox": 0}, session=session)
    return {document["partition"]: Entry.of(document | {"outbox": b""}) async for document in found}


async def set_aside(database: Database, reader: str, generation: Generation = 1) -> set[str]:
    """The dead letters that `reader` has not applied after all."""
    begin = len(f"{reader}/{generation}/")
    found = database[ASIDE].find(all_of(reader, generation) | {"aside": True}, {"_id": 1})
    return {document["_id"][begin:] async for document in found}


async def event_set_aside(database: Database, reader: str, event: str) -> str | None:
    """The dead letter that holds the event of this id; None where there is none, or it was applied after all."""
    begin = len(f"{reader}/1/")
    found = await database[ASIDE].find_one(all_of(reader, 1) | {"event": event, "aside": True}, {"_id": 1})
    return found["_id"][begin:] if found else None


def all_of(reader: str, generation: Generation) -> dict[str, Any]:
    """The query for all that a reader's generation has here."""
    prefix = f"{reader}/{generation}/"
    return {"_id": {"$gte": prefix, "$lt": prefix + "~"}}


def _places(document: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return [(place["topic"], place) for place in document["places"]]
