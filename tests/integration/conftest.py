"""What several of these tests need: a database of their own."""

import uuid
from collections.abc import AsyncIterator

import pytest

from services.runtime.mongo import Database, connect
from tests.conftest import Backing


@pytest.fixture
async def database(backing: Backing) -> AsyncIterator[Database]:
    """Dropped at the end."""
    made = connect(backing.mongodb_uri, f"test_{uuid.uuid4().hex[:8]}")
    try:
        yield made
    finally:
        await made.client.drop_database(made.name)
        made.client.close()
