"""What is said of alerts to whoever looks: what stands, what was cleared lately, what is broken, whence a figure is."""

from datetime import datetime
from typing import Any

from services.metrics.alerts import board, check, summary
from services.runtime.directory import DirectorySnapshot

from .cases import Story, at
from .memory import PlainNames, counted
from .stage import Stage
from .test_alerts import HANDLED, NOW, Judge, cases, rows
from .test_worked_example import SHANGHAI


async def test_the_board_has_what_stands_first_then_what_was_cleared_lately_then_what_is_broken() -> None:
    judge = Judge(rows(low=HANDLED, bad={**HANDLED, "rate": "no_such"}), cases(4, "04-10 08:00", 0))

    async def look(now: datetime) -> Any:
        return await board(judge.rules, {}, book=judge.book, names=PlainNames(), zone=SHANGHAI, mark=counted(now))

    assert (await look(NOW)).judged_at is None
    await judge()
    judge.cells.facts += cases(1, "04-10 09:00", 0)
    await judge(at("04-11 09:31"))
    found = await look(at("04-11 09:32"))
    (told,) = found.standing
    assert (told.name, told.rate_name, told.labels) == (
        "规则 low",
        "办结率",
        {"channel": {"zh": "channel:hotline", "en": "hotline"}},
    )
    assert (told.since, told.cleared_at, told.figure.n) == (NOW, None, 5), "the figure is the newest"
    assert (found.judged_at, found.rules, found.cleared) == (at("04-11 09:31"), 2, [])
    assert [one.rule for one in found.broken] == ["bad"]
    numbers = await summary(judge.rules, {}, book=judge.book, zone=SHANGHAI, now=NOW)
    assert (numbers.standing, numbers.broken) == ({"low": 1, "bad": 0}, 1)
    judge.cells.facts += cases(9, "04-10 09:00", 9)
    await judge(at("04-12 09:00"))
    found = await look(at("04-18 09:00"))
    assert (found.standing, [one.cleared_at for one in found.cleared]) == ([], [at("04-12 09:00")])
    assert (await look(at("04-19 09:01"))).cleared == []


async def test_what_an_alert_says_asks_for_the_receipt_of_its_figure() -> None:
    stage = Stage()
    story = Story("t-9", channel="grid")
    story.received(at("04-10 08:00"))
    stage.hold([*cases(4, "04-10 08:00", 1), *story.facts])
    rules = rows(low=HANDLED)
    await check(
        rules, {}, book=stage.alerts, topic=stage.alerts, cells=stage.cells, names=PlainNames(), zone=SHANGHAI, now=NOW
    )
    stage.directory.snapshot = DirectorySnapshot(version=2, rows={**stage.directory.snapshot.rows, "alert": rules})
    answer = await stage.get("/v1/alerts")
    assert answer.status_code == 200, answer.text
    (told,) = answer.json()["standing"]
    figure = told["figure"]
    asked = {name: figure[name] for name in ("basis", "reading", "from", "to")} | figure["group"]
    receipt = (await stage.get(f"/v1/rates/{figure['rate']}/receipt", **asked)).json()
    assert receipt["agrees"] is True
    assert (receipt["figure"]["value"], receipt["figure"]["denominator"]) == (figure["value"], figure["n"]) == (0.25, 4)
