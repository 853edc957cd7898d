"""Evidence in MongoDB: one document a case, found by what it has pieces of; and when which fact came. ADR 0015.

Generations are as the cells': a new stored form begins from the log anew.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from pymongo import ASCENDING, IndexModel, ReplaceOne, UpdateOne
from pymongo.errors import PyMongoError

from services.contracts.rates import CellBasis
from services.runtime.ledger import positions
from services.runtime.mongo import Database, ensure_collection

from ..domain.cells import DIMENSIONS
from ..domain.evidence import Evidence
from ..domain.periods import Period
from ..domain.rollups import Among
from ..ports import CellsAway, Kept

READER, DATABASE = "evidence", "mingshao_evidence"
GENERATION = 1
CASES, MOMENTS = f"evidence_{GENERATION}", f"moments_{GENERATION}"
AWAY = "MongoDB does not answer; what stands behind the figures is kept, ask again"
_DEPARTMENT = DIMENSIONS.index("department")
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Evidence).decode


def writes(partition: int, cases: Mapping[str, Evidence], moments: Mapping[datetime, int]) -> dict[str, Sequence[Any]]:
    """A batch's changed cases, and the last fact of each second of it."""
    return {
        CASES: [
            ReplaceOne({"_id": case_id}, {"partition": partition, "keys": keys(one), "body": _pack(one)}, upsert=True)
            for case_id, one in cases.items()
        ],
        MOMENTS: [
            UpdateOne(
                {"_id": f"{partition}/{minute}"}, {"$set": {f"at.{second}": seq for second, seq in there}}, upsert=True
            )
            for minute, there in _by_minute(moments).items()
        ],
    }


def keys(evidence: Evidence) -> list[str]:
    """What it is found by: basis and UTC date of each piece, once in all and once under its department.

    Durations have none: the case has a piece of the cohort in the same place.
    """
    found = set[str]()
    for piece in evidence.pieces:
        if piece.basis != "durations":
            for department in ("", piece.values[_DEPARTMENT]):
                found.add(f"{_prefix(piece.basis, department)}{piece.bucket.date().isoformat()}")
    return sorted(found)


def _prefix(basis: CellBasis, department: str) -> str:
    return f"{basis}/{department}/"


def _by_minute(moments: Mapping[datetime, int]) -> dict[str, list[tuple[str, int]]]:
    found: dict[str, list[tuple[str, int]]] = {}
    for second, seq in moments.items():
        minute, _, rest = _mark(second).rpartition(":")
        found.setdefault(minute, []).append((rest, seq))
    return found


def _mark(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()[:19]


class EvidenceStore:
    """The reader's side and the API's, both on DATABASE."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Collections and the index. PyMongoError."""
        await self._database[CASES].create_indexes([IndexModel([("keys", ASCENDING)])])
        await ensure_collection(self._database, MOMENTS)

    async def load(self, case_ids: Sequence[str]) -> Mapping[str, Evidence]:
        """Of these cases what there is. PyMongoError."""
        found = self._database[CASES].find({"_id": {"$in": list(case_ids)}}, {"body": 1})
        return {document["_id"]: _unpack(document["body"]) async for document in found}

    async def position(self) -> Mapping[int, int]:
        """Partition → sequence number up to which facts are in it. CellsAway."""
        try:
            return await positions(self._database, READER, generation=GENERATION)
        except PyMongoError as error:
            raise CellsAway(AWAY) from error

    async def position_at(self, at: datetime) -> Mapping[int, int]:
        """Partition → sequence number of the last fact that was on the log before `at`. CellsAway."""
        partitions = await self.position()
        try:
            return {partition: await self._last_before(partition, _mark(at)) for partition in partitions}
        except PyMongoError as error:
            raise CellsAway(AWAY) from error

    async def _last_before(self, partition: int, mark: str) -> int:
        # of the minute of `mark` there may be none before it; then it is the minute before that has any
        query = {"_id": {"$gte": f"{partition}/", "$lte": f"{partition}/{mark.rpartition(':')[0]}"}}
        async for document in self._database[MOMENTS].find(query).sort("_id", -1).limit(2):
            minute = document["_id"].partition("/")[2]
            before = [int(seq) for second, seq in document["at"].items() if f"{minute}:{second}" < mark]
            if before:
                return max(before)
        return 0

    async def one(self, case_id: str) -> Kept | None:
        """A case's, None where there is no such case. CellsAway."""
        try:
            found = await self._database[CASES].find_one({"_id": case_id}, {"partition": 1, "body": 1})
        except PyMongoError as error:
            raise CellsAway(AWAY) from error
        return Kept(partition=found["partition"], evidence=_unpack(found["body"])) if found else None

    async def cases(self, basis: CellBasis, period: Period, only: Mapping[str, Among]) -> AsyncIterator[Kept]:
        """All that have a piece on these days, of one department where one is asked for. CellsAway."""
        asked = only.get("department")
        (department,) = asked.values if asked is not None and not asked.outside and len(asked.values) == 1 else ("",)
        prefix = _prefix("cohort" if basis == "durations" else basis, department)
        edges = {
            "$gte": prefix + (period.begin.date().isoformat() if period.begin else ""),
            "$lte": prefix + (period.end.date().isoformat() if period.end else "~"),
        }
        found = self._database[CASES].find({"keys": {"$elemMatch": edges}}, {"partition": 1, "body": 1})
        try:
            async for document in found:
                yield Kept(partition=document["partition"], evidence=_unpack(document["body"]))
        except PyMongoError as error:
            raise CellsAway(AWAY) from error
