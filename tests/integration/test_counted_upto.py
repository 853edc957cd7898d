"""The time up to which all partitions are counted, by whichever processes, on real servers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from services.metrics.adapters.counted_upto import CountedUpto
from services.metrics.adapters.generations import FIRST, Generations
from services.runtime import applied_upto as module
from services.runtime.ledger import Entry, Ledger
from tests.conftest import Backing
from tests.integration.stage import PARTITIONS, Stage, stage, until


@pytest.fixture
async def at(backing: Backing) -> AsyncIterator[Stage]:
    async with stage(backing) as made:
        yield made


async def test_a_partition_that_another_process_counts_is_waited_for(
    at: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_SECONDS", 0.05)
    await at.send([f"k{number}" for number in range(20)])
    ends = {number: len(records) for number, records in (await at.log(at.input.name)).items()}
    assert all(ends[number] for number in range(PARTITIONS))
    ledger = Ledger(at.database, "metrics", FIRST)

    async def counted(partition: int, offset: int) -> None:
        place = {at.input.name: offset}
        await ledger.found(Entry(partition=partition, epoch=1, offsets=place, stamps=place))

    async def generation() -> str:
        return FIRST

    await Generations(at.database, "metrics").prepare()
    await counted(0, ends[0])
    await counted(1, ends[1] - 1)
    upto = CountedUpto(
        database=at.database,
        reader="metrics",
        generation=generation,
        bootstrap=at.backing.kafka_bootstrap,
        topics=[at.input],
        partitions=PARTITIONS,
        health=at.health,
    )
    looking = asyncio.create_task(upto.run())
    try:
        await until(lambda: upto._upto._seen is not None)
        await asyncio.sleep(0.5)
        assert upto.time() is None, "a record of the second partition is still to be counted"
        mark = upto.watermark()
        assert (mark.complete, mark.behind, mark.records) == (False, None, 1)
        before = datetime.now(UTC)
        await counted(1, ends[1])
        await until(lambda: (upto.time() or before) > before)
        await until(lambda: upto.watermark().records == 0)
        assert upto.watermark().complete
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
