"""Receipts and the past over HTTP, on fakes: which cases, why not the others, and what they are compared with."""

import csv
import io
from collections.abc import AsyncGenerator
from typing import Any

import msgspec
import openpyxl
import pytest

from services.contracts.cases import CaseFact
from services.metrics import past
from services.metrics.api import spreadsheets
from services.metrics.domain import recounts, slices
from services.metrics.ports import CellsAway, Chunk
from tests.unit.metrics.cases import Story, at

from .stage import Stage


def told() -> list[CaseFact]:
    """Four cases of a day: closed and evaluated, open, void, and closed but excluded; numbered as on a log."""
    stories = {name: Story(name) for name in ("t-closed", "t-open", "t-void", "t-excluded")}
    for name, story in stories.items():
        story.received(at("04-02 08:00"))
        story.move("dispatch", at("04-02 09:00"), occurrence="dispatched", department="b", state="dispatched")
        if name in ("t-closed", "t-excluded"):
            story.move("close", at("04-02 10:00"), occurrence="closed", state="closed", closed_at=at("04-02 10:00"))
    stories["t-void"].voided(at("04-02 11:00"))
    stories["t-excluded"].move("exclude", at("04-02 12:00"), excluded=True)
    facts = sorted((fact for story in stories.values() for fact in story.facts), key=lambda fact: fact.at)
    return [msgspec.structs.replace(fact, seq=number) for number, fact in enumerate(facts, 1)]


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    made.hold(told())
    return made


async def receipt(stage: Stage, rate: str = "handled", **asked: str) -> Any:
    answer = await stage.get(f"/v1/rates/{rate}/receipt", **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def cases(stage: Stage, rate: str = "handled", **asked: str) -> list[str]:
    return [one["case_id"] for one in (await receipt(stage, rate, **asked))["cases"]]


async def test_each_side_names_its_cases_and_the_rest_why_not(stage: Stage) -> None:
    found = await receipt(stage)
    assert (found["agrees"], found["figure"], found["counts"]) == (
        True,
        found["recounted"],
        {"numerator": 2, "denominator": 3, "rest": 1, "left_out": 1},
    )
    assert (found["figure"]["numerator"], found["figure"]["denominator"]) == (2, 3)
    assert await cases(stage) == ["t-closed", "t-excluded"]
    assert await cases(stage, side="denominator") == ["t-closed", "t-excluded", "t-open"]
    assert await cases(stage, side="rest") == ["t-open"], "exactly those that are not reached"
    left = (await receipt(stage, side="left_out"))["cases"]
    (void,) = left
    assert (void["case_id"], void["numerator"], void["denominator"]) == ("t-void", 0, 0)
    assert (void["standing"], void["why"], void["days_late"]) == ("void", "not_valid", None)


async def test_the_assessed_reading_leaves_out_what_is_excluded_and_says_so(stage: Stage) -> None:
    assert await cases(stage, reading="assessed") == ["t-closed"]
    left = (await receipt(stage, side="left_out", reading="assessed"))["cases"]
    assert {one["case_id"]: one["why"] for one in left} == {"t-void": "not_valid", "t-excluded": "excluded"}


async def test_filters_and_periods_are_those_of_the_figure(stage: Stage) -> None:
    assert await cases(stage, department="b", side="denominator") == ["t-closed", "t-excluded", "t-open"]
    assert await cases(stage, department="a", side="denominator") == []
    assert await cases(stage, side="denominator", to="2026-04-02") == []
    found = await receipt(stage, "closed_count", **{"from": "2026-04-02T10:00:00+08:00"})
    assert (found["counts"]["numerator"], found["figure"]["value"], found["agrees"]) == (2, 2, True)


async def test_a_broken_cell_is_an_alarm_that_says_where(stage: Stage) -> None:
    stage.cells.facts = stage.cells.facts[:-4] + stage.cells.facts[-3:]  # as if one had not been counted
    found = await receipt(stage)
    assert found["agrees"] is False
    assert found["figure"] != found["recounted"]
    assert [one["agrees"] for one in found["partitions"]] == [False, True]
    (told_of,) = stage.disagreed
    assert told_of.rate == "handled"


async def test_pages_stay_at_the_position_of_the_first(stage: Stage) -> None:
    first = await receipt(stage, side="denominator", limit="2")
    assert [one["case_id"] for one in first["cases"]] == ["t-closed", "t-excluded"]
    more = Story("t-a-later-one")
    more.received(at("04-02 08:00"))
    late = msgspec.structs.replace(more.facts[0], seq=len(stage.cells.facts) + 1)
    stage.hold([*stage.cells.facts, late])
    rest = await receipt(stage, side="denominator", limit="2", cursor=first["next"])
    assert [one["case_id"] for one in rest["cases"]] == ["t-open"]
    assert (rest["next"], rest["agrees"], rest["position"]) == (None, None, first["position"])
    assert (await receipt(stage, side="denominator", limit="2"))["counts"]["denominator"] == 4


@pytest.mark.parametrize("cursor", ["x", "", "gqFh", "!!!"])
async def test_a_cursor_that_is_not_ours_or_of_another_list_says_so(stage: Stage, cursor: str) -> None:
    answer = await stage.get("/v1/rates/handled/receipt", cursor=cursor)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")
    given = (await receipt(stage, side="denominator", limit="1"))["next"]
    answer = await stage.get("/v1/rates/handled/receipt", cursor=given, side="left_out")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_cursor")


async def test_the_list_as_a_file(stage: Stage) -> None:
    answer = await stage.get("/v1/rates/handled/receipt/export", side="left_out", format="csv")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [(row["件"], row["状态"], row["为何不计"]) for row in rows] == [("t-void", "作废", "不是有效件")]
    answer = await stage.get("/v1/rates/handled/receipt/export", side="denominator", format="csv", lang="en")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert sorted(row["Case"] for row in rows) == ["t-closed", "t-excluded", "t-open"]
    assert {row["Counts up to (partition:sequence)"] for row in rows} == {f"0:{len(stage.cells.facts)} 1:0"}
    answer = await stage.get("/v1/rates/handled/receipt/export", format="xlsx", lang="en")
    data, about = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets
    head, *cases = data.values
    assert head[:8] == ("Number", "Title", "Department", "Due", "Days late", "Case", "Numerator", "Denominator")
    assert sorted(row[5:] for row in cases) == [
        ("t-closed", 1, 1, "closed", None),
        ("t-excluded", 1, 1, "closed", None),
    ]
    assert [value for name, value in about.values if name == "Cases"] == ["numerator"]


async def test_what_a_rate_was_at_a_position_and_at_a_time(stage: Stage) -> None:
    async def handled(**asked: str) -> tuple[int, int]:
        answer = await stage.get("/v1/rates", rate="handled", **asked)
        assert answer.status_code == 200, answer.text
        (row,) = answer.json()["rows"]
        return row["numerator"], row["denominator"]

    assert await handled() == (2, 3)
    assert await handled(as_of="0:0") == (0, 0)
    assert await handled(as_of="0:4,1:0") == (0, 4)
    assert await handled(as_of="0:10") == (2, 4)
    # the fake's facts come a second after one another, from the first of April on
    assert await handled(as_of="2026-04-01T08:00:04+08:00") == (0, 4)
    assert await handled(as_of="2026-04-01T00:00:10Z") == (2, 4)
    assert await handled(as_of="2026-03-01") == (0, 0)
    then = await receipt(stage, as_of="0:10", side="denominator")
    assert (then["agrees"], then["figure"], then["counts"]["denominator"]) == (None, None, 4)


@pytest.mark.parametrize("as_of", ["yesterday", "0:99", "2099-01-01", "0:1;1:2"])
async def test_a_time_or_position_that_cannot_be_is_refused(stage: Stage, as_of: str) -> None:
    for path in ("/v1/rates", "/v1/rates/handled/receipt"):
        asked = {"rate": "handled"} if path == "/v1/rates" else {}
        answer = await stage.get(path, as_of=as_of, **asked)
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_as_of"), answer.text


async def test_what_is_due_is_asked_by_time_alone(stage: Stage) -> None:
    answer = await stage.get("/v1/rates", rate="on_time", basis="due", as_of="0:4")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_as_of")
    assert "depends on the hour" in answer.json()["detail"]


async def test_evidence_that_is_behind_or_away_is_waited_for_and_then_said(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(past, "PATIENCE_SECONDS", 0.01)
    stage.evidence.reached -= 1
    answer = await stage.get("/v1/rates/handled/receipt")
    assert answer.status_code == 503
    assert "still being read" in answer.json()["detail"]
    # a position that an answer has just given out is no position ahead of the log
    newest = f"0:{len(stage.cells.facts)}"
    for asked in ({"as_of": newest}, {"as_of": "2026-04-01"}):
        assert (await stage.get("/v1/rates", rate="handled", **asked)).status_code == 503
    stage.evidence.away = True
    assert (await stage.get("/v1/rates/handled/receipt")).status_code == 503


async def test_one_count_serves_all_pages_and_sides(stage: Stage) -> None:
    first = await receipt(stage, side="denominator", limit="1")
    looks = stage.evidence.looks
    assert looks == len(stage.evidence.kept)
    second = await receipt(stage, side="denominator", limit="1", cursor=first["next"])
    assert [one["case_id"] for one in second["cases"]] == ["t-excluded"]
    assert (await receipt(stage, side="left_out"))["counts"] == first["counts"]
    assert stage.evidence.looks == looks
    await receipt(stage, side="denominator", reading="assessed")
    assert stage.evidence.looks == 2 * looks, "another question is another count"


async def test_a_count_that_was_kept_is_made_anew_before_it_is_an_alarm(stage: Stage) -> None:
    # as if the facts of a case had been dead letters for both readers, and were replayed now
    facts, held = stage.cells.facts, stage.evidence.kept
    stage.evidence.kept = {name: one for name, one in held.items() if name != "t-open"}
    stage.cells.facts = [
        msgspec.structs.replace(fact, before=fact.after, added=()) if fact.case_id == "t-open" else fact
        for fact in facts
    ]
    assert (await receipt(stage))["counts"]["denominator"] == 2
    stage.cells.facts, stage.evidence.kept = facts, held
    found = await receipt(stage)
    assert (found["agrees"], found["counts"]["denominator"], stage.disagreed) == (True, 3, [])


async def test_pages_beyond_those_that_are_kept_go_on_in_order(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recounts, "FIRST", 1)
    monkeypatch.setattr(slices, "SLICE", 1)
    stories = [Story(f"{kind}-{digit}000") for kind in "to" for digit in "e19a05"]
    for story in stories:
        story.received(at("04-02 08:00"))
    facts = [msgspec.structs.replace(story.facts[0], seq=seq) for seq, story in enumerate(stories, 1)]
    stage.hold(facts)
    found, cursor = list[str](), dict[str, str]()
    while True:
        page = await receipt(stage, side="denominator", limit="2", **cursor)
        found += [one["case_id"] for one in page["cases"]]
        if page["next"] is None:
            break
        cursor = {"cursor": page["next"]}
    assert found == sorted(fact.case_id for fact in facts)
    looks = stage.evidence.looks
    await receipt(stage, side="denominator", limit="2")
    assert stage.evidence.looks - looks < len(facts), "a page is not all of them"


async def test_a_count_that_failed_is_not_kept(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    good = stage.evidence.chunks

    async def away(*_: Any) -> AsyncGenerator[Chunk, None]:
        raise CellsAway("MongoDB does not answer")
        yield list

    monkeypatch.setattr(stage.evidence, "chunks", away)
    assert (await stage.get("/v1/rates/handled/receipt")).status_code == 503
    assert (await stage.get("/v1/rates/handled/receipt/export", format="csv")).status_code == 503
    monkeypatch.setattr(stage.evidence, "chunks", good)
    assert (await receipt(stage))["agrees"] is True


async def test_a_sheet_that_would_be_too_long_says_what_to_do(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 1)
    answer = await stage.get("/v1/rates/handled/receipt/export", format="xlsx")
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_rows")
    assert "format=csv" in answer.json()["detail"]
    assert (await stage.get("/v1/rates/handled/receipt/export", format="csv")).status_code == 200
