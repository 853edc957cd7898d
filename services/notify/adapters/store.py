"""Cases, contacts and feeds in MongoDB; every document belongs to its case's partition."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from pymongo import ASCENDING, IndexModel, ReplaceOne
from pymongo.errors import PyMongoError

from services.contracts.actors import Actor
from services.contracts.assignments import AssignmentNotice
from services.contracts.submissions import ContactGiven
from services.runtime.mongo import Database, ensure_collection
from services.runtime.problems import unavailable

from ..domain.contact import Contacts
from ..domain.told import Told
from ..ports import Kept, Loaded

CASES, CONTACTS, ERASED, ASSIGNMENTS, LOOKS = "cases", "contacts", "erased", "assignments", "looks"
UNCLAIMED = timedelta(days=7)
"""A contact whose submission never comes is let go after so long."""

_pack = msgspec.msgpack.Encoder().encode
_told = msgspec.msgpack.Decoder(Told).decode
_contacts = msgspec.msgpack.Decoder(Contacts).decode
_notice = msgspec.msgpack.Decoder(AssignmentNotice).decode
_INDEXES = {
    CONTACTS: [IndexModel([("purge_at", ASCENDING)], expireAfterSeconds=0)],
    ASSIGNMENTS: [IndexModel([("department", ASCENDING), ("partition", ASCENDING), ("seq", ASCENDING)])],
    LOOKS: [IndexModel([("case_id", ASCENDING)])],
}


class NotifyStore:
    """The worker's side and the API's."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Collections and indexes. PyMongoError."""
        for collection, indexes in _INDEXES.items():
            await self._database[collection].create_indexes(indexes)
        await ensure_collection(self._database, CASES)

    async def load(self, case_ids: Sequence[str]) -> Loaded:
        """Two queries, whatever the number."""
        query = {"_id": {"$in": list(case_ids)}}
        return Loaded(
            cases={found["_id"]: _told(found["body"]) async for found in self._database[CASES].find(query)},
            contacts={found["_id"]: _contacts(found["body"]) async for found in self._database[CONTACTS].find(query)},
        )

    def writes(
        self, partition: int, cases: Mapping[str, Told], contacts: Mapping[str, Contacts], kept: Sequence[Kept]
    ) -> Mapping[str, Sequence[Any]]:
        """Each document once."""
        return {
            CASES: [
                ReplaceOne({"_id": case_id}, {"partition": partition, "body": _pack(case)}, upsert=True)
                for case_id, case in cases.items()
            ],
            CONTACTS: [
                ReplaceOne({"_id": case_id}, _contact_document(partition, known), upsert=True)
                for case_id, known in contacts.items()
            ],
            ASSIGNMENTS: [ReplaceOne({"_id": item.notice.id}, _feed_document(item), upsert=True) for item in kept],
        }

    async def case(self, case_id: str) -> Told | None:
        """Problem 503."""
        try:
            found = await self._database[CASES].find_one({"_id": case_id})
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
        return _told(found["body"]) if found else None

    async def contact(self, case_id: str) -> ContactGiven | None:
        """The accepted contact, none from the moment of its erasure. Problem 503."""
        try:
            if await self._database[ERASED].find_one({"_id": case_id}):
                return None
            found = await self._database[CONTACTS].find_one({"_id": case_id})
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
        return _contacts(found["body"]).accepted if found else None

    async def record_look(self, case_id: str, caller: Actor) -> None:
        """Before the answer: a look that is not recorded is not given. Problem 503."""
        look = {"case_id": case_id, "by": caller.sender, "at": datetime.now(UTC)}
        try:
            await self._database[LOOKS].insert_one(look)
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer; without a record no contact is shown") from error

    async def mark_erased(self, case_id: str) -> None:
        """Show the contact to nobody from now on. The tombstone, on the log already, makes the partition's owner take
        it out; the mark is the API's alone and is never taken back, so the two need not wait for each other.
        Problem 503."""
        mark = {"$setOnInsert": {"at": datetime.now(UTC)}}
        try:
            await self._database[ERASED].update_one({"_id": case_id}, mark, upsert=True)
        except PyMongoError as error:
            raise unavailable("on the log, and hidden here once MongoDB is back; send it again to be sure") from error

    async def feed(
        self, department: str, after: Mapping[int, int], limit: int
    ) -> tuple[list[AssignmentNotice], dict[int, int]]:
        """What comes after each partition's number, whole facts at a time, and the numbers reached. Problem 503."""
        feed, reached = self._database[ASSIGNMENTS], dict(after)
        items: list[AssignmentNotice] = []
        try:
            for partition in await feed.distinct("partition", {"department": department}):
                room = limit - len(items)
                if room <= 0:
                    break
                query = {"department": department, "partition": partition, "seq": {"$gt": after.get(partition, 0)}}
                found = await feed.find(query).sort("seq", 1).limit(room).to_list(room)
                items += [_notice(document["body"]) for document in found]
                if found:
                    reached[partition] = found[-1]["seq"]
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
        return items, reached


def _contact_document(partition: int, known: Contacts) -> dict[str, Any]:
    document = {"partition": partition, "body": _pack(known)}
    return document if known.seen or known.erased else document | {"purge_at": datetime.now(UTC) + UNCLAIMED}


def _feed_document(item: Kept) -> dict[str, Any]:
    return {
        "department": item.notice.department,
        "partition": item.partition,
        "seq": item.seq,
        "body": _pack(item.notice),
    }
