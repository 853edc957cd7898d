"""Whatever stands on the log, and whatever our own code makes of it: one record dies, all others move on."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from pymongo import UpdateOne

from services.contracts import topics
from services.contracts.codec import Event, encode
from services.contracts.directory import DirectoryChanged
from services.runtime.dead_api import DeadLetters, Letter
from services.runtime.ledger import set_aside
from tests.conftest import Backing
from tests.integration.stage import AT, Counting, Stage, running, stage, until

Headers = list[tuple[str, bytes | None]]
STRANGE: Mapping[str, tuple[bytes | None, bytes | None, Headers]] = {
    "null header values": (b"k", b"{}", [("ce_type", None), ("ce_specversion", None)]),
    "a dead letter that is none": (b"k", b"{}", [("dead_topic", b"x"), ("dead_partition", b"abc")]),
    "headers of a megabyte": (b"k", b"", [("x", b"y" * 1_000_000)]),
    "ten thousand headers": (b"k", b"", [("x", b"y")] * 10_000),
    "a key of a megabyte": (b"k" * 1_000_000, b"", []),
    "a key that is no text": (b"\xff", b"", []),
    "no key and an empty body": (None, b"", []),
    "a sequence of five thousand digits": (b"k", b"{}", [("ce_sequence", b"9" * 5_000), ("ce_id", b"0.9")]),
    "lists a hundred thousand deep": (b"k", b"[" * 100_000, [("ce_specversion", b"1.0")]),
}


@pytest.fixture
async def at(backing: Backing) -> AsyncIterator[Stage]:
    async with stage(backing) as made:
        yield made


def dead_letters(at: Stage) -> DeadLetters:
    return DeadLetters("routing", at.backing.kafka_bootstrap, partial(set_aside, at.database, "routing"), at.producer)


async def letters(at: Stage) -> list[Letter]:
    return [one for one in (await dead_letters(at).listed(10_000)).items if one.topic == at.input.name]


async def put(at: Stage, topic: str, records: Sequence[tuple[bytes | None, bytes | None, Headers]]) -> None:
    raw = AIOKafkaProducer(bootstrap_servers=at.backing.kafka_bootstrap, max_request_size=2_000_000)
    await raw.start()
    try:
        for key, value, headers in records:
            await raw.send_and_wait(topic, value, key=key, partition=0, headers=headers)
    finally:
        await raw.stop()


async def test_no_raw_record_stops_a_partition(at: Stage) -> None:
    await put(at, at.input.name, list(STRANGE.values()))
    await put(at, topics.REPLAYS["routing"].name, list(STRANGE.values()))
    sent = [f"k{n}" for n in range(50)]
    worker, _, health = at.worker()
    async with running(worker):
        await at.send(sent)
        await until(lambda: health.lag == 0 and health.ready)
        await until(lambda: _exact(at, sent))
    assert len(await letters(at)) == len(STRANGE)
    assert health.halted is None


async def _exact(at: Stage, sent: Sequence[str]) -> bool:
    counts = await at.counts()
    counts.pop("", None)
    return counts == Counter(sent)


@pytest.mark.parametrize("fault", ["a number that BSON cannot hold", "a document larger than any", "an error of ours"])
async def test_what_cannot_be_written_is_found_and_dies_alone(
    at: Stage, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    """The batch as a whole names no record: the store refuses it, or the driver, or making it raises."""
    writes = Counting.writes

    def faulty(self: Counting) -> Mapping[str, Sequence[Any]]:
        made = writes(self)
        if "hostile" not in self._counts:
            return made
        if fault == "an error of ours":
            raise ZeroDivisionError("of ours")
        value: Any = 1 << 70 if fault.startswith("a number") else "x" * 17_000_000
        return {"counts": [*made["counts"], UpdateOne({"_id": "hostile"}, {"$set": {"value": value}}, upsert=True)]}

    monkeypatch.setattr(Counting, "writes", faulty)
    sent = [f"k{n}" for n in range(200)]
    worker, _, health = at.worker()
    await at.send([*sent[:100], "hostile", *sent[100:]])
    async with running(worker):
        await until(lambda: health.lag == 0 and health.ready, 120)
    assert await at.counts() == Counter(sent)
    (letter,) = await letters(at)
    assert letter.reason.startswith("handled alone")
    assert health.halted is None


async def test_an_error_whatever_is_handled_halts_and_says_so(at: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    worker, reader, health = at.worker()

    async def broken(batches: object) -> None:
        raise ZeroDivisionError("of ours, before any record")

    reader.before_load = broken
    monkeypatch.setattr("services.runtime.apart.BAD_ATTEMPTS", 100)
    monkeypatch.setattr("services.runtime.worker.MOST_ERRORS", 4)
    await at.send(["a"])
    async with running(worker):
        await until(lambda: health.halted)
    assert "ZeroDivisionError: of ours" in (health.halted or "")
    assert not health.ready


async def test_a_dead_letter_that_holds_a_part_is_replayed_whole(at: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "长" * 335_000
    value, headers = encode(
        Event(
            id="x",
            source="/test",
            time=AT,
            data=DirectoryChanged(kind="key", id="x", version=1, row={"text": text}),
        )
    )
    assert len(value) > 1_000_000
    key = f"poison-{at.name}".encode()
    await put(at, at.input.name, [(key, value, [(name, text) for name, text in headers])])
    worker, _, health = at.worker()
    async with running(worker):
        await until(lambda: health.lag == 0)
    (letter,) = await letters(at)
    dead = dead_letters(at)
    assert (await dead.one(letter.id)).value is None
    assert (await dead.whole(await dead.one(letter.id))).value == value
    seen: list[int] = []
    apply = Counting.apply

    def healed(self: Counting, record: Any) -> Any:
        if record.key == key.decode():
            seen.append(len(record.event.data.row["text"]))
            record = msgspec.structs.replace(record, key="healed")
        return apply(self, record)

    monkeypatch.setattr(Counting, "apply", healed)
    await dead.replay(letter.id)
    again, _, _ = at.worker()
    async with running(again):
        await until(lambda: _exact(at, ["healed"]))
    assert seen == [len(text)]
