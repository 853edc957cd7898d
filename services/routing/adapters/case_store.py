"""Cases and timelines in MongoDB. A case document is small; the timeline, one document a fact, has the texts."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec
from pymongo import ASCENDING, IndexModel, InsertOne, ReplaceOne, UpdateOne

from services.contracts.actions import ActionDetails
from services.contracts.cases import CaseFact
from services.runtime.mongo import Database

from ..domain.applied import doing
from ..domain.moves import ANY_OPEN
from ..domain.state import CaseState
from ..ports import CommandKey, Loaded

CASES, TIMELINE, BESIDE = "cases", "timeline", "beside"
KEPT_BESIDE = timedelta(days=30)
MOST_BESIDE, LONGEST_BESIDE = 256, 1_024
"""What was refused to senders for whom there is no such case is kept beside it: for its sender alone, so long, the
newest so many outcomes of one sender on one case, each without what it said and under an id of so many characters at
most. It is on the log like every fact."""
_pack = msgspec.msgpack.Encoder().encode
_case = msgspec.msgpack.Decoder(CaseState).decode
_fact = msgspec.msgpack.Decoder(CaseFact).decode
_INDEXES = {
    CASES: [
        IndexModel([("state", ASCENDING), ("seq", ASCENDING)]),
        IndexModel([("state", ASCENDING), ("received_at", ASCENDING), ("_id", ASCENDING)]),
        IndexModel([("departments", ASCENDING), ("seq", ASCENDING)]),
        IndexModel([("source", ASCENDING), ("source_id", ASCENDING)]),
        IndexModel([("source", ASCENDING), ("seq", ASCENDING)]),
        IndexModel([("seq", ASCENDING), ("partition", ASCENDING)]),
        # only of those that wait for a mark
        IndexModel([("partition", ASCENDING), ("mark_at", ASCENDING)],
                   partialFilterExpression={"mark_at": {"$exists": True}}),
        IndexModel([("source", ASCENDING), ("past_mark_at", ASCENDING)],
                   partialFilterExpression={"past_mark_at": {"$exists": True}}),
    ],
    TIMELINE: [
        # every command once: a second insert of one would fail the transaction, never count twice
        IndexModel(
            [("case_id", ASCENDING), ("sender", ASCENDING), ("action_id", ASCENDING), ("digest", ASCENDING),
             ("submission", ASCENDING)],
            unique=True,
        ),
    ],
    BESIDE: [IndexModel([("expire_at", ASCENDING)], expireAfterSeconds=0)],
}  # fmt: skip


class MongoCaseStore:
    """The worker's side."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Collections and indexes. PyMongoError."""
        for collection, indexes in _INDEXES.items():
            await self._database[collection].create_indexes(indexes)

    async def load(self, keys: Sequence[CommandKey]) -> Loaded:
        """Three queries, whatever the number of keys."""
        ids = list({key.case_id for key in keys})
        cases = {
            found["_id"]: _case(found["body"])
            async for found in self._database[CASES].find({"_id": {"$in": ids}}, {"body": 1})
        }
        asked = list({key.action_id for key in keys})
        judged: dict[CommandKey, set[str]] = {}
        fields = {"case_id": 1, "sender": 1, "action_id": 1, "digest": 1, "submission": 1}
        query = {"case_id": {"$in": ids}, "action_id": {"$in": asked}}
        async for found in self._database[TIMELINE].find(query, fields):
            key = CommandKey(found["case_id"], found["sender"], found["action_id"], found["submission"])
            judged.setdefault(key, set()).add(found["digest"])
        wanted = frozenset(keys)
        places = {beside_of(key.case_id, key.sender): key for key in keys if not key.submission}
        short = {"outcomes.action_id": 1, "outcomes.digest": 1}
        async for found in self._database[BESIDE].find({"_id": {"$in": list(places)}}, short):
            place = places[found["_id"]]
            for one in found["outcomes"]:
                key = CommandKey(place.case_id, place.sender, one["action_id"], False)
                if key in wanted:
                    judged.setdefault(key, set()).add(one["digest"])
        return Loaded(cases=cases, judged={key: frozenset(digests) for key, digests in judged.items()})

    def line(self, fact: CaseFact) -> Mapping[str, Any]:
        """OverflowError for a number or a time that MessagePack has no place for."""
        key = CommandKey.answered(fact)
        return {
            "_id": f"{fact.partition}.{fact.seq}",
            "case_id": fact.case_id,
            "seq": fact.seq,
            "sender": key.sender,
            "action_id": key.action_id,
            "submission": key.submission,
            "digest": fact.command_digest,
            "fact": _pack(fact),
            **({"refused": True} if fact.refusal is not None else {}),
            **_expiry(fact),
        }

    def writes(
        self,
        partition: int,
        cases: Mapping[str, CaseState],
        newest: Mapping[str, CaseFact],
        lines: Sequence[Mapping[str, Any]],
    ) -> Mapping[str, Sequence[Any]]:
        """Each changed case once, each fact once."""
        return {
            CASES: [
                ReplaceOne({"_id": case_id}, _case_document(case, partition, newest[case_id]), upsert=True)
                for case_id, case in cases.items()
            ],
            TIMELINE: [InsertOne(line) for line in lines if "expire_at" not in line],
            BESIDE: [
                UpdateOne(
                    {"_id": place},
                    {
                        "$push": {"outcomes": {"$each": [_outcome(line) for line in new], "$slice": -MOST_BESIDE}},
                        "$set": {"expire_at": new[-1]["expire_at"]},
                    },
                    upsert=True,
                )
                for place, new in _beside(lines).items()
            ],
        }


def _expiry(fact: CaseFact) -> Mapping[str, Any]:
    """Of what was refused to a sender for whom there is no such case, be it that there is none. That it used an id
    twice is kept nowhere: it changes nothing of what the first use came to."""
    if fact.refusal is None or fact.before is not None or fact.action == "submit":
        return {}
    kept = fact.refusal.code == "unknown_case" and len(fact.action_id) <= LONGEST_BESIDE
    return {"expire_at": fact.recorded_at + KEPT_BESIDE if kept else None}


def beside_of(case_id: str, sender: str) -> str:
    """Where the outcomes of a sender on a case stand in which it has no part."""
    return f"{case_id}/{sender}"


def _beside(lines: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Those lines by where they go."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for line in lines:
        if line.get("expire_at") is not None:
            found.setdefault(beside_of(line["case_id"], line["sender"]), []).append(line)
    return found


def _outcome(line: Mapping[str, Any]) -> dict[str, Any]:
    fact = msgspec.structs.replace(_fact(line["fact"]), details=ActionDetails())
    return {"action_id": line["action_id"], "digest": line["digest"], "fact": _pack(fact)}


def _case_document(case: CaseState, partition: int, newest: CaseFact) -> dict[str, Any]:
    dims, mark = case.summary.dims, case.next_mark
    waits: dict[str, Any] = {}
    if mark is not None and case.history_until is None:
        waits = {"mark_at": mark}
    elif mark is not None:
        waits = {"past_mark_at": mark, "history_until": case.history_until}
    return waits | {
        "_id": case.case_id,
        "partition": partition,
        "seq": newest.seq,
        "state": case.summary.state,
        "department": dims.department,
        "departments": list(case.departments),
        "doing": list(doing(case)) if case.summary.state in ANY_OPEN else [],
        "channel": dims.channel,
        "category": dims.category,
        "source": case.source,
        "source_id": case.source_id,
        "received_at": case.summary.received_at,
        "updated_at": newest.recorded_at,
        "body": _pack(case),
    }


def case_in(document: Mapping[str, Any]) -> CaseState:
    """The case in a document of `cases`."""
    return _case(document["body"])


def fact_in(document: Mapping[str, Any]) -> CaseFact:
    """The fact in a document of `timeline`."""
    return _fact(document["fact"])
