"""Which cells are read: those of one generation. A rebuild counts a fresh one beside it. docs/adr/0016 says why so.

A generation has a collection and a ledger of its own; one document says which is read and which is being counted.
"""

import asyncio
from typing import Any

import msgspec
from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern

from services.runtime.ledger import ASIDE, all_of, positions
from services.runtime.ledger import COLLECTION as LEDGER
from services.runtime.mongo import Database, ensure_collection

FORM = 6
"""Of what is stored. A new one is counted from the log's beginning by whoever starts with it."""
FIRST = f"{FORM}.1"
COLLECTION = "generations"
ANSWER_SECONDS = 10.0
LOOK_SECONDS = 0.02
ATTEMPTS = 20


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The generation that is read, and the one that is being counted beside it, if any."""

    current: str
    fresh: str | None


class StillBehind(Exception):
    """The fresh cells did not come to where the others stand: nothing was changed; ask again."""


def cells_of(generation: str) -> str:
    """The name of its collection."""
    return f"cells_{generation.replace('.', '_')}"


class Generations:
    """The document, and what it means for ledgers and collections. PyMongoError from all of it."""

    def __init__(self, database: Database, reader: str) -> None:
        self._database = database
        self._documents = database[COLLECTION]
        self._reader = reader

    async def prepare(self) -> None:
        """The first generation, where there is none; its collection, since a transaction should not have to make it."""
        first = {"current": 1, "fresh": None, "newest": 1}
        await self._documents.update_one({"_id": FORM}, {"$setOnInsert": first}, upsert=True)
        await ensure_collection(self._database, cells_of((await self.standing()).current))

    async def standing(self, session: AsyncIOMotorClientSession | None = None) -> Standing:
        """As it is now, or in the snapshot of `session`."""
        found = await self._documents.find_one({"_id": FORM}, session=session)
        if found is None:
            raise PyMongoError(f"{COLLECTION} has no document {FORM} yet, or the database was dropped while this ran")
        return Standing(current=_name(found["current"]), fresh=_name(found["fresh"]) if found["fresh"] else None)

    async def begin(self, *, anew: bool) -> Standing:
        """With a fresh generation: with `anew` from the log's beginning, else what was begun before, if anything was.
        What nobody reads any more is dropped."""
        await self.prepare()
        if anew:
            await self._documents.update_one({"_id": FORM}, {"$set": {"fresh": None}})
        await self._documents.update_one(
            {"_id": FORM, "fresh": None},
            [{"$set": {"newest": {"$add": ["$newest", 1]}}}, {"$set": {"fresh": "$newest"}}],
        )
        standing = await self.standing()
        assert standing.fresh is not None
        await ensure_collection(self._database, cells_of(standing.fresh))
        await self._forget_others(standing)
        return standing

    async def switch(self, standing: Standing) -> None:
        """From here on the fresh one is read. Its positions are nowhere behind those read so far. StillBehind."""
        for _ in range(ATTEMPTS):
            try:
                await self._switch(standing)
            except OperationFailure as error:
                if not error.has_error_label("TransientTransactionError"):
                    raise
                await asyncio.sleep(LOOK_SECONDS)  # whoever counts the others was committing
            else:
                return
        raise StillBehind("the cells that are read change too fast to be held; ask again")

    async def _switch(self, standing: Standing) -> None:
        assert standing.fresh is not None
        async with (
            await self._database.client.start_session() as session,
            session.start_transaction(read_concern=ReadConcern("snapshot"), write_concern=self._database.write_concern),
        ):
            # no batch of the others can be committed until this ends, so that they stay where they are
            held = all_of(self._reader, standing.current)
            await self._database[LEDGER].update_many(held, {"$inc": {"held": 1}}, session=session)
            target = await positions(self._database, self._reader, generation=standing.current, session=session)
            await self._come_to(target, standing.fresh)
            number = int(standing.fresh.rpartition(".")[2])
            found = await self._documents.update_one(
                {"_id": FORM, "fresh": number}, {"$set": {"current": number, "fresh": None}}, session=session
            )
            if found.matched_count == 0:
                raise StillBehind("another process has ended this rebuild, or it was given up")

    async def _come_to(self, target: dict[int, int], fresh: str) -> None:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                while True:
                    if reached(await positions(self._database, self._reader, generation=fresh), target):
                        return
                    await asyncio.sleep(LOOK_SECONDS)
        except TimeoutError as error:
            raise StillBehind("the fresh cells are not where the others stand yet; ask again") from error

    async def _forget_others(self, standing: Standing) -> None:
        kept = {standing.current, standing.fresh} - {None}
        document: Any = await self._documents.find_one({"_id": FORM})
        for number in range(1, document["newest"] + 1):
            name = _name(number)
            if name not in kept:
                await self._database.drop_collection(cells_of(name))
                for collection in (LEDGER, ASIDE):
                    await self._database[collection].delete_many(all_of(self._reader, name))


def reached(position: dict[int, int], target: dict[int, int]) -> bool:
    """Whether `position` is nowhere behind `target`."""
    return all(position.get(partition, 0) >= seq for partition, seq in target.items())


def _name(number: int) -> str:
    return f"{FORM}.{number}"
