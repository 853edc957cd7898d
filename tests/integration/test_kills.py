"""kill -9 at the worst moments: before the commit, between commit and publish, between publish and Kafka's commit;
and a zombie that is paused until another has taken over, then wakes."""

import asyncio
import random
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator

import pytest

from tests.conftest import Backing
from tests.integration.stage import Stage, stage, until
from tests.integration.test_worker import exact, keys, sequences


@pytest.fixture
async def at(backing: Backing) -> AsyncIterator[Stage]:
    async with stage(backing) as made:
        yield made


async def victim(at: Stage, failpoint: str = "") -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.integration.victim",
        at.backing.kafka_bootstrap,
        at.backing.mongodb_uri,
        at.name,
        failpoint,
        stderr=asyncio.subprocess.DEVNULL,
    )


async def end(process: Process, number: int = signal.SIGTERM) -> None:
    if process.returncode is None:
        process.send_signal(number)
    await asyncio.wait_for(process.wait(), 20)


def gapless(log: dict[int, list[object]], total: int) -> bool:
    found = sequences(log)
    return sum(map(len, found.values())) == total and all(
        numbers == list(range(1, len(numbers) + 1)) for numbers in found.values()
    )


@pytest.mark.parametrize("failpoint", ["before_commit", "after_commit", "after_publish"])
async def test_killed_at(at: Stage, failpoint: str) -> None:
    sent: list[str] = []
    for turn in range(3):
        process = await victim(at, f"{failpoint}:1")
        batch = keys(200)
        await at.send(batch)
        sent += batch
        assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL, f"turn {turn} was not killed"
    last = await victim(at)
    sent.append("only the last can do this")
    await at.send(sent[-1:])
    await until(lambda: exact(at, sent))

    async def all_published() -> bool:
        return gapless(await at.log(at.output.name), len(sent))

    await until(all_published)
    await end(last)
    assert last.returncode == 0


async def test_killed_at_random_moments_two_at_a_time(at: Stage) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    running = [await victim(at), await victim(at)]
    sent: list[str] = []
    for _ in range(6):
        batch = keys(400)
        sent += batch
        await at.send(batch)
        await asyncio.sleep(chance.uniform(0, 2.5))
        index = chance.randrange(2)
        await end(running[index], signal.SIGKILL)
        running[index] = await victim(at)
    await until(lambda: exact(at, sent), 90)

    async def all_published() -> bool:
        return gapless(await at.log(at.output.name), len(sent))

    await until(all_published)
    for process in running:
        await end(process)


async def test_a_zombie_that_wakes_is_fenced_and_everything_stays_exact(at: Stage) -> None:
    sent = keys(300)
    zombie = await victim(at)
    await at.send(sent)
    await until(lambda: exact(at, sent))
    zombie.send_signal(signal.SIGSTOP)
    heir = await victim(at)
    await at.send(sent)
    await until(lambda: exact(at, sent * 2), 60)  # the group notices after its session timeout
    zombie.send_signal(signal.SIGCONT)
    await at.send(sent)
    await until(lambda: exact(at, sent * 3))
    await end(heir)
    await at.send(sent)
    await until(lambda: exact(at, sent * 4))

    async def all_published() -> bool:
        return gapless(await at.log(at.output.name), 4 * len(sent))

    await until(all_published)
    await end(zombie)
