"""The runtime's promises on real Kafka and MongoDB, with the smallest reader that can show them."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any, cast

import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from services.contracts.codec import header
from services.runtime import rounds
from services.runtime import worker as worker_module
from services.runtime.batches import Outgoing
from services.runtime.dead_api import DeadLetters
from services.runtime.ledger import Ledger, RolledBack, set_aside
from tests.conftest import Backing
from tests.integration.stage import PARTITIONS, Counting, Stage, running, stage, until


@pytest.fixture(params=[rounds.BACKLOG_RECORDS, 1], ids=["behind a backlog", "always ahead"])
async def at(backing: Backing, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stage]:
    monkeypatch.setattr(rounds, "BACKLOG_RECORDS", request.param)
    async with stage(backing) as made:
        yield made


def keys(n: int, distinct: int = 50) -> list[str]:
    return [f"k{i % distinct}" for i in range(n)]


async def exact(at: Stage, sent: list[str], exclude: str = "poison") -> bool:
    return await at.counts() == Counter(key for key in sent if not key.startswith(exclude))


def sequences(log: dict[int, list[Any]]) -> dict[int, list[int]]:
    """First occurrences only: what is published again is recognised by its number."""
    found: dict[int, list[int]] = {}
    for number, records in log.items():
        last = 0
        for record in records:
            seq = int(header(record.headers, "ce_sequence") or 0)
            if seq > last:
                found.setdefault(number, []).append(seq)
                last = seq
    return found


async def test_every_command_has_its_effect_once_and_its_fact_in_order(at: Stage) -> None:
    sent = keys(3000)
    worker, _, health = at.worker()
    async with running(worker):
        await at.send(sent)
        await until(lambda: exact(at, sent))
        await until(lambda: health.lag == 0)
    log = await at.log(at.output.name)
    assert sum(len(records) for records in log.values()) == 3000
    assert all(found == list(range(1, len(found) + 1)) for found in sequences(log).values())


async def test_a_backlog_of_large_changes_is_applied(at: Stage) -> None:
    """Half of what the test's mongod may cache (256 MB), in transactions of a size found by trying."""
    sent = keys(12_000, distinct=12_000)
    worker, reader, _ = at.worker()
    reader.ballast = 10_000
    await at.send(sent)
    async with running(worker):
        await until(lambda: exact(at, sent), 120)


async def test_what_the_server_takes_back_is_applied_in_its_order_all_the_same(
    at: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rounds, "ROUND_RECORDS", 50)
    worker, _, _ = at.worker()
    commit, turns = worker._ledger.commit, count(1)

    async def refused_now_and_then(*asked: Any) -> set[int]:
        if next(turns) % 3 == 2:
            raise RolledBack("in the test")
        return await commit(*asked)

    monkeypatch.setattr(worker._ledger, "commit", refused_now_and_then)
    sent = keys(1000)
    await at.send(sent)
    async with running(worker):
        await until(lambda: exact(at, sent))
        log = await at.log(at.output.name)
    assert worker._instruments.rolled_back._value.get() >= 3
    assert all(found == list(range(1, len(found) + 1)) for found in sequences(log).values())
    assert sum(map(len, log.values())) == 1000


async def test_two_instances_share_and_an_orderly_stop_moves_the_work(at: Stage) -> None:
    first, _, one = at.worker()
    second, _, two = at.worker()
    async with running(second):
        async with running(first):
            sent = keys(500)
            await until(lambda: one.waiting is None and two.waiting is None)
            await at.send(sent)
            await until(lambda: exact(at, sent))
            await until(lambda: len(first._ownership.owned) == len(second._ownership.owned) == PARTITIONS // 2)
        await at.send(sent)
        await until(lambda: exact(at, sent * 2), 10)


async def test_a_stale_owner_is_fenced_by_its_epoch(at: Stage) -> None:
    """The owner stops before its commit, another epoch is taken behind its back, then it goes on."""
    worker, reader, _ = at.worker()
    ledger, other = Ledger(at.database, "routing"), await at.database.client.start_session()
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def pause(_: object) -> None:
        reached.set()
        await go_on.wait()

    async def no_check(_: object) -> None:
        return None

    sent = keys(200)
    async with running(worker):
        await until(lambda: len(worker._ownership.owned) == PARTITIONS)
        reader.before_load = pause
        await at.send(sent)
        await reached.wait()
        reader.before_load = None
        for number in range(PARTITIONS):
            assert await ledger.take(number, other, no_check) is not None
        go_on.set()
        await until(lambda: exact(at, sent))
    assert worker._instruments.fenced._value.get() >= 1
    assert all(found == list(range(1, len(found) + 1)) for found in sequences(await at.log(at.output.name)).values())
    await other.end_session()


async def test_what_was_committed_and_not_published_is_published_by_the_next_owner(at: Stage) -> None:
    worker, _, _ = at.worker()
    sent = keys(100)
    original = at.producer.publish
    failures = iter([True, True])
    published: list[Outgoing] = []

    async def fails_twice(records: Sequence[Outgoing], acknowledged: Callable[[], None] = lambda: None) -> None:
        if len(records) > 0 and next(failures, False):
            raise OSError("gone between commit and publish")
        await original(records, acknowledged)
        published.extend(records)

    at.producer.publish = fails_twice  # type: ignore[method-assign]
    await at.send(sent)
    async with running(worker):
        await until(lambda: exact(at, sent))
        await until(lambda: len(published) >= 100)
    assert next(failures, None) is None
    found = sequences(await at.log(at.output.name))
    assert sum(len(numbers) for numbers in found.values()) == 100


async def test_a_member_whose_group_gives_it_nothing_joins_anew(at: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the client has been seen to do after Kafka slept: it says that it is a member and is told of no share."""
    monkeypatch.setattr(worker_module, "UNSETTLED_SECONDS", 1.0)
    worker, _, health = at.worker()
    settled = worker._ownership.settled
    consumers: list[Any] = []

    def lost_at_first(consumer: Any) -> bool:
        if consumer not in consumers:
            consumers.append(consumer)
        return len(consumers) > 1 and settled(consumer)

    monkeypatch.setattr(worker._ownership, "settled", lost_at_first)
    sent = keys(100)
    await at.send(sent)
    async with running(worker):
        await until(lambda: health.waiting is None)
        await until(lambda: exact(at, sent))
    assert len(consumers) == 2


async def test_poison_becomes_a_dead_letter_and_its_replay_has_its_effect_once(
    at: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker, _, health = at.worker()
    name = f"poison-{at.name}"
    sent = ["a", name, "b"]
    raw = AIOKafkaProducer(bootstrap_servers=at.backing.kafka_bootstrap)
    await raw.start()
    await raw.send_and_wait(at.input.name, b"\xff\xfe", key=b"bytes", partition=0)
    await raw.stop()
    dead = DeadLetters("routing", at.backing.kafka_bootstrap, partial(set_aside, at.database, "routing"), at.producer)

    async def letters() -> dict[str, Any]:
        ids = [letter.id for letter in (await dead.listed(1_000)).items if letter.topic == at.input.name]
        return {dead_id: await dead.one(dead_id) for dead_id in ids}

    async def two() -> bool:
        return len(await letters()) == 2

    async with running(worker):
        await at.send(sent)
        await until(lambda: exact(at, sent))
        await until(lambda: health.lag == 0)
        await until(two)
    found = {record.key.decode(): (key, record) for key, record in (await letters()).items()}
    assert "not_cloudevents" in (header(found["bytes"][1].headers, "dead_reason") or "")
    assert "ValueError: poison" in (header(found[name][1].headers, "dead_reason") or "")
    fixed = Counting.apply

    def healed(self: Any, record: Any) -> Any:
        return fixed(self, msgspec.structs.replace(record, key="healed") if record.key == name else record)

    monkeypatch.setattr(Counting, "apply", healed)
    monkeypatch.setattr(rounds, "ROUND_RECORDS", 1)  # so that the two replays are in two batches
    for _ in range(2):
        await dead.replay(found[name][0])
    mended, _, _ = at.worker()
    async with running(mended):
        await until(lambda: exact(at, ["a", "healed", "b"]))
        await at.send(["c"])
        await until(lambda: exact(at, ["a", "healed", "b", "c"]))
    assert await dead.aside() == {found["bytes"][0]}


async def test_a_store_older_than_the_log_halts_loudly(at: Stage) -> None:
    sent = keys(100)
    worker, _, _ = at.worker()
    async with running(worker):
        await at.send(sent)
        await until(lambda: exact(at, sent))
    await at.database["ledger"].delete_many({})
    again, _, health = at.worker()
    async with running(again):
        await until(lambda: health.halted)
        assert health.status == "halted"
        assert "restored from an older copy" in (health.halted or "")
    assert await exact(at, sent)


async def test_a_log_shorter_than_the_ledger_halts_loudly(at: Stage) -> None:
    worker, _, _ = at.worker()
    async with running(worker):
        await at.send(keys(10))
        await until(lambda: exact(at, keys(10)))
    await at.database["ledger"].update_many({}, {"$set": {"places.$[].offset": 10_000}})
    again, _, health = at.worker()
    async with running(again):
        await until(lambda: health.halted)
    assert "restore it" in (health.halted or "")


async def test_an_open_transaction_of_a_dead_owner_does_not_block_the_next(at: Stage) -> None:
    worker, _, _ = at.worker()
    async with running(worker):
        await at.send(["a"])
        await until(lambda: exact(at, ["a"]))
    # a former owner that stopped in the middle of its transaction
    session = await at.database.client.start_session()
    its_id = cast(Mapping[str, Any], session.session_id)["id"]  # a property, though Motor declares a method
    await at.database["ledger"].update_many({}, {"$set": {"session": its_id}})
    session.start_transaction()
    await at.database["ledger"].update_many({}, {"$set": {"stuck": True}}, session=session)
    again, _, _ = at.worker()
    async with running(again):
        await at.send(["b"])
        await until(lambda: exact(at, ["a", "b"]), 10)
    await session.end_session()


async def test_instances_that_start_together_make_the_ledger_together(at: Stage) -> None:
    await asyncio.gather(*(Ledger(at.database, "routing").prepare() for _ in range(16)))
    assert "ledger" in await at.database.list_collection_names()
