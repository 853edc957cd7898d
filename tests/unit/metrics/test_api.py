"""GET /v1/rates and the rest, over HTTP without a network."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from services.metrics import handlers, series
from services.metrics.domain import rates
from services.metrics.domain.rates import CATALOGUE

from .cases import before_the_merge, excluded_story
from .stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_a_rate_has_its_parts_its_definition_and_its_position(stage: Stage) -> None:
    answer = (await stage.get("/v1/rates", rate="handled", basis="cohort")).json()
    assert answer["rows"] == [
        {
            "group": {},
            "labels": {},
            "numerator": 1,
            "denominator": 1,
            "value": 1.0,
            "reason": None,
            "interval": [pytest.approx(0.2065, abs=1e-4), 1.0],
            "coverage": None,
        }
    ]
    assert (answer["name"], answer["definition"]["version"]) == ("办结率", 1)
    assert (answer["position"], answer["from"], answer["to"]) == ({"0": 13, "1": 0}, None, None)


async def test_groups_carry_the_directorys_names(stage: Stage) -> None:
    answer = (await stage.get("/v1/rates", rate="satisfied", group_by="department,channel")).json()
    (row,) = answer["rows"]
    assert row["group"] == {"channel": "hotline", "department": "b"}
    assert row["labels"] == {
        "department": {"zh": "环卫所", "en": "Sanitation"},
        "channel": {"zh": "hotline", "en": "hotline"},
    }
    assert (row["numerator"], row["denominator"], row["coverage"]["value"]) == (0, 1, 1.0)


async def test_filters_and_periods_narrow(stage: Stage) -> None:
    async def value(**asked: str) -> Any:
        return (await stage.get("/v1/rates", **asked)).json()["rows"][0]["value"]

    assert await value(rate="dispatched_count", department="a") == 1
    assert await value(rate="dispatched_count", department="a", channel="grid") == 0
    assert await value(rate="dispatched_count", **{"from": "2026-04-01", "to": "2026-04-02"}) == 1
    assert await value(rate="handled", to="2026-03-30") is None


async def test_due_counts_up_to_the_last_full_hour(stage: Stage) -> None:
    async def parts(rate: str, **asked: str) -> tuple[int, int]:
        (row,) = (await stage.get("/v1/rates", rate=rate, **asked)).json()["rows"]
        return row["numerator"], row["denominator"]

    answer = (await stage.get("/v1/rates", rate="on_time")).json()
    assert answer["to"] == "2026-04-11T09:00:00+08:00"
    assert await parts("on_time") == (0, 0)  # the redo made it due on 12 April
    assert await parts("on_time_first") == (1, 1)
    assert await parts("on_time_first", to="2026-04-06T09:00") == (0, 0)


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ({"rate": "nope"}, "unknown_rate", "rate"),
        ({"rate": "handled", "basis": "flow"}, "unknown_basis", "basis"),
        ({"rate": "handled", "reading": "half"}, "unknown_reading", "reading"),
        ({"rate": "handled", "group_by": "channel,department,category"}, "unsupported_dimensions", "group_by"),
        ({"rate": "handled", "group_by": "colour"}, "unsupported_dimensions", "group_by"),
        ({"rate": "handled", "from": "2026-03-30T10:00"}, "bad_period", "from"),
        ({"rate": "handled", "chanel": "grid"}, "invalid_request", "query.chanel"),
        ({}, "invalid_request", "query.rate"),
    ],
)
async def test_what_cannot_be_answered_is_refused_by_field(
    stage: Stage, asked: Mapping[str, str], code: str, field: str
) -> None:
    answer = await stage.get("/v1/rates", **asked)
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (422, code, field)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_the_assessed_reading_leaves_out_what_is_excluded(stage: Stage) -> None:
    async def parts(rate: str, reading: str) -> tuple[str, Any, Any]:
        answer = (await stage.get("/v1/rates", rate=rate, reading=reading, group_by="channel")).json()
        row = answer["rows"][0] if answer["rows"] else {"numerator": None, "denominator": None}
        return answer["reading"], row["numerator"], row["denominator"]

    stage.cells.facts += excluded_story().facts
    assert await parts("handled", "full") == ("full", 1, 2)
    assert await parts("handled", "assessed") == ("assessed", 1, 1)
    assert await parts("received_count", "full") == ("full", 2, None)
    assert await parts("received_count", "assessed") == ("assessed", 1, None)
    assert await parts("excluded_count", "assessed") == ("assessed", None, None)
    assert (await stage.get("/v1/rates", rate="handled")).json()["reading"] == "full"
    refused = await stage.get("/v1/rates/stream", reading="half")
    assert (refused.status_code, refused.json()["field"]) == (422, "reading")
    assert refused.json()["allowed"] == ["full", "assessed"]


async def test_quantiles_are_in_seconds_with_their_error(stage: Stage) -> None:
    answer = (await stage.get("/v1/rates", rate="speed_replied", group_by="department")).json()
    (row,) = answer["rows"]
    replied_in = 101 * 3600 + 50 * 60
    assert row["quantiles"] == dict.fromkeys(("p50", "p90", "p99"), pytest.approx(replied_in, rel=0.02))
    assert (row["value"], row["numerator"], row["denominator"]) == (row["quantiles"]["p50"], None, 1)
    assert answer["definition"]["quantiles"] == {
        "histogram": "replied",
        "at": [0.5, 0.9, 0.99],
        "relative_error": 0.02,
    }
    (row,) = (await stage.get("/v1/rates", rate="speed_replied", to="2026-03-30")).json()["rows"]
    assert (row["value"], row["reason"], row["quantiles"]) == (None, "nothing_to_divide_by", {})


async def test_a_figure_can_be_computed_under_an_earlier_definition(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = CATALOGUE["handled"]
    first = msgspec.structs.replace(row, version=0, numerator="replied", meaning="答复即算办结")
    monkeypatch.setattr(rates, "EARLIER", (first,))
    now, then, replied = [
        (await stage.get("/v1/rates", rate=rate, basis="cohort", **more)).json()
        for rate, more in (("handled", {}), ("handled", {"definition": "0"}), ("replied", {}))
    ]
    assert (then["definition"]["version"], now["definition"]["version"]) == (0, row.version)
    assert then["rows"] == replied["rows"]
    receipt = (await stage.get("/v1/rates/handled/receipt", definition="0")).json()
    assert (receipt["definition"]["version"], receipt["agrees"]) == (0, True)
    unknown = await stage.get("/v1/rates", rate="handled", definition="9")
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["allowed"]) == (
        422,
        "unknown_version",
        ["0", "1"],
    )


async def test_several_rates_are_those_asked_one_by_one_from_one_reading(stage: Stage) -> None:
    names = ["handled", "on_time", "satisfied", "received_count", "speed_closed"]
    asked = {"group_by": "channel", "reading": "assessed"}
    alone = [(await stage.get("/v1/rates", rate=name, **asked)).json() for name in names]
    stage.cells.reads = 0
    told = (await stage.get("/v1/rates/several", rates=",".join(names), **asked)).json()
    assert (told["answers"], stage.cells.reads) == (alone, 1)


@pytest.mark.parametrize(
    ("rates", "code"),
    [("", "bad_rates"), (",", "bad_rates"), ("handled,nope", "unknown_rate"), ("x" * 999, "unknown_rate")],
)
async def test_several_that_are_none_are_refused(stage: Stage, rates: str, code: str) -> None:
    answer = await stage.get("/v1/rates/several", rates=rates)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_combination_that_is_not_kept_lists_those_that_are(stage: Stage) -> None:
    answer = await stage.get("/v1/rates", rate="handled", group_by="channel,department", category="noise")
    assert answer.json()["allowed"][-1] == "category,grid"


async def test_a_store_that_is_away_is_503_with_retry_after(stage: Stage) -> None:
    stage.cells.away = True
    for path in ("/v1/rates", "/v1/rates/stream"):
        answer = await stage.get(path, rate="handled")
        assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


async def test_figures_need_a_viewers_key(stage: Stage) -> None:
    for path in ("/v1/rates?rate=handled", "/v1/definitions", "/v1/rates/stream"):
        assert (await stage.get(path, key=None)).status_code == 401
        assert (await stage.get(path, key="dep")).status_code == 403


async def test_definitions_are_the_whole_catalogue(stage: Stage) -> None:
    answer = (await stage.get("/v1/definitions")).json()
    assert [row["id"] for row in answer["definitions"]] == list(CATALOGUE)
    sums = {row["id"]: row["numerator"] for row in answer["definitions"]}
    assert (sums["handled"], sums["not_dissatisfied"]) == ("closed", {"valid": 1, "dissatisfied": -1})
    assert answer["group_by"][0] == "channel"


async def test_openapi_documents_every_answer(stage: Stage) -> None:
    paths = stage.app.openapi()["paths"]
    rates = paths["/v1/rates"]["get"]["responses"]
    assert {"200", "401", "403", "422", "503"} <= set(rates)
    assert rates["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Answer"}
    assert "rows" in stage.app.openapi()["components"]["schemas"]["Answer"]["properties"]
    assert "text/event-stream" in paths["/v1/rates/stream"]["get"]["responses"]["200"]["content"]


async def test_an_answer_has_no_more_groups_than_can_be_read_and_says_how_to_ask_for_less(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = before_the_merge().facts
    stage.cells.facts = [*facts, *excluded_story().facts]
    asked = {"rate": "handled", "group_by": "category"}
    assert (await stage.get("/v1/rates", **asked)).status_code == 200
    monkeypatch.setattr(handlers, "MOST_GROUPS", 0)
    for path in ("/v1/rates", "/v1/rates/export", "/v1/rates/compare", "/v1/rates/several"):
        named = {"rates": "handled", "group_by": "category"} if path.endswith("several") else dict(asked)
        named |= {"period": "2026-03"} if path.endswith("compare") else {}
        answer = await stage.get(path, **named)
        assert (answer.status_code, answer.json()["code"]) == (422, "too_many_groups"), path
    monkeypatch.setattr(series, "MOST_POINTS", 30)
    answer = await stage.get("/v1/rates/series", **asked, period="2026-03")
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_points")
    assert "most=" in answer.json()["detail"]
