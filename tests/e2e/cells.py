"""Metrics' store as it stands: for tests that look at cells, or break one."""

from typing import Any

import pymongo
from pymongo.collection import Collection

from tests.e2e.deployment import Deployment


def standing(deployment: Deployment) -> tuple[int, int | None]:
    """The numbers of the generation that is read, and of the one that is being counted beside it."""
    with deployment.mongo() as client:
        document = _document(client)
        return document["current"], document["fresh"]


def read_cells(client: "pymongo.MongoClient[dict[str, Any]]") -> Collection[dict[str, Any]]:
    """The sheets that are read."""
    document = _document(client)
    return client["mingshao_metrics"][f"cells_{document['_id']}_{document['current']}"]


def _document(client: "pymongo.MongoClient[dict[str, Any]]") -> dict[str, Any]:
    document = client["mingshao_metrics"]["generations"].find_one({})
    assert document is not None
    return document
