"""Counts of many cases beside others: who waits for whom, and how long one is kept."""

import asyncio

import msgspec
import pytest

from services.contracts.cases import CaseFact
from services.metrics import recounts
from services.metrics.domain.periods import Period
from services.metrics.domain.rates import CATALOGUE
from services.metrics.domain.receipts import Asked
from services.metrics.recounts import Recounts
from tests.unit.metrics.cases import Story, at
from tests.unit.metrics.memory import MemoryEvidence

ASKED = [
    Asked(row=CATALOGUE[name], basis=CATALOGUE[name].bases[0], scope="full", period=Period())
    for name in ("handled", "replied", "satisfied")
]


def received(number: int) -> list[CaseFact]:
    """As many cases."""
    stories = [Story(f"t-{one:04x}") for one in range(number)]
    for story in stories:
        story.received(at("04-02 08:00"))
    return [msgspec.structs.replace(story.facts[0], seq=seq) for seq, story in enumerate(stories, 1)]


async def begun(evidence: MemoryEvidence) -> None:
    """Some turns of the loop, so that the first case is looked at."""
    for _ in range(10):
        await asyncio.sleep(0)
    assert evidence.looks


async def test_a_small_question_does_not_wait_for_a_large_one_to_end() -> None:
    many, few = MemoryEvidence(received(400)), MemoryEvidence(received(4))
    large = asyncio.create_task(Recounts(many).of(ASKED[0], {0: 400}, lambda _: True))
    await begun(many)
    small = await Recounts(few).of(ASKED[0], {0: 4}, lambda _: True)
    assert not large.done()
    assert (small.counts["denominator"], (await large).counts["denominator"]) == (4, 400)


async def test_those_who_ask_together_share_a_count_and_who_leaves_takes_nothing_along() -> None:
    evidence = MemoryEvidence(received(50))
    counts = Recounts(evidence)
    first, second = [asyncio.create_task(counts.of(ASKED[0], {0: 50}, lambda _: True)) for _ in range(2)]
    await begun(evidence)
    first.cancel()
    assert (await second).counts["denominator"] == 50
    assert evidence.looks == 50


async def test_a_few_are_kept_those_asked_for_last_and_none_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = MemoryEvidence(received(10))
    counts = Recounts(evidence)
    monkeypatch.setattr(recounts, "MOST_KEPT", 2)

    async def looks(which: int) -> int:
        before = evidence.looks
        await counts.of(ASKED[which], {0: 10}, lambda _: True)
        return evidence.looks - before

    assert [await looks(which) for which in (0, 1, 0, 2, 0, 1)] == [10, 10, 0, 10, 0, 10]
    monkeypatch.setattr(recounts, "KEPT_SECONDS", 0)
    assert await looks(1) == 10
