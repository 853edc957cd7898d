"""The live stream: whole pictures, resumed by position, shared among viewers, ended when it should be."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from types import MappingProxyType
from typing import cast

import msgspec
import pytest

from services.metrics.adapters.live import SharedReader
from services.metrics.api import live
from services.metrics.api.live import events
from services.metrics.domain.periods import Period
from services.metrics.domain.rates import CATALOGUE
from services.metrics.handlers import Ask, Question, Refused, answers, overview, totals, understand
from services.metrics.ports import CellQuery, CellsAway
from services.runtime.bell import ChangeStreamBell
from services.runtime.directory import DirectorySnapshot

from .memory import MemoryCells, PlainNames, counted
from .stage import NOW, Stage
from .test_worked_example import SHANGHAI
from .waiting import until


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(live, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(live, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.02)
    return Stage()


def handled() -> Ask:
    asked = understand(Question(rate="handled"), SHANGHAI)
    return lambda _: [asked]


async def stays() -> bool:
    return True


async def following(
    stage: Stage, last_event_id: str | None = None, alive: Callable[[], Awaitable[bool]] = stays
) -> AsyncIterator[tuple[str, str]]:
    """(event, id) of each event; a beat is ("beat", "")."""
    ask = handled()
    first = await answers(ask(NOW), cells=stage.cells, names=PlainNames(), zone=SHANGHAI, mark=counted(NOW))
    async for chunk in events(ask, stage.desk, first, stage.bell.rings, last_event_id, alive):
        text = chunk.decode()
        assert text.endswith("\n\n")
        if text.startswith(":"):
            yield "beat", ""
        else:
            fields = dict(line.split(": ", 1) for line in text.strip().splitlines())
            assert isinstance(json.loads(fields["data"]), dict)
            yield fields["event"], fields.get("id", "")


async def test_a_ring_brings_the_next_picture_and_silence_a_beat(stage: Stage) -> None:
    stream = following(stage)
    assert await anext(stream) == ("rates", "0:13,1:0")
    assert await anext(stream) == ("beat", "")
    stage.cells.facts.append(stage.cells.facts[0])
    stage.bell.ring()
    assert await anext(stream) == ("rates", "0:14,1:0")


async def test_a_viewer_who_has_this_position_is_not_sent_it_again(stage: Stage) -> None:
    assert await anext(following(stage, "0:13,1:0")) == ("beat", "")
    assert await anext(following(stage, "0:12,1:0")) == ("rates", "0:13,1:0")


@pytest.mark.parametrize("strange", ["yesterday", "0:99,1:0", "2:1"])
async def test_an_id_that_is_not_of_this_log_resets(stage: Stage, strange: str) -> None:
    stream = following(stage, strange)
    assert [await anext(stream), await anext(stream)] == [("reset", ""), ("rates", "0:13,1:0")]


async def test_a_store_that_goes_away_is_said_and_the_stream_goes_on(stage: Stage) -> None:
    stream = following(stage)
    await anext(stream)
    stage.cells.away = True
    assert [await anext(stream), await anext(stream)] == [("away", ""), ("beat", "")]
    stage.cells.away = False
    stage.cells.facts.pop()
    stage.bell.ring()
    seen = [await anext(stream) for _ in range(3)]
    assert ("rates", "0:12,1:0") in seen


async def test_the_hour_moves_due_figures_without_a_fact(stage: Stage) -> None:
    now = NOW
    stage.desk = msgspec.structs.replace(stage.desk, clock=lambda: now)
    ask = overview(None, None, {}, SHANGHAI)
    first = await answers(ask(now), cells=stage.cells, names=PlainNames(), zone=SHANGHAI, mark=counted(now))
    stream = events(ask, stage.desk, first, 0, None, stays)
    assert (await anext(stream)).startswith(b"event: rates")
    now = NOW + timedelta(hours=1)
    assert (await anext(stream)).startswith((b":", b"event: rates"))
    assert (await anext(stream)).startswith((b":", b"event: rates"))
    assert stage.cells.reads >= 2


async def test_the_stream_ends_when_the_process_stops_or_the_key_goes(stage: Stage) -> None:
    left = [True, False]

    async def stays_once() -> bool:
        return bool(left) and left.pop(0)

    stream = following(stage, alive=stays_once)
    assert [event async for event in stream] == [("rates", "0:13,1:0")]

    async def ends_by_itself() -> str:
        answer = await stage.get("/v1/rates/stream")
        return answer.text

    reading = asyncio.create_task(ends_by_itself())
    await asyncio.sleep(0.05)
    stage.directory.snapshot = DirectorySnapshot(version=2, rows=MappingProxyType({}))
    async with asyncio.timeout(5):
        text = await reading
    data = json.loads(text.split("data: ", 1)[1].split("\n", 1)[0])
    assert data["today"] == "2026-04-11"
    page = {"handled", "replied", "on_time", "satisfied"}
    assert {answer["rate"] for answer in data["answers"] if answer["definition"]["denominator"]} == page


async def test_signing_out_ends_the_streams_of_that_sign_in_and_a_store_that_is_away_does_not(stage: Stage) -> None:
    await stage.client.post("/v1/session", json={"key": "look"})
    reading = asyncio.create_task(stage.get("/v1/rates/stream", key=None))
    await until(lambda: stage.app.state.streams._of_key.total() == 1)
    stage.sessions.away = True
    looks = stage.sessions.looks
    await until(lambda: stage.sessions.looks >= looks + 2)
    assert not reading.done()
    stage.sessions.away = False
    assert (await stage.client.delete("/v1/session")).status_code == 204
    async with asyncio.timeout(20):
        assert (await reading).status_code == 200
    assert not stage.app.state.streams._of_key


async def test_the_overview_takes_filters_and_refuses_what_it_cannot_group(stage: Stage) -> None:
    answer = await stage.get("/v1/rates/stream", basis="cohort")
    assert (answer.status_code, answer.json()["code"]) == (422, "rate_missing")
    answer = await stage.get("/v1/rates/stream", category="noise", urgency="urgent")
    assert (answer.status_code, answer.json()["code"]) == (422, "unsupported_dimensions")
    with pytest.raises(Refused, match="is a date"):
        overview("soon", None, {}, SHANGHAI)
    asked = overview(None, None, {"channel": "hotline"}, SHANGHAI, "assessed")(NOW)
    assert all((one.only, one.reading) == ({"channel": "hotline"}, "assessed") for one in asked)


async def test_totals_are_the_shares_over_all_groups() -> None:
    cells = MemoryCells(Stage().cells.facts)
    found = await totals(cells=cells, zone=SHANGHAI, counted=lambda: counted(NOW))
    some = {"handled": (1, 1), "satisfied": (0, 1), "on_time_first": (1, 1), "returned": (1, 2), "extended": (0, 1)}
    assert {rate: found[rate] for rate in some} == some
    shares = {row.id for row in CATALOGUE.values() if row.denominator is not None}
    assert shares - found.keys() == {"signed_on_time", "contacted_first"}


async def test_viewers_share_a_reading_until_the_bell_rings(stage: Stage) -> None:
    shared = SharedReader(stage.cells, cast(ChangeStreamBell, stage.bell), lambda: None)
    query = CellQuery(basis="cohort", period=Period(), dims=())
    before = stage.cells.reads
    await asyncio.gather(*(shared.read([query]) for _ in range(5)))
    assert stage.cells.reads == before + 1
    stage.bell.ring()
    await shared.read([query])
    assert stage.cells.reads == before + 2
    stage.cells.away = True
    stage.bell.ring()
    for _ in range(2):
        with pytest.raises(CellsAway):
            await shared.read([query])
