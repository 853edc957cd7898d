"""Cells in MongoDB: one document per cell and partition, moved by `$inc`, summed by readers.

A cell belongs to one partition, so no two owners write one document.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import UpdateOne
from pymongo.errors import PyMongoError

from services.runtime.ledger import positions
from services.runtime.mongo import Database, ensure_collection

from ..domain.cells import CellKey, Tally
from ..domain.units import MEASURES
from ..ports import CellQuery, CellsAway, Reading

COLLECTION = "cells"
AWAY = "MongoDB does not answer; the figures are kept, ask again"


def writes(partition: int, cells: Mapping[CellKey, Tally]) -> dict[str, Sequence[Any]]:
    """A batch's changes as upserts, one for each cell."""
    return {COLLECTION: [_move(partition, key, tally) for key, tally in cells.items()]}


def cell_id(partition: int, key: CellKey) -> str:
    """The same cell has the same id for ever: basis, dimensions, bucket (UTC), values as JSON, partition.

    Ids are in the order in which they are read, so no second index is needed; it would cost as much as the cells.
    """
    values = msgspec.json.encode(key.values).decode()
    return f"{_prefix(key.basis, key.dims)}{_mark(key.bucket)}/{values}/{partition}"


def _prefix(basis: str, dims: Sequence[str]) -> str:
    return f"{basis}/{','.join(dims) or 'total'}/"


def _mark(bucket: datetime) -> str:
    return bucket.isoformat()[:16]  # to the minute: some zones' hours begin at half past


def _move(partition: int, key: CellKey, tally: Tally) -> UpdateOne:
    return UpdateOne(
        {"_id": cell_id(partition, key)},
        {
            "$inc": {f"n.{measure}": count for measure, count in tally.items()},
            "$setOnInsert": dict(zip(key.dims, key.values, strict=True)),
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
        """Make the collection: a transaction should not have to. PyMongoError."""
        await ensure_collection(self._database, COLLECTION)

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        """All queries and the position at one instant. CellsAway."""
        try:
            async with await self._database.client.start_session(snapshot=True) as session:
                position = await positions(self._database, self._reader, session=session)
                sums = [await self._sums(query, session) for query in queries]
            return Reading(sums=sums, position=position)
        except PyMongoError as error:
            raise CellsAway(AWAY) from error

    async def _sums(self, query: CellQuery, session: AsyncIOMotorClientSession) -> dict[tuple[str, ...], Tally]:
        found = self._cells.aggregate(_pipeline(query), session=session)
        return {tuple(cell.pop("_id")): cell async for cell in found}


def _pipeline(query: CellQuery) -> list[dict[str, Any]]:
    prefix, period = _prefix(query.basis, query.dims), query.period
    wanted: dict[str, Any] = {
        "_id": {
            "$gte": prefix + (_mark(period.begin) if period.begin else ""),
            "$lt": prefix + (_mark(period.end) if period.end else "~"),
        },
        **dict(query.only),
    }
    sums = {measure: {"$sum": f"$n.{measure}"} for measure in MEASURES[query.basis]}
    return [{"$match": wanted}, {"$group": {"_id": [f"${name}" for name in query.dims], **sums}}]
