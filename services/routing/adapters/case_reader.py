"""What the API reads of cases: one, its timeline, an action's outcome, lists by a cursor that never skips."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from pymongo.errors import PyMongoError

from services.contracts.cases import CaseFact
from services.runtime.mongo import Database
from services.runtime.problems import Problem, unavailable

from ..domain.state import CaseState
from .case_store import CASES, TIMELINE, case_in, fact_in

Cursor = Mapping[int, int]
"""Partition → sequence number up to which it was delivered: one counter would skip concurrent commits."""


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases and where the next begins."""

    cases: list[tuple[CaseState, datetime]]
    cursor: str
    more: bool


class CaseReader:
    """Problem 503 where MongoDB is away."""

    def __init__(self, database: Database, partitions: int) -> None:
        self._cases = database[CASES]
        self._timeline = database[TIMELINE]
        self._partitions = partitions

    async def one(self, case_id: str) -> tuple[CaseState, datetime] | None:
        """The case and when it last changed."""
        try:
            found = await self._cases.find_one({"_id": case_id}, {"body": 1, "updated_at": 1})
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
        return (case_in(found), found["updated_at"]) if found else None

    async def timeline(self, case_id: str) -> list[CaseFact]:
        """Its facts in the order in which they count."""
        return [fact_in(found) for found in await self._facts({"case_id": case_id})]

    async def outcome(self, case_id: str, sender: str, action_id: str) -> CaseFact | None:
        """What became of an action: its first fact; later ones refused another body under its id."""
        query = {"case_id": case_id, "sender": sender, "action_id": action_id, "submission": False}
        found = await self._facts(query)
        return fact_in(found[0]) if found else None

    async def page(self, only: Mapping[str, Any], cursor: str | None, limit: int) -> Listed:
        """Up to `limit` cases after `cursor`, each partition's in the order of their newest facts."""
        place = dict(decoded(cursor, self._partitions))
        after = [{"partition": number, "seq": {"$gt": seq}} for number, seq in place.items()]
        query = {"$and": [dict(only), {"$or": after}]}
        try:
            found = await self._cases.find(query).sort([("seq", 1), ("partition", 1)]).limit(limit).to_list(limit)
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
        for document in found:
            place[document["partition"]] = document["seq"]
        cases = [(case_in(document), document["updated_at"]) for document in found]
        return Listed(cases=cases, cursor=encoded(place), more=len(found) == limit)

    async def queue(self, limit: int) -> list[tuple[CaseState, datetime]]:
        """What waits for a dispatcher, the longest waiting first."""
        query = {"state": {"$in": ["received", "accepted", "return_requested", "redo"]}}
        try:
            found = await self._cases.find(query).sort("received_at", 1).limit(limit).to_list(limit)
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error
        return [(case_in(document), document["updated_at"]) for document in found]

    async def _facts(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            return await self._timeline.find(dict(query)).sort("seq", 1).to_list(None)
        except PyMongoError as error:
            raise unavailable("MongoDB does not answer") from error


def encoded(place: Cursor) -> str:
    """A cursor as callers keep it: opaque."""
    return base64.urlsafe_b64encode(msgspec.json.encode(dict(place))).decode().rstrip("=")


def decoded(cursor: str | None, partitions: int) -> Cursor:
    """Problem 422 where it is none of ours."""
    start = dict.fromkeys(range(partitions), 0)
    if not cursor:
        return start
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        given = msgspec.json.decode(base64.urlsafe_b64decode(padded), type=dict[int, int])
    except (ValueError, msgspec.DecodeError) as error:
        raise Problem(422, "bad_cursor", "use a cursor as it was given, or none to begin", field="cursor") from error
    if not set(given) <= set(start):
        raise Problem(422, "bad_cursor", "this cursor is of another deployment", field="cursor")
    return start | given
