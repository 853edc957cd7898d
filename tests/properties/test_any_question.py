"""Whatever is asked of figures has an answer or a refusal that says what to do: never an error of ours."""

import asyncio
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.metrics.domain.rates import CATALOGUE
from services.metrics.domain.rollups import ALL
from tests.unit.metrics.stage import Stage

EDGES = (
    "0001-01-01", "0001-01-01T00:00:00+14:00", "9999-12-31", "9999-12-31T23:59:59-12:00", "9999-12-31T23:00:00+08:00",
    "1949-10-01", "2026-02-30", "2026-04-01T00:00:00", "2026-04-01T00:30:00+08:00", "", "-", "now",
)  # fmt: skip
PERIODS = (
    "0000", "0001", "0002", "9998", "9999", "0001-01", "9999-12", "9999-W52", "9999-W53", "9998-W01", "2026-W53",
    "9999-12-31", "9999-12-31T23", "0001-01-01T00", "1948", "1949", "today", "year", "2026-13", "２０２６",
)  # fmt: skip
AS_OF = ("0:1", "0:999999999999999", "9999:0", "0:0,1:0", "x", *EDGES)
times, periods = st.sampled_from(EDGES) | st.text(max_size=12), st.sampled_from(PERIODS) | st.text(max_size=12)
parameters = st.fixed_dictionaries(
    {},
    optional={
        "rate": st.sampled_from([*CATALOGUE, "x", ""]),
        "rates": st.sampled_from(["handled", "handled,on_time,speed_closed", ",", "x"]),
        "basis": st.sampled_from(["cohort", "due", "flow", "x"]),
        "group_by": st.sampled_from([*ALL, "department,category", "category,grid", "x", ","]),
        "from": times,
        "to": times,
        "period": periods,
        "assessment": st.sampled_from(["city", "empty", "x"]),
        "reading": st.sampled_from(["full", "assessed", "x"]),
        "definition": st.sampled_from(["1", "2", "-1", "99999999999999999999", "x"]),
        "as_of": st.sampled_from(AS_OF),
        "by": st.sampled_from(["hour", "day", "week", "month", "year", "x"]),
        "most": st.sampled_from(["1", "1000", "0", "x"]),
        "beside": st.sampled_from(["previous", "year_before", "x"]),
        "side": st.sampled_from(["numerator", "denominator", "rest", "left_out", "x"]),
        "limit": st.sampled_from(["1", "1000", "0"]),
        "cursor": st.text(max_size=20),
        "format": st.sampled_from(["csv", "xlsx", "x"]),
        **{name: st.text(max_size=8) for name in ALL},
    },
)
PATHS = (
    "/v1/rates", "/v1/rates/several", "/v1/rates/series", "/v1/rates/compare", "/v1/rates/export",
    "/v1/rates/handled/receipt", "/v1/rates/on_time/receipt", "/v1/rates/speed_closed/receipt",
    "/v1/rates/handled/receipt/export", "/v1/scores", "/v1/evidence/%00", "/v1/evidence/t-1", "/v1/definitions",
    "/v1/alerts", "/v1/public",
)  # fmt: skip
TAKES = {
    "/v1/rates": "rate basis group_by as_of", "/v1/rates/several": "rates basis group_by",
    "/v1/rates/series": "rate basis group_by by most", "/v1/rates/compare": "rate basis group_by beside",
    "/v1/rates/export": "rate basis group_by as_of format", "/v1/scores": "group_by",
}  # fmt: skip
SHARED = {"from", "to", "period", "assessment", "reading", "definition", *ALL}
RECEIPT = {"basis", "as_of", "side", "limit", "cursor"}
FILE = {"basis", "as_of", "side", "format"}


def taken(path: str, asked: dict[str, str]) -> dict[str, str]:
    """Those that the path has, mostly; a stray one is refused before anything else is looked at."""
    if path.endswith(("/receipt", "/receipt/export")):
        known = SHARED | (RECEIPT if path.endswith("/receipt") else FILE)
    elif path in TAKES:
        known = SHARED | set(TAKES[path].split())
    else:
        known = set()
    return {name: value for name, value in asked.items() if name in known}


def answered(path: str, asked: dict[str, str]) -> Any:
    async def ask() -> Any:
        stage = Stage()
        return await stage.get(path, **asked)

    return asyncio.run(ask())


@given(path=st.sampled_from(PATHS), asked=parameters)
@example(path="/v1/rates", asked={"rate": "handled", "period": "9999-12", "assessment": "city"})
@example(path="/v1/rates/compare", asked={"rate": "handled", "period": "0001-01"})
@example(path="/v1/rates/compare", asked={"rate": "handled", "period": "1949"})
@example(path="/v1/rates/compare", asked={"rate": "handled", "period": "1949-W01"})
@example(path="/v1/rates", asked={"rate": "handled", "period": "9999-W53"})
@example(path="/v1/rates", asked={"rate": "on_time", "as_of": "0001-01-01T00:00:00+14:00"})
@example(path="/v1/rates/series", asked={"rate": "handled", "from": "1949-10-01", "to": "9997-01-01", "by": "day"})
@example(path="/v1/rates/series", asked={"rate": "handled", "from": "1949-10-01", "to": "9997-01-01", "by": "year"})
@settings(max_examples=150, deadline=None)
def test_no_question_is_an_error_of_ours(path: str, asked: dict[str, str]) -> None:
    answer = answered(path, taken(path, asked))
    assert answer.status_code in (200, 404, 422, 503), answer.text
    if answer.status_code == 422:
        body = answer.json()
        assert body["code"], body
        assert body["detail"], body


def test_a_span_of_a_thousand_years_by_the_day_says_what_to_ask_instead() -> None:
    refused = answered("/v1/rates/series", {"rate": "handled", "from": "1949-10-01", "to": "2949-10-01", "by": "day"})
    assert (refused.status_code, refused.json()["code"]) == (422, "bad_period")
    assert "shorter period or larger" in refused.json()["detail"]
    whole = answered("/v1/rates/series", {"rate": "handled", "from": "1949-10-01", "to": "2949-10-01", "by": "year"})
    assert len(whole.json()["spans"]) == 1_001
