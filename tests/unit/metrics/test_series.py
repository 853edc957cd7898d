"""A figure over time and beside what it was, over HTTP on fakes."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from services.contracts.cases import CaseFact
from tests.unit.metrics.cases import Story, at

from .stage import Stage

NOW = datetime(2026, 4, 11, 1, 30, tzinfo=UTC)


def received(when: str, number: int, channel: str = "hotline", *, closed: bool = False) -> list[CaseFact]:
    story = Story(f"t-{when}-{number}", channel=channel)
    story.received(at(when))
    if closed:
        story.move("close", at(when), occurrence="closed", state="closed", closed_at=at(when))
    return story.facts


@pytest.fixture
def stage() -> Stage:
    made, facts = Stage(), list[CaseFact]()
    for number, (when, channel, closed) in enumerate(
        [
            ("02-24 09:00", "hotline", True),
            ("02-25 09:00", "hotline", True),
            ("03-01 10:00", "grid", False),
            ("03-24 23:59", "grid", True),
            ("03-25 00:00", "hotline", False),
            ("04-10 08:00", "hotline", True),
            ("04-10 09:59", "grid", True),
        ]
    ):
        facts += received(when, number, channel, closed=closed)
    made.hold([msgspec.structs.replace(fact, seq=number) for number, fact in enumerate(facts, 1)])
    return made


async def ask(stage: Stage, path: str, **asked: str) -> Any:
    answer = await stage.get(path, **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def counts(line: Any) -> list[Any]:
    return [one["denominator"] if one["denominator"] is not None else one["value"] for one in line["figures"]]


async def test_days_weeks_months_and_an_assessment_s_months(stage: Stage) -> None:
    asked = {"rate": "handled", "from": "2026-02-01"}
    found = await ask(stage, "/v1/rates/series", by="month", **asked)
    assert [(one["span"], one["complete"]) for one in found["spans"]] == [
        ("2026-02", True),
        ("2026-03", True),
        ("2026-04", False),
    ]
    (line,) = found["rows"]
    assert counts(line) == [2, 3, 2]
    assert [one["numerator"] for one in line["figures"]] == [2, 1, 2]
    city = await ask(stage, "/v1/rates/series", by="month", assessment="city", **asked | {"from": "2026-01-25"})
    assert [one["span"] for one in city["spans"]] == ["2026-02", "2026-03", "2026-04"]
    assert counts(city["rows"][0]) == [1, 3, 3]
    days = await ask(stage, "/v1/rates/series", by="day", rate="handled", period="2026-03")
    assert len(days["spans"]) == 31


async def test_hours_of_what_happens_and_groups(stage: Stage) -> None:
    asked = {"rate": "received_count", "period": "2026-04-10", "by": "hour", "group_by": "channel"}
    found = await ask(stage, "/v1/rates/series", **asked)
    lines = {line["group"]["channel"]: counts(line) for line in found["rows"]}
    assert {channel: (line[8], line[9], sum(line)) for channel, line in lines.items()} == {
        "hotline": (1, 0, 1),
        "grid": (0, 1, 1),
    }
    assert found["rows"][0]["labels"]["channel"]["zh"]


async def test_of_many_groups_those_with_the_most_to_count_can_be_asked_for(stage: Stage) -> None:
    asked = {"rate": "handled", "from": "2026-02-01", "by": "month", "group_by": "channel"}
    everyone = await ask(stage, "/v1/rates/series", **asked)
    assert (everyone["groups"], [sum(counts(line)) for line in everyone["rows"]]) == (2, [3, 4])
    one = await ask(stage, "/v1/rates/series", **asked, most="1")
    assert (one["groups"], one["rows"]) == (2, [everyone["rows"][1]])
    assert one["rows"][0]["group"] == {"channel": "hotline"}
    both = await ask(stage, "/v1/rates/series", **asked, most="8")
    assert both["rows"] == everyone["rows"][::-1], "the largest first"
    pairs = await ask(stage, "/v1/rates/series", **asked | {"group_by": "channel,category"}, most="1")
    assert (pairs["groups"], [line["group"]["channel"] for line in pairs["rows"]]) == (2, ["hotline"])
    whole = await ask(stage, "/v1/rates/series", **asked | {"group_by": ""}, most="1")
    assert (whole["groups"], len(whole["rows"])) == (1, 1)


async def test_a_month_beside_the_one_before_and_the_year_before(stage: Stage) -> None:
    found = await ask(stage, "/v1/rates/compare", rate="handled", period="2026-03", group_by="channel")
    assert {row["group"]["channel"]: (row["numerator"], row["denominator"]) for row in found["rows"]} == {
        "grid": (1, 2),
        "hotline": (0, 1),
    }
    previous = found["compared"]["previous"]
    assert previous["span"]["span"] == "2026-02"
    changes = {one["figure"]["group"]["channel"]: one for one in previous["changes"]}
    assert (changes["hotline"]["figure"]["numerator"], changes["hotline"]["difference"]) == (2, -1.0)
    assert changes["hotline"]["ratio"] == -1.0
    assert (changes["grid"]["figure"]["denominator"], changes["grid"]["difference"]) == (0, None)
    assert found["compared"]["year_before"]["span"]["span"] == "2025-03"
    count = await ask(stage, "/v1/rates/compare", rate="received_count", period="2026-04", beside="previous")
    (change,) = count["compared"]["previous"]["changes"]
    assert (count["rows"][0]["value"], change["figure"]["value"], change["difference"]) == (2, 3, -1)
    assert change["ratio"] == pytest.approx(-1 / 3)
    assert list(count["compared"]) == ["previous"]


async def test_a_group_that_is_gone_is_told_of_too(stage: Stage) -> None:
    found = await ask(stage, "/v1/rates/compare", rate="handled", period="2026-W09", group_by="channel")
    assert [row["group"] for row in found["rows"]] == [{"channel": "grid"}, {"channel": "hotline"}]
    found = await ask(stage, "/v1/rates/compare", rate="handled", period="2026-W10", group_by="channel")
    assert found["rows"] == []
    gone = found["compared"]["previous"]["changes"]
    assert [one["figure"]["group"]["channel"] for one in gone] == ["grid", "hotline"]


@pytest.mark.parametrize(
    ("path", "asked", "field"),
    [
        ("/v1/rates/series", {"rate": "handled"}, "from"),
        ("/v1/rates/series", {"rate": "handled", "from": "2026-01-01", "by": "hour"}, "by"),
        ("/v1/rates/series", {"rate": "received_count", "from": "2020-01-01", "by": "hour"}, "by"),
        ("/v1/rates/series", {"rate": "handled", "from": "2026-01-01", "by": "decade"}, "query.by"),
        ("/v1/rates/compare", {"rate": "handled"}, "period"),
        ("/v1/rates/compare", {"rate": "handled", "period": "yesterday"}, "period"),
        ("/v1/rates/compare", {"rate": "handled", "period": "2026", "from": "2026-01-01"}, "period"),
        ("/v1/rates/compare", {"rate": "handled", "period": "2026", "assessment": "moon"}, "assessment"),
        ("/v1/rates", {"rate": "handled", "assessment": "moon"}, "assessment"),
        ("/v1/rates/compare", {"rate": "handled", "period": "2026-04-10T09"}, "from"),
    ],
)
async def test_what_cannot_be_answered_says_why(stage: Stage, path: str, asked: dict[str, str], field: str) -> None:
    answer = await stage.get(path, **asked)
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


async def test_a_named_period_is_asked_of_everything(stage: Stage) -> None:
    whole = await ask(stage, "/v1/rates", rate="handled", **{"from": "2026-02-25", "to": "2026-03-25"})
    named = await ask(stage, "/v1/rates", rate="handled", period="2026-03", assessment="city")
    assert named == whole
    receipt = await ask(stage, "/v1/rates/handled/receipt", period="2026-03", assessment="city", side="denominator")
    assert (receipt["counts"]["denominator"], receipt["agrees"]) == (3, True)


async def test_a_span_is_mature_once_its_cases_are_due(stage: Stage) -> None:
    facts = [fact for number in range(20) for fact in received("03-05 10:00", number, "hotline", closed=True)]
    facts += [fact for number in range(20, 40) for fact in received("04-06 10:00", number, "hotline")]
    stage.hold([msgspec.structs.replace(fact, seq=seq) for seq, fact in enumerate(facts, 1)])
    asked = {"rate": "handled", "by": "month", "from": "2026-02-01", "to": "2026-05-01", "group_by": "channel"}
    february, march, april = (await ask(stage, "/v1/rates/series", **asked))["spans"]
    assert (february["mature"], february["due_share"]) == (True, None), "of no cases"
    assert (march["mature"], march["due_share"]) == (True, 1.0)
    assert (april["mature"], april["due_share"], april["complete"]) == (False, 0.0, False)
    days = await ask(stage, "/v1/rates/series", rate="handled", by="day", **{"from": "2026-04-05", "to": "2026-04-08"})
    assert [(one["complete"], one["mature"]) for one in days["spans"]] == [(True, True), (True, False), (True, True)]
    due = await ask(
        stage, "/v1/rates/series", rate="handled_due", by="day", **{"from": "2026-04-05", "to": "2026-04-08"}
    )
    assert all(one["mature"] and one.get("due_share") is None for one in due["spans"])
