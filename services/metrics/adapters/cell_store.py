"""Cells in MongoDB: one document per cell and partition, moved by `$inc`, summed by readers.

A cell belongs to one partition, so no two owners write one document.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import ASCENDING, UpdateOne
from pymongo.errors import PyMongoError

from services.runtime.ledger import positions
from services.runtime.mongo import Database

from ..domain.cells import DIMENSIONS, CellKey, Tally
from ..domain.units import MEASURES
from ..ports import CellQuery, CellsAway, Reading

COLLECTION = "cells"


def writes(partition: int, cells: Mapping[CellKey, Tally]) -> dict[str, Sequence[Any]]:
    """A batch's changes as upserts, one for each cell."""
    return {COLLECTION: [_move(partition, key, tally) for key, tally in cells.items()]}


def cell_id(partition: int, key: CellKey) -> str:
    """The same cell has the same id for ever; JSON, since a value may contain any sign."""
    parts = [key.basis, int(key.bucket.timestamp()), ",".join(key.dims), *key.values, partition]
    return msgspec.json.encode(parts).decode()


def _move(partition: int, key: CellKey, tally: Tally) -> UpdateOne:
    return UpdateOne(
        {"_id": cell_id(partition, key)},
        {
            "$inc": {f"n.{measure}": count for measure, count in tally.items()},
            "$setOnInsert": {
                "basis": key.basis,
                "bucket": key.bucket,
                "dims": ",".join(key.dims),
                "partition": partition,
                **dict(zip(key.dims, key.values, strict=True)),
            },
        },
        upsert=True,
    )


class CellStore:
    """Reads cells and the ledger's positions in one snapshot session."""

    def __init__(self, database: Database, reader: str) -> None:
        self._database = database
        self._cells = database[COLLECTION]
        self._reader = reader

    async def prepare(self) -> None:
        """Make the index, and so the collection: a transaction should not have to. PyMongoError."""
        await self._cells.create_index([(name, ASCENDING) for name in ("basis", "dims", "bucket", *DIMENSIONS)])

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        """All queries and the position at one instant. CellsAway."""
        try:
            async with await self._database.client.start_session(snapshot=True) as session:
                position = await positions(self._database, self._reader, session=session)
                sums = [await self._sums(query, session) for query in queries]
            return Reading(sums=sums, position=position)
        except PyMongoError as error:
            raise CellsAway(f"MongoDB does not answer: {error}"[:300]) from error

    async def _sums(self, query: CellQuery, session: AsyncIOMotorClientSession) -> dict[tuple[str, ...], Tally]:
        found = self._cells.aggregate(_pipeline(query), session=session)
        return {tuple(cell.pop("_id")): cell async for cell in found}

    async def count(self) -> int:
        """How many cells there are, about. CellsAway."""
        try:
            return await self._cells.estimated_document_count()
        except PyMongoError as error:
            raise CellsAway(f"MongoDB does not answer: {error}"[:300]) from error


def _pipeline(query: CellQuery) -> list[dict[str, Any]]:
    wanted: dict[str, Any] = {"basis": query.basis, "dims": ",".join(query.dims), **dict(query.only)}
    edges = {"$gte": query.period.begin, "$lt": query.period.end}
    if bounds := {sign: at for sign, at in edges.items() if at is not None}:
        wanted["bucket"] = bounds
    sums = {measure: {"$sum": f"$n.{measure}"} for measure in MEASURES[query.basis]}
    return [{"$match": wanted}, {"$group": {"_id": [f"${name}" for name in query.dims], **sums}}]
