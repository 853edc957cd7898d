"""What the API reads of cases: one, its timeline, an action's outcome, lists by a cursor that never skips."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from motor.motor_asyncio import AsyncIOMotorCollection
from pymongo.errors import PyMongoError

from services.contracts.cases import CaseFact
from services.runtime.ledger import event_set_aside
from services.runtime.mongo import Database
from services.runtime.problems import unavailable

from ..domain.cursor import Cursor, Waiting
from ..domain.moves import ANY_OPEN
from ..domain.state import CaseState
from ..ports import Holder, Listed, Timeline
from .case_store import BESIDE, CASES, TIMELINE, beside_of, case_in, fact_in

Collection = AsyncIOMotorCollection[dict[str, Any]]
READER = "routing"
MOST_APPLIED, MOST_REFUSED = 5_000, 200
"""Of one case in one answer."""


class MongoCaseReader:
    """Problem 503 where MongoDB is away."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._cases = database[CASES]
        self._timeline, self._beside = database[TIMELINE], database[BESIDE]

    async def one(self, case_id: str) -> tuple[CaseState, datetime] | None:
        """The case and when it last changed."""
        try:
            found = await self._cases.find_one({"_id": case_id}, {"body": 1, "updated_at": 1})
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
        return (case_in(found), found["updated_at"]) if found else None

    async def timeline(self, case_id: str) -> Timeline:
        """Its facts in the order in which they count: all that were applied, of the refused the newest."""
        applied = await self._facts({"case_id": case_id, "refused": {"$ne": True}}, MOST_APPLIED)
        refused = await self._facts({"case_id": case_id, "refused": True}, MOST_REFUSED + 1)
        left_out = 0
        if len(refused) > MOST_REFUSED:
            left_out = await self._count({"case_id": case_id, "refused": True}) - MOST_REFUSED
        found = sorted([*applied, *refused[-MOST_REFUSED:]], key=lambda document: document["seq"])
        return Timeline(facts=[fact_in(document) for document in found], left_out=left_out)

    async def outcome(self, case_id: str, sender: str, action_id: str) -> CaseFact | None:
        """What became of an action: its first fact; later ones refused another body under its id."""
        query = {"case_id": case_id, "sender": sender, "action_id": action_id, "submission": False}
        found = await self._facts(query, MOST_REFUSED)
        return fact_in(found[0]) if found else await self._outcome_beside(case_id, sender, action_id)

    async def _outcome_beside(self, case_id: str, sender: str, action_id: str) -> CaseFact | None:
        only = {"outcomes": {"$elemMatch": {"action_id": action_id}}}
        try:
            found = await self._beside.find_one({"_id": beside_of(case_id, sender)}, only)
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
        outcomes = (found or {}).get("outcomes", ())
        return fact_in(outcomes[0]) if outcomes else None

    async def set_aside(self, case_id: str, sender: str, action_id: str) -> str | None:
        """The id of the action's dead letter, found by its event's id."""
        try:
            return await event_set_aside(self._database, READER, f"{case_id}/{sender}/{action_id}")
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error

    async def page(self, only: Mapping[str, Any], cursor: Cursor, limit: int) -> Listed:
        """Up to `limit` cases after `cursor`, each partition's in the order of their newest facts.

        At one instant: a scan that goes on while a batch commits could miss its first case, meet its last, and so
        move the cursor past what it never gave.
        """
        place = dict(cursor)
        after = [{"partition": number, "seq": {"$gt": seq}} for number, seq in place.items()]
        query = {"$and": [dict(only), {"$or": after}]}
        try:
            async with await self._database.client.start_session(snapshot=True) as session:
                scan = self._cases.find(query, session=session).sort([("seq", 1), ("partition", 1)]).limit(limit)
                found = await scan.to_list(limit)
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
        for document in found:
            place[document["partition"]] = document["seq"]
        cases = [(case_in(document), document["updated_at"]) for document in found]
        return Listed(cases=cases, cursor=place, more=len(found) == limit)

    async def queue(self, after: Waiting | None, limit: int) -> list[tuple[CaseState, datetime]]:
        """What waits for a dispatcher, the longest waiting first. By place and not by number: what leaves the queue
        meanwhile moves nothing past the caller."""
        query: dict[str, Any] = {"state": {"$in": ["received", "accepted", "return_requested", "redo"]}}
        if after is not None:
            same = {"received_at": after.received_at, "_id": {"$gt": after.case_id}}
            query["$or"] = [{"received_at": {"$gt": after.received_at}}, same]
        try:
            scan = self._cases.find(query).sort([("received_at", 1), ("_id", 1)]).limit(limit)
            found = await scan.to_list(limit)
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
        return [(case_in(document), document["updated_at"]) for document in found]

    async def open_with(self, kind: Holder, row_id: str, limit: int) -> int:
        """Counted up to `limit`."""
        query: dict[str, Any] = {"departments": row_id, "doing": row_id}
        if kind == "channel":
            query = {"state": {"$in": sorted(ANY_OPEN)}, "channel": row_id}
        try:
            return int(await self._cases.count_documents(query, limit=limit))
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error

    async def _facts(self, query: Mapping[str, Any], most: int) -> list[dict[str, Any]]:
        """The newest so many, oldest first."""
        try:
            scan = self._timeline.find(dict(query)).sort("seq", -1).limit(most)
            return (await scan.to_list(most))[::-1]
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error

    async def _count(self, query: Mapping[str, Any]) -> int:
        try:
            return int(await self._timeline.count_documents(dict(query)))
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
