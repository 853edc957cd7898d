"""MongoDB's own time: what a service asked of it, as its profiler saw it, asked again without the service."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.database import Database

Document = dict[str, Any]
Client = MongoClient[Document]
_KEPT = ("aggregate", "pipeline", "find", "filter", "projection")
_PROFILE_BYTES = 64_000_000


class Store(msgspec.Struct, frozen=True):
    """A collection that is read."""

    database: str
    collection: str


class Reads(msgspec.Struct, frozen=True):
    """Commands, each with the database it was sent to; how many documents MongoDB looked at for all of them. `whole` is
    False where its profiler cut one short, so that they cannot be asked again."""

    commands: Sequence[tuple[str, Document]]
    documents: int
    whole: bool


class Profile:
    """What was asked of these stores since it began."""

    def __init__(self, client: Client, stores: Sequence[Store]) -> None:
        self._client, self._stores = client, stores

    def reads(self) -> Reads:
        """In order, store by store. RuntimeError where nothing was asked."""
        commands, documents, whole = list[tuple[str, Document]](), 0, True
        for store in self._stores:
            # what is counted meanwhile is none of it
            query = {"ns": f"{store.database}.{store.collection}", "op": {"$in": ["query", "command", "getmore"]}}
            for one in self._client[store.database]["system.profile"].find(query).sort("ts", 1):
                documents += one.get("docsExamined", 0)
                if one["op"] == "getmore":
                    continue
                whole = whole and "$truncated" not in one["command"]
                command = {name: one["command"][name] for name in _KEPT if name in one["command"]}
                commands.append((store.database, command))
        if not commands:
            raise RuntimeError("nothing was asked of MongoDB")
        return Reads(commands, documents, whole)


@contextmanager
def profiled(client: Client, stores: Sequence[Store]) -> Iterator[Profile]:
    """MongoDB's profiler, as long as the block runs; what it saw can be read in it and after it."""
    databases = [client[name] for name in {store.database for store in stores}]
    for database in databases:
        database.drop_collection("system.profile")
        database.create_collection("system.profile", capped=True, size=_PROFILE_BYTES)
        database.command("profile", 2)
    try:
        yield Profile(client, stores)
    finally:
        for database in databases:
            database.command("profile", 0)


def again(client: Client, reads: Reads) -> int:
    """All of them in one snapshot, as ours are, to the ends of their cursors, nothing decoded; bytes that came."""
    with client.start_session(snapshot=True) as session:
        return sum(len(batch) for name, command in reads.commands for batch in _batches(client[name], command, session))


def _batches(database: Database[Document], command: Document, session: ClientSession) -> Iterator[bytes]:
    if "aggregate" in command:
        return iter(database[command["aggregate"]].aggregate_raw_batches(command["pipeline"], session=session))
    collection = database[command["find"]]
    return iter(collection.find_raw_batches(command["filter"], command.get("projection"), session=session))
