"""Open cases by the departments that have work in them."""

from collections.abc import Collection, Sequence

from pymongo.errors import PyMongoError

from services.runtime.mongo import Database

from ..ports import StoreAway
from .case_store import CASES


class MongoOpenCases:
    """What a change of the directory is taken over by."""

    def __init__(self, database: Database) -> None:
        self._cases = database[CASES]

    async def doing(self, partitions: Sequence[int], departments: Collection[str], limit: int) -> list[str]:
        """By the index of all that a department ever had a part in."""
        wanted = {"$in": list(departments)}
        query = {"departments": wanted, "doing": wanted, "partition": {"$in": list(partitions)}}
        try:
            found = await self._cases.find(query, {"_id": 1}).limit(limit).to_list(limit)
        except PyMongoError as error:
            raise StoreAway(f"MongoDB does not answer: {error}"[:300]) from error
        return [document["_id"] for document in found]
