"""Reads cells from MongoDB: sums over sheets and partitions."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from motor.motor_asyncio import AsyncIOMotorClientSession, AsyncIOMotorCollection
from pymongo.errors import PyMongoError

from services.runtime.ledger import positions
from services.runtime.mongo import Database

from ..domain.cells import SHEETS, Tally
from ..domain.measures import MEASURES, needed
from ..domain.periods import mark
from ..domain.rollups import Among
from ..ports import CellQuery, CellsAway, Parted, Reading
from .generations import Generations, cells_of
from .sheets import ESCAPED, OWN, prefix

AWAY = "MongoDB does not answer; the figures are kept, ask again"
Cells = AsyncIOMotorCollection[dict[str, Any]]
BIN, COUNT = "bin", "count"
_PARTITION = {"$last": {"$split": ["$_id", "/"]}}
_BUCKET = {"$arrayElemAt": [{"$split": ["$_id", "/"]}, 2]}


class CellStore:
    """Reads cells and the ledger's positions in one snapshot session, of the generation that is current in it."""

    def __init__(self, database: Database, reader: str) -> None:
        self._database = database
        self._reader = reader
        self._generations = Generations(database, reader)

    async def prepare(self) -> None:
        """What there is to read, where there is nothing yet. PyMongoError."""
        await self._generations.prepare()

    async def current(self) -> str:
        """The generation that is read. PyMongoError."""
        return (await self._generations.standing()).current

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        """All queries and the position at one instant. CellsAway."""
        try:
            async with await self._database.client.start_session(snapshot=True) as session:
                cells, position = await self._current(session)
                sums = [await _sums(query, cells, session) for query in queries]
            return Reading(sums=sums, position=position)
        except PyMongoError as error:
            raise CellsAway(AWAY) from error

    async def parted(self, query: CellQuery) -> Parted:
        """One query's sums partition by partition, and the position, at one instant. CellsAway."""
        try:
            async with await self._database.client.start_session(snapshot=True) as session:
                cells, position = await self._current(session)
                found: dict[int, dict[str, int]] = {partition: {} for partition in position}
                steps = [*_cells(query), *_summed(query, [_PARTITION])]
                async for row in cells.aggregate(steps, session=session):
                    (partition,) = row.pop("_id")
                    found.setdefault(int(partition), {}).update(_tally(row))
            return Parted(sums=found, position=position)
        except PyMongoError as error:
            raise CellsAway(AWAY) from error

    async def _current(self, session: AsyncIOMotorClientSession) -> tuple[Cells, Mapping[int, int]]:
        current = (await self._generations.standing(session)).current
        position = await positions(self._database, self._reader, generation=current, session=session)
        return self._database[cells_of(current)], position


async def _sums(query: CellQuery, cells: Cells, session: AsyncIOMotorClientSession) -> Mapping[tuple[str, ...], Tally]:
    found: dict[tuple[str, ...], dict[str, int]] = {}
    outer, inner = SHEETS[query.dims]
    fields: dict[str | None, Any] = {outer: "$value", inner: "$inner"}
    told = ("bucket", *query.dims) if query.bucketed else query.dims
    fields["bucket"] = _BUCKET
    steps = [*_cells(query), *_summed(query, [fields[name] for name in told])]
    async for row in cells.aggregate(steps, session=session):
        named = zip(told, row.pop("_id"), strict=True)
        values = tuple(unquote(value) if name == inner else value for name, value in named)
        found.setdefault(values, {}).update(_tally(row))
    return found


def _tally(row: Mapping[str, Any]) -> Tally:
    return {row[BIN]: row[COUNT]} if BIN in row else row


def _cells(query: CellQuery) -> list[dict[str, Any]]:
    """The sheets of the period, and of each its cells as `value`, `inner` (as field names have it), `n`."""
    (outer, inner), period, only = SHEETS[query.dims], query.period, dict(query.only)
    begin = prefix(query.basis, outer)
    sheets: dict[str, Any] = {
        "_id": {
            "$gte": begin + (mark(period.begin) if period.begin else ""),
            "$lt": begin + (mark(period.end) if period.end else "~"),
        }
    }
    if outer in only:
        sheets["value"] = _among(only[outer])
    steps: list[dict[str, Any]] = [{"$match": sheets}]
    if inner is None:
        steps.append({"$project": {"value": 1, "n": f"${OWN}"}})
    elif inner in only and len(only[inner].values) == 1 and not only[inner].outside:
        name = {"$literal": only[inner].values[0].translate(ESCAPED)}
        steps.append(
            {"$project": {"value": 1, "inner": name, "n": {"$getField": {"field": name, "input": f"${inner}"}}}}
        )
    else:
        steps.append({"$project": {"value": 1, "cells": {"$objectToArray": f"${inner}"}}})
        steps.append({"$unwind": "$cells"})
        if inner in only:
            steps.append({"$match": {"cells.k": _among(only[inner], escaped=True)}})
        steps.append({"$project": {"value": 1, "inner": "$cells.k", "n": "$cells.v"}})
    return [*steps, {"$match": {"n": {"$exists": True}}}]


def _among(wanted: Among, *, escaped: bool = False) -> dict[str, list[str]]:
    values = [value.translate(ESCAPED) if escaped else value for value in wanted.values]
    return {"$nin" if wanted.outside else "$in": values}


def _summed(query: CellQuery, named: Sequence[Any]) -> list[dict[str, Any]]:
    return _bins(query, named) if query.basis == "durations" else _measures(query, named)


def _measures(query: CellQuery, named: Sequence[Any]) -> list[dict[str, Any]]:
    return [{"$group": {"_id": named, **{measure: {"$sum": f"$n.{measure}"} for measure in _wanted(query)}}}]


def _bins(query: CellQuery, named: Sequence[Any]) -> list[dict[str, Any]]:
    """A row for each bin: which there are stands in the cells alone."""
    histograms = "|".join(map(re.escape, _wanted(query)))
    return [
        {"$project": {"value": 1, "inner": 1, "n": {"$objectToArray": "$n"}}},
        {"$unwind": "$n"},
        {"$match": {"n.k": {"$regex": f"^({histograms}):"}}},
        {"$group": {"_id": {"values": named, BIN: "$n.k"}, COUNT: {"$sum": "$n.v"}}},
        {"$project": {"_id": "$_id.values", BIN: f"$_id.{BIN}", COUNT: 1}},
    ]


def _wanted(query: CellQuery) -> Sequence[str]:
    return query.measures or tuple(needed(MEASURES[query.basis], "assessed"))
