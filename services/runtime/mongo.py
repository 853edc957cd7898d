"""MongoDB as all services use it: majority, aware times. Motor is named here and in services' adapters only."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bson.codec_options import CodecOptions
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorDatabase
from pymongo.errors import OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from .health import Health

Database = AsyncIOMotorDatabase[dict[str, Any]]
StoreError = PyMongoError
"""What any call raises where MongoDB does not answer, or not so."""

_NAMESPACE_EXISTS = 48
# how long a call waits for a server before it fails; the caller waits and retries, and says so
SERVER_SELECTION_MS = 5_000
# less than the 30 s after which a supervisor takes a worker for stuck
ANSWER_MS = 20_000


def connect(uri: str, database: str) -> Database:
    """The database; nothing is sent yet. Reads and writes with majority."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(
        uri, serverSelectionTimeoutMS=SERVER_SELECTION_MS, socketTimeoutMS=ANSWER_MS, connectTimeoutMS=5_000
    )
    return client.get_database(
        database,
        codec_options=CodecOptions(tz_aware=True),
        write_concern=WriteConcern("majority", wtimeout=ANSWER_MS),
        read_concern=ReadConcern("majority"),
    )


async def prepared(prepare: Callable[[], Awaitable[None]], health: Health) -> None:
    """Collections and indexes made, however long MongoDB is away meanwhile; `health` says so."""
    health.wait_for("store", "MongoDB")
    while not health.stopping:
        try:
            await prepare()
            break
        except PyMongoError as error:
            health.failed(error)
            await asyncio.sleep(0.5)
    health.wait_for("store", None)


async def ensure_collection(database: Database, name: str) -> None:
    """Made before a transaction would have to; another instance may be making it at the same moment."""
    if name in await database.list_collection_names():
        return
    try:
        await database.create_collection(name, check_exists=False)
    except OperationFailure as error:
        if error.code != _NAMESPACE_EXISTS:
            raise
