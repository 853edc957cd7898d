"""While counting is behind, figures say so, what is due is judged as of what is counted, and alerts wait."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from services.metrics import past
from services.metrics.domain.watermark import Watermark
from services.metrics.stream.control import CheckAlerts, Control
from services.runtime.health import Health

from .cases import Story, at
from .stage import NOW, Stage
from .test_stream import Judging, Totals

FIELDS = ("counted_up_to", "behind_seconds", "behind_records", "complete")
EVERYWHERE: Mapping[str, Mapping[str, str]] = {
    "/v1/rates": {"rate": "handled"},
    "/v1/rates/several": {"rates": "handled,replied"},
    "/v1/rates/series": {"rate": "handled", "period": "2026-04"},
    "/v1/rates/compare": {"rate": "handled", "period": "2026-04"},
    "/v1/rates/handled/receipt": {},
    "/v1/scores": {"assessment": "city"},
    "/v1/public": {},
    "/v1/alerts": {},
}


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_every_answer_says_up_to_when_it_counts(stage: Stage, path: str) -> None:
    here = (await stage.get(path, **EVERYWHERE[path])).json()
    assert [here[name] for name in FIELDS] == ["2026-04-11T09:30:00+08:00", 0.0, 0, True]
    stage.mark = Watermark(asked_at=NOW, counted_up_to=NOW - timedelta(minutes=2), records=1_000)
    here = (await stage.get(path, **EVERYWHERE[path])).json()
    assert [here[name] for name in FIELDS] == ["2026-04-11T09:28:00+08:00", 120.0, 1_000, False]
    stage.mark = Watermark(asked_at=NOW, counted_up_to=None)
    here = (await stage.get(path, **EVERYWHERE[path])).json()
    assert [here[name] for name in FIELDS] == [None, None, None, False], "not known is not complete"


async def test_what_is_due_is_judged_as_of_what_is_counted(stage: Stage) -> None:
    story = Story()
    story.received(at("04-04 08:10"))  # due on 11 April at 08:10
    stage.hold(story.facts)
    assert (await stage.get("/v1/rates", rate="overdue_open")).json()["rows"][0]["value"] == 1
    stage.mark = Watermark(asked_at=NOW, counted_up_to=at("04-11 08:59"), records=5)
    behind = (await stage.get("/v1/rates", rate="overdue_open")).json()
    assert behind["rows"][0]["value"] == 0, "its reply may stand on the log uncounted"
    assert behind["to"] == "2026-04-11T08:00:00+08:00"


async def test_alerts_are_not_judged_while_counting_is_behind() -> None:
    health = Health("metrics", "m")
    judging = Judging(health)
    control = Control(health.registry, Totals(), judging.watch)
    judging.behind = timedelta(seconds=11)
    await control.obey(msgspec.json.encode(CheckAlerts()))
    assert judging.judged == []
    judging.behind = timedelta(seconds=9)
    await control.obey(msgspec.json.encode(CheckAlerts()))
    assert judging.judged == [at("03-30 00:00")]


async def test_the_board_of_alerts_says_that_they_wait(stage: Stage) -> None:
    assert (await stage.get("/v1/alerts")).json()["waits"] is False
    stage.mark = Watermark(asked_at=NOW, counted_up_to=NOW - timedelta(minutes=2))
    assert (await stage.get("/v1/alerts")).json()["waits"] is True


async def test_a_moment_that_is_not_counted_yet_is_not_answered(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(past, "PATIENCE_SECONDS", 0.0)
    asked = {"rate": "handled", "as_of": "2026-04-11T09:29:59+08:00"}
    assert (await stage.get("/v1/rates", **asked)).json()["complete"] is True
    stage.evident = NOW - timedelta(minutes=1)
    answer = await stage.get("/v1/rates", **asked)
    assert (answer.status_code, answer.headers["retry-after"] > "0") == (503, True)
    assert "2026-04-11T01:29:00+00:00" in answer.json()["detail"]
    stage.evident = None
    assert (await stage.get("/v1/rates", **asked)).status_code == 503
    stage.evident = datetime(2026, 4, 11, 1, 29, 59, tzinfo=UTC)
    assert (await stage.get("/v1/rates", **asked)).status_code == 200
