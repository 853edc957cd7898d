"""Which cases have come to a mark of a clock: two partial indexes, on those that wait alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo.errors import PyMongoError

from services.contracts.directory import History
from services.runtime.mongo import Database

from ..domain.state import CaseState
from ..ports import StoreAway
from .case_store import CASES, case_in


class MongoMarkedCases:
    """The timekeeper's side."""

    def __init__(self, database: Database) -> None:
        self._cases = database[CASES]

    async def marked(
        self,
        partitions: Sequence[int],
        now: datetime,
        histories: Mapping[str, History],
        *,
        limit: int,
    ) -> list[CaseState]:
        """The longest past first. StoreAway."""
        own: dict[str, Any] = {"partition": {"$in": list(partitions)}}
        queries = [({**own, "mark_at": {"$lte": now}}, "mark_at")]
        for source, row in histories.items():
            told = {**own, "source": source, "history_until": {"$lte": row.ended_at}}
            queries.append(({**told, "past_mark_at": {"$lte": now}}, "past_mark_at"))
        found: list[CaseState] = []
        try:
            for query, mark in queries:
                left = limit - len(found)
                if left:
                    scan = self._cases.find(query, {"body": 1}).sort(mark, 1).limit(left)
                    found += [case_in(document) for document in await scan.to_list(left)]
        except PyMongoError as error:
            raise StoreAway(f"MongoDB does not answer: {error}"[:300]) from error
        return found
