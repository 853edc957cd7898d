"""Reads cells from MongoDB: sums over sheets and partitions."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from motor.motor_asyncio import AsyncIOMotorClientSession, AsyncIOMotorCollection
from pymongo import ASCENDING, DESCENDING
from pymongo.errors import OperationFailure, PyMongoError

from services.runtime.ledger import positions
from services.runtime.mongo import Database

from ..domain.cells import SHEETS, Tally
from ..domain.measures import MEASURES, needed
from ..domain.rollups import Among
from ..ports import CellQuery, CellsAway, Parted, Reading
from .asked_sheets import Part, between, by_name, parts
from .generations import Generations, cells_of
from .sheets import ESCAPED, OWN

AWAY = "MongoDB does not answer; the figures are kept, ask again"
TOO_MUCH = (
    "so much was asked that it took longer than MongoDB keeps the past (minSnapshotHistoryWindowInSeconds); "
    "ask for a shorter period"
)
_SNAPSHOT_TOO_OLD = 239
Cells = AsyncIOMotorCollection[dict[str, Any]]
BIN, COUNT = "bin", "count"
_PARTITION = {"$last": {"$split": ["$_id", "/"]}}
_BUCKET = {"$arrayElemAt": [{"$split": ["$_id", "/"]}, 2]}


class CellStore:
    """Reads cells and the ledger's positions in one snapshot session, of the generation that is current in it.

    `zone` is the deployment's."""

    def __init__(self, database: Database, reader: str, zone: ZoneInfo) -> None:
        self._database = database
        self._reader = reader
        self._generations = Generations(database, reader)
        self._zone = zone

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
                sums = [await self._sums(query, cells, position, session) for query in queries]
            return Reading(sums=sums, position=position)
        except PyMongoError as error:
            raise _away(error) from error

    async def parted(self, query: CellQuery) -> Parted:
        """One query's sums partition by partition, and the position, at one instant. CellsAway."""
        try:
            async with await self._database.client.start_session(snapshot=True) as session:
                cells, position = await self._current(session)
                found: dict[int, dict[str, int]] = {partition: {} for partition in position}
                steps = _steps(query, await self._sheets(query, cells, position, session), [_PARTITION])
                async for row in cells.aggregate(steps, session=session):
                    (partition,) = row.pop("_id")
                    found.setdefault(int(partition), {}).update(_tally(row))
            return Parted(sums=found, position=position)
        except PyMongoError as error:
            raise _away(error) from error

    async def _current(self, session: AsyncIOMotorClientSession) -> tuple[Cells, Mapping[int, int]]:
        current = (await self._generations.standing(session)).current
        position = await positions(self._database, self._reader, generation=current, session=session)
        return self._database[cells_of(current)], position

    async def _sums(
        self, query: CellQuery, cells: Cells, partitions: Collection[int], session: AsyncIOMotorClientSession
    ) -> Mapping[tuple[str, ...], Tally]:
        found: dict[tuple[str, ...], dict[str, int]] = {}
        outer, inner = SHEETS[query.dims]
        fields: dict[str | None, Any] = {outer: "$value", inner: "$inner"}
        told = ("bucket", *query.dims) if query.bucketed else query.dims
        fields["bucket"] = _BUCKET
        steps = _steps(query, await self._sheets(query, cells, partitions, session), [fields[name] for name in told])
        async for row in cells.aggregate(steps, session=session):
            named = zip(told, row.pop("_id"), strict=True)
            values = tuple(unquote(value) if name == inner else value for name, value in named)
            found.setdefault(values, {}).update(_tally(row))
        return found

    async def _sheets(
        self, query: CellQuery, cells: Cells, partitions: Collection[int], session: AsyncIOMotorClientSession
    ) -> dict[str, Any]:
        """A match for the documents that are read."""
        asked, only = parts(query, self._zone), dict(query.only).get(SHEETS[query.dims][0])
        if only is None:
            return between(asked)
        if not only.outside and partitions:
            known = [await _bounded(part, cells, session) for part in asked]
            if (found := by_name(known, only.values, partitions, self._zone)) is not None:
                return found
        return {**between(asked), "value": _among(only)}


def _away(error: PyMongoError) -> CellsAway:
    return CellsAway(TOO_MUCH if isinstance(error, OperationFailure) and error.code == _SNAPSHOT_TOO_OLD else AWAY)


async def _bounded(part: Part, cells: Cells, session: AsyncIOMotorClientSession) -> Part:
    if part.bounded:
        return part
    edges = []
    for order in (ASCENDING, DESCENDING):
        found = cells.find({"_id": part.range}, {"_id": 1}, session=session).sort("_id", order).limit(1)
        edges += [document["_id"] async for document in found]
    return part.within(edges)


def _tally(row: Mapping[str, Any]) -> Tally:
    return {row[BIN]: row[COUNT]} if BIN in row else row


def _steps(query: CellQuery, match: Mapping[str, Any], named: Sequence[Any]) -> list[dict[str, Any]]:
    """Of the sheets the cells, as `value`, `inner` (as field names have it) and their numbers; and these summed."""
    inner, only = SHEETS[query.dims][1], dict(query.only)
    if inner is None:
        return [{"$match": {**match, OWN: {"$exists": True}}}, *_summed(query, OWN, named)]
    steps: list[dict[str, Any]] = [{"$match": dict(match)}]
    if inner in only and len(only[inner].values) == 1 and not only[inner].outside:
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
    return [*steps, {"$match": {"n": {"$exists": True}}}, *_summed(query, "n", named)]


def _among(wanted: Among, *, escaped: bool = False) -> dict[str, list[str]]:
    values = [value.translate(ESCAPED) if escaped else value for value in wanted.values]
    return {"$nin" if wanted.outside else "$in": values}


def _summed(query: CellQuery, numbers: str, named: Sequence[Any]) -> list[dict[str, Any]]:
    if query.basis == "durations":
        return _bins(query, numbers, named)
    return [{"$group": {"_id": named, **{measure: {"$sum": f"${numbers}.{measure}"} for measure in _wanted(query)}}}]


def _bins(query: CellQuery, numbers: str, named: Sequence[Any]) -> list[dict[str, Any]]:
    """A row for each bin: which there are stands in the cells alone."""
    histograms = "|".join(map(re.escape, _wanted(query)))
    return [
        {"$project": {"value": 1, "inner": 1, "n": {"$objectToArray": f"${numbers}"}}},
        {"$unwind": "$n"},
        {"$match": {"n.k": {"$regex": f"^({histograms}):"}}},
        {"$group": {"_id": {"values": named, BIN: "$n.k"}, COUNT: {"$sum": "$n.v"}}},
        {"$project": {"_id": "$_id.values", BIN: f"$_id.{BIN}", COUNT: 1}},
    ]


def _wanted(query: CellQuery) -> Sequence[str]:
    return query.measures or tuple(needed(MEASURES[query.basis], "assessed"))
