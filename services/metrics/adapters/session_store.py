"""Sign-ins in MongoDB: one document each, which goes by itself once it is over."""

from datetime import datetime

import msgspec
from pymongo import ASCENDING, DESCENDING, IndexModel
from pymongo.errors import PyMongoError

from services.runtime.mongo import Database
from services.runtime.problems import unavailable
from services.runtime.sessions import Session

COLLECTION = "sessions"
_INDEXES = [
    IndexModel([("expires_at", ASCENDING)], expireAfterSeconds=0),
    IndexModel([("key", ASCENDING), ("made_at", DESCENDING)]),
]


class SessionStore:
    """Read and written with majority: what one instance has ended is ended for all."""

    def __init__(self, database: Database) -> None:
        self._sessions = database[COLLECTION]

    async def prepare(self) -> None:
        """The collection and its indexes. PyMongoError."""
        await self._sessions.create_indexes(_INDEXES)

    async def keep(self, session: Session, most: int) -> None:
        """Problem 503."""
        document = msgspec.structs.asdict(session)
        document["_id"] = document.pop("id")
        try:
            await self._sessions.insert_one(document)
            found = self._sessions.find({"key": session.key}, {"_id": 1}).sort("made_at", DESCENDING).skip(most)
            if too_many := [one["_id"] async for one in found]:
                await self._sessions.delete_many({"_id": {"$in": too_many}})
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer: not signed in, try again") from error

    async def one(self, session_id: str, now: datetime) -> Session | None:
        """Problem 503."""
        try:
            found = await self._sessions.find_one({"_id": session_id, "expires_at": {"$gt": now}})
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer; who is signed in stands there") from error
        return Session(id=found.pop("_id"), **found) if found else None

    async def end(self, session_id: str) -> None:
        """Problem 503."""
        await self._end({"_id": session_id})

    async def end_all(self, key: str) -> None:
        """Problem 503."""
        await self._end({"key": key})

    async def _end(self, which: dict[str, str]) -> None:
        try:
            await self._sessions.delete_many(which)
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer: not signed out, try again") from error
