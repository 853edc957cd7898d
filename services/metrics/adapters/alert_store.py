"""Alerts in MongoDB: one document each, and one that says up to where all were judged.

A change is written only over the version before it, so of two that judge at once one loses and tells nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError, PyMongoError

from services.contracts.alerts import AlertChanged, AlertFigure
from services.runtime.mongo import Database, ensure_collection

from ..ports import CellsAway, KeptAlerts

COLLECTION = "alerts"
JUDGED = "/judged"
"""No alert's id: those begin with a rule's."""
AWAY = "MongoDB does not answer; alerts are kept, ask again"
# JSON, as on the wire: what is published again is the same to the byte, offsets of times too
_pack = msgspec.json.Encoder().encode
_change = msgspec.json.Decoder(AlertChanged).decode
_figure = msgspec.json.Decoder(AlertFigure).decode


class AlertStore:
    """The judge's side and the API's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._alerts = database[COLLECTION]

    async def prepare(self) -> None:
        """The collection. PyMongoError."""
        await ensure_collection(self._database, COLLECTION)

    async def load(self) -> KeptAlerts:
        """All of them. CellsAway."""
        try:
            found: dict[str, dict[str, Any]] = {one["_id"]: one async for one in self._alerts.find({})}
        except PyMongoError as error:
            raise CellsAway(AWAY) from error
        judged = found.pop(JUDGED, {})
        kept = {name: _change(one["change"]) for name, one in found.items()}
        return KeptAlerts(
            changes=kept,
            figures={name: _figure(one["seen"]) for name, one in found.items() if kept[name].state == "raised"},
            untold=[kept[name] for name, one in found.items() if one["told"] < one["version"]],
            position=judged.get("position", {}),
            at=judged.get("at"),
        )

    async def change(self, change: AlertChanged) -> bool:
        """Keep it; False where that version is there already. CellsAway."""
        fields = {"version": change.version, "change": _pack(change), "seen": _pack(change.figure)}
        try:
            if change.version == 1:
                await self._alerts.insert_one({"_id": change.id, "told": 0, **fields})
                return True
            before = {"_id": change.id, "version": change.version - 1}
            return (await self._alerts.update_one(before, {"$set": fields})).matched_count == 1
        except DuplicateKeyError:
            return False
        except PyMongoError as error:
            raise CellsAway(AWAY) from error

    async def told(self, change: AlertChanged) -> None:
        """It is on the topic. CellsAway."""
        this = {"_id": change.id, "version": change.version}
        try:
            if (await self._alerts.update_one(this, {"$set": {"told": change.version}})).matched_count == 0:
                # we slept, and published what others had gone on from: the newest has to be the topic's last again
                await self._alerts.update_one({"_id": change.id}, {"$set": {"told": 0}})
        except PyMongoError as error:
            raise CellsAway(AWAY) from error

    async def judged(self, figures: Mapping[str, AlertFigure], position: Mapping[str, int], at: datetime) -> None:
        """What was seen, and up to where. CellsAway."""
        seen = [UpdateOne({"_id": name}, {"$set": {"seen": _pack(one)}}) for name, one in figures.items()]
        reached = {"$set": {"position": dict(position), "at": at}}
        try:
            await self._alerts.bulk_write([*seen, UpdateOne({"_id": JUDGED}, reached, upsert=True)], ordered=False)
        except PyMongoError as error:
            raise CellsAway(AWAY) from error
