"""Half of a directory is none: a key that is withdrawn later must not open anything while the topic is read."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from services.contracts.codec import Event, encode
from services.contracts.directory import DirectoryChanged
from services.runtime.directory import PARTITION, Directory
from services.runtime.health import Health


def record(change: DirectoryChanged) -> Any:
    value, headers = encode(Event(id="x", source="/test", time=datetime(2026, 3, 1, tzinfo=UTC), data=change))
    return SimpleNamespace(value=value, headers=headers, offset=change.version - 1)


GIVEN = record(DirectoryChanged(kind="key", id="k", version=1, row={"role": "admin"}))
WITHDRAWN = record(DirectoryChanged(kind="key", id="k", version=2))


class OneByOne:
    """A consumer that gives one record at a time, and notes what the directory says before each."""

    def __init__(self, directory: Directory) -> None:
        self.seen: list[int] = []
        self._directory = directory
        self._left = [GIVEN, WITHDRAWN]

    async def topics(self) -> set[str]:
        return {PARTITION.topic}

    def assign(self, partitions: object) -> None:
        pass

    async def seek_to_beginning(self, partition: object) -> None:
        pass

    async def end_offsets(self, partitions: object) -> dict[Any, int]:
        return {PARTITION: 2}

    async def position(self, partition: object) -> int:
        return 2 - len(self._left)

    async def getmany(self, timeout_ms: int) -> dict[Any, list[Any]]:
        self.seen.append(self._directory.snapshot.version)
        if not self._left:
            await asyncio.Event().wait()
        return {PARTITION: [self._left.pop(0)]}


async def test_nothing_is_known_until_the_topic_was_read_to_its_end() -> None:
    directory = Directory("127.0.0.1:1", Health("intake", "test"))
    consumer = OneByOne(directory)
    following = asyncio.create_task(directory._follow(consumer))
    await asyncio.wait_for(directory.wait_ready(), 10)
    await asyncio.wait_for(directory.wait_version(2), 10)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert consumer.seen[:2] == [0, 0], "the key was in force before its withdrawal was read"
    assert directory.snapshot.get("key", "k") is None
