"""Evidence in MongoDB: one document a case, found by what it has pieces of; and when which fact came. ADR 0015.

Generations are as the cells': a new stored form begins from the log anew.
"""

from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, get_args

import bson
import msgspec
from pymongo import ASCENDING, IndexModel, ReplaceOne, UpdateOne
from pymongo.errors import PyMongoError

from services.contracts.rates import CellBasis
from services.runtime.ledger import positions
from services.runtime.mongo import Database, ensure_collection

from ..domain.cells import DEPARTMENT
from ..domain.evidence import About, Behind, Evidence, Piece
from ..domain.periods import Period
from ..domain.rollups import Among
from ..domain.slices import ALL_IDS, Ids
from ..ports import CellsAway, Chunk, Kept

READER, DATABASE = "evidence", "mingshao_evidence"
GENERATION = 3
CASES, MOMENTS = f"evidence_{GENERATION}", f"moments_{GENERATION}"
AWAY = "MongoDB does not answer; what stands behind the figures is kept, ask again"
_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Evidence).decode
_unpack_pieces = msgspec.msgpack.Decoder(tuple[Piece, ...]).decode
_BASES: tuple[CellBasis, ...] = get_args(CellBasis)
_unpack_about = msgspec.msgpack.Decoder(About).decode
_WHOLE = {"pieces": 1, "about": 1, "body": 1}
AT_ONCE = 1_000
"""Cases in one answer of MongoDB."""


def writes(partition: int, cases: Mapping[str, Evidence], moments: Mapping[datetime, int]) -> dict[str, Sequence[Any]]:
    """A batch's changed cases, and the last fact of each second of it."""
    return {
        CASES: [ReplaceOne({"_id": case_id}, _document(partition, one), upsert=True) for case_id, one in cases.items()],
        MOMENTS: [
            UpdateOne(
                {"_id": f"{partition}/{minute}"}, {"$set": {f"at.{second}": seq for second, seq in there}}, upsert=True
            )
            for minute, there in _by_minute(moments).items()
        ],
    }


def _document(partition: int, evidence: Evidence) -> dict[str, Any]:
    # each basis by itself, since a question is of one; what is left of `pieces` in the body is an empty list
    by_basis: dict[CellBasis, list[Piece]] = {}
    for piece in evidence.pieces:
        by_basis.setdefault(piece.basis, []).append(piece)
    return {
        "partition": partition,
        "keys": keys(evidence),
        "pieces": {basis: _pack(pieces) for basis, pieces in by_basis.items()},
        "about": None if evidence.about is None else _pack(evidence.about),
        "body": _pack(msgspec.structs.replace(evidence, pieces=(), about=None)),
    }


def keys(evidence: Evidence) -> list[str]:
    """What it is found by: basis and UTC date of each piece, once in all and once under its department.

    Durations have none: the case has a piece of the cohort in the same place.
    """
    found = set[str]()
    for piece in evidence.pieces:
        if piece.basis != "durations":
            for department in ("", piece.values[DEPARTMENT]):
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
        await self._database[CASES].create_indexes([IndexModel([("keys", ASCENDING), ("_id", ASCENDING)])])
        await ensure_collection(self._database, MOMENTS)

    async def load(self, case_ids: Sequence[str]) -> Mapping[str, Evidence]:
        """Of these cases what there is. PyMongoError."""
        found = self._database[CASES].find({"_id": {"$in": list(case_ids)}}, _WHOLE)
        return {document["_id"]: _evidence(document) async for document in found}

    async def current(self) -> int:
        """The generation that is read."""
        return GENERATION

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
            found = await self._database[CASES].find_one({"_id": case_id}, {"partition": 1, **_WHOLE})
        except PyMongoError as error:
            raise CellsAway(AWAY) from error
        return Kept(partition=found["partition"], evidence=_evidence(found)) if found else None

    async def about(self, case_ids: Sequence[str]) -> Mapping[str, About]:
        """Of these cases what is known. CellsAway."""
        query = {"_id": {"$in": list(case_ids)}, "about": {"$ne": None}}
        try:
            found = self._database[CASES].find(query, {"about": 1})
            return {document["_id"]: _unpack_about(document["about"]) async for document in found}
        except PyMongoError as error:
            raise CellsAway(AWAY) from error

    async def chunks(
        self, basis: CellBasis, period: Period, only: Mapping[str, Among], ids: Ids = ALL_IDS
    ) -> AsyncGenerator[Chunk, None]:
        """All that have a piece on these days, of one department where one is asked for. CellsAway."""
        asked = only.get("department")
        (department,) = asked.values if asked is not None and not asked.outside and len(asked.values) == 1 else ("",)
        prefix = _prefix("cohort" if basis == "durations" else basis, department)
        edges = {
            "$gte": prefix + (period.begin.date().isoformat() if period.begin else ""),
            "$lte": prefix + (period.end.date().isoformat() if period.end else "~"),
        }
        query: dict[str, Any] = {"keys": {"$elemMatch": edges}}
        if ids != ALL_IDS:
            query["_id"] = {"$gt": ids.after} | ({} if ids.upto is None else {"$lte": ids.upto})
        bases: list[CellBasis] = ["cohort", "durations"] if basis == "durations" else [basis]
        fields = ["partition", *(f"pieces.{one}" for one in bases)]
        try:
            async for raw in self._database[CASES].find_raw_batches(query, fields, batch_size=AT_ONCE):
                yield partial(_behind, raw, bases)
        except PyMongoError as error:
            raise CellsAway(AWAY) from error


def _behind(raw: bytes, bases: Sequence[CellBasis]) -> Iterator[Behind]:
    # one after the other: a thousand at once would be fifty thousand objects
    for one in bson.decode_all(raw):
        yield Behind(case_id=one["_id"], partition=one["partition"], pieces=_pieces(one["pieces"], bases))


def _pieces(stored: Mapping[str, bytes], bases: Iterable[CellBasis]) -> tuple[Piece, ...]:
    return tuple(piece for basis in bases if basis in stored for piece in _unpack_pieces(stored[basis]))


def _evidence(document: Mapping[str, Any]) -> Evidence:
    about = document.get("about")
    return msgspec.structs.replace(
        _unpack(document["body"]),
        pieces=_pieces(document["pieces"], _BASES),
        about=None if about is None else _unpack_about(about),
    )
