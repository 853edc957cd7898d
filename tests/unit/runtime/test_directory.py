"""Half of a directory is none: a key that is withdrawn later must not open anything while the topic is read."""

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from services.contracts.alerts import RateBelow
from services.contracts.codec import Event, encode
from services.contracts.directory import Alert, Department, DirectoryChanged, Key, Policy
from services.runtime.directory import PARTITION, BrokenDirectory, Directory, Draft
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


class AllAtOnce(OneByOne):
    """A consumer that gives all it has in one go."""

    def __init__(self, directory: Directory, given: list[Any]) -> None:
        super().__init__(directory)
        self._end, self._left = len(given), given

    async def end_offsets(self, partitions: object) -> dict[Any, int]:
        return {PARTITION: self._end}

    async def position(self, partition: object) -> int:
        return self._end - len(self._left)

    async def getmany(self, timeout_ms: int) -> dict[Any, list[Any]]:
        if not self._left:
            await asyncio.Event().wait()
        left, self._left = self._left, []
        return {PARTITION: left}


def grid(version: int) -> DirectoryChanged:
    row = {"name": "一", "community": "c", "polygon": []}
    return DirectoryChanged(kind="grid", id=f"g{version}", version=version, row=row)


def test_rows_are_copied_once_between_two_snapshots_and_never_while_they_are_read() -> None:
    draft = Draft()
    draft.take(grid(1))
    first = draft.rows["grid"]
    for version in range(2, 20_001):
        draft.take(grid(version))
    assert draft.rows["grid"] is first, "copied while they were read"
    given = draft.snapshot()
    assert (given.rows["grid"] is first, given.version) == (True, 20_000)
    draft.take(grid(20_001))
    second = draft.rows["grid"]
    for version in range(20_002, 20_100):
        draft.take(grid(version))
    assert draft.rows["grid"] is second
    assert (len(given.rows["grid"]), len(draft.snapshot().rows["grid"])) == (20_000, 20_099), "a snapshot stays"


def test_a_snapshot_is_made_of_changes_alone() -> None:
    draft = Draft()
    draft.take(grid(1))
    before = draft.snapshot()
    assert draft.snapshot() is before
    draft.take(DirectoryChanged(kind="grid", id="g1", version=2))
    assert (before.get("grid", "g1") is None, draft.snapshot().get("grid", "g1")) == (False, None)


async def test_many_rows_are_read_in_one_go() -> None:
    directory = Directory("127.0.0.1:1", Health("intake", "test"))
    given = [record(grid(version)) for version in range(1, 20_001)]
    following = asyncio.create_task(directory._follow(AllAtOnce(directory, given)))
    await asyncio.wait_for(directory.wait_version(20_000), 60)
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    assert len(directory.snapshot.rows["grid"]) == 20_000
    assert directory.snapshot.rows["grid"] is directory._draft.rows["grid"], "copied though nothing changed since"


def test_a_row_that_was_removed_is_kept_as_it_was_last_beside_the_directory() -> None:
    draft = Draft()
    for version, name in enumerate(["环卫站", "环卫所"], 1):
        draft.take(DirectoryChanged(kind="department", id="b", version=version, row={"name": name}))
    there = draft.snapshot()
    draft.take(DirectoryChanged(kind="department", id="b", version=3))
    gone = draft.snapshot()
    assert gone.get("department", "b") is None
    assert gone.last("department", "b") == there.get("department", "b")
    assert there.removed.get("department", {}) == {}, "a snapshot that was given out does not change"
    draft.take(DirectoryChanged(kind="department", id="b", version=4, row={"name": "环卫所二"}))
    back = draft.snapshot()
    assert back.last("department", "b") == back.get("department", "b") != gone.last("department", "b")
    assert back.last("department", "never") is None


def test_of_a_key_that_was_withdrawn_nothing_is_kept() -> None:
    draft = Draft()
    draft.take(DirectoryChanged(kind="key", id="k", version=1, row={"role": "admin"}))
    draft.take(DirectoryChanged(kind="key", id="k", version=2))
    assert draft.snapshot().last("key", "k") is None


def newer(version: int, kind: str, row: Any, row_id: str = "k") -> Any:
    body = {"kind": kind, "id": row_id, "version": version, "row": row, "added_later": True}
    _, headers = encode(
        Event(
            id="x",
            source="/test",
            time=datetime(2026, 3, 1, tzinfo=UTC),
            data=DirectoryChanged(kind="key", id="x", version=1),
        )
    )
    return SimpleNamespace(value=msgspec.json.encode(body), headers=headers, offset=version - 1)


async def read(*records: Any) -> tuple[Directory, Health]:
    health = Health("intake", "test")
    directory = Directory("127.0.0.1:1", health)
    following = asyncio.create_task(directory._follow(AllAtOnce(directory, list(records))))
    await asyncio.wait([following, asyncio.create_task(directory.wait_ready())], return_when=asyncio.FIRST_COMPLETED)
    if following.done():
        await following
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)
    return directory, health


async def test_a_field_of_a_newer_version_is_left_out_and_the_row_is_in_force() -> None:
    rule = {"kind": "rate_below", "rate": "handled", "period": "month", "threshold": 0.5, "least": 3, "louder": True}
    directory, _ = await read(
        newer(1, "key", {"role": "admin", "colour": "red"}),
        newer(2, "alert", {"name": "警", "rule": rule, "sound": "bell"}),
        newer(3, "policy", {"name": "p", "limits": {"reply": {"hours": 3, "minutes": 4}}}),
    )
    snapshot = directory.snapshot
    assert snapshot.version == 3
    assert isinstance(key := snapshot.get("key", "k"), Key)
    assert key.role == "admin"
    assert isinstance(alert := snapshot.get("alert", "k"), Alert)
    assert isinstance(alert.rule, RateBelow)
    assert alert.rule.least == 3
    assert isinstance(policy := snapshot.get("policy", "k"), Policy)
    assert policy.limits["reply"].hours == 3


async def test_a_kind_of_a_newer_version_is_passed_over_and_what_follows_counts() -> None:
    directory, health = await read(newer(1, "gathering", {"any": ["thing"]}), newer(2, "key", {"role": "admin"}))
    assert (directory.snapshot.version, health.ready) == (2, True)
    assert directory.snapshot.get("key", "k") is not None


@pytest.mark.parametrize("row", [{"role": "mayor"}, {"role": "admin", "scopes": ["everything"]}, {}, {"role": 1}])
async def test_a_key_that_is_not_understood_opens_nothing(row: dict[str, Any]) -> None:
    directory, _ = await read(newer(1, "key", {"role": "admin"}), newer(2, "key", row), newer(3, "key", None, "other"))
    assert (directory.snapshot.version, directory.snapshot.get("key", "k")) == (3, None)


async def test_another_row_that_is_not_understood_stays_as_it_was() -> None:
    directory, _ = await read(
        newer(1, "department", {"name": "市政"}), newer(2, "department", {"name": ["市政", "Municipal"]})
    )
    assert isinstance(row := directory.snapshot.get("department", "k"), Department)
    assert (directory.snapshot.version, row.name) == (2, "市政")


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (b"{}", []),
        (None, None),
        (b"[" * 100_000, [("ce_type", b"mingshao.directory.changed.v1")]),
        (b'{"kind":"key","id":"k","version":"one"}', [("ce_type", b"mingshao.directory.changed.v1")]),
        (b"{}", [("ce_type", None)]),
        (b'{"kind":"key","id":"k","version":1,"row":null}', [("ce_type", b"elsewhere.v1")]),
    ],
)
async def test_a_foreign_record_stops_nothing(value: bytes | None, headers: Any) -> None:
    foreign = SimpleNamespace(value=value, headers=headers, offset=0)
    directory, health = await read(foreign, newer(1, "key", {"role": "admin"}))
    assert (directory.snapshot.version, health.ready) == (1, True)


async def test_a_topic_that_lacks_changes_is_said_and_not_passed_over() -> None:
    with pytest.raises(BrokenDirectory, match="version 3 of the directory follows 1"):
        await read(newer(1, "key", {"role": "admin"}), newer(3, "key", None))
