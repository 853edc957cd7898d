"""Receipts name their cases as people do: number, title, whose it is, until when it was due, how late it is."""

from typing import Any

import msgspec
import pytest

from services.contracts.actors import Actor
from services.contracts.cases import CaseFact, Evaluation
from services.contracts.submissions import SubmissionReceived

from .cases import Story, at
from .stage import Stage


def submitted(case_id: str, *, confidential: bool = False, when: str = "04-01 09:00") -> Story:
    """Dispatched to b, due a week after."""
    story = Story(case_id)
    story.received(at(when))
    told = SubmissionReceived(
        case_id=case_id, kind="ticket", source="hotline", source_id="沪信〔2026〕12号", channel="hotline",
        title="路灯不亮", text="…", reported_at=at(when), confidential=confidential, actor=Actor(role="source"),
    )  # fmt: skip
    story.facts[0] = msgspec.structs.replace(story.facts[0], submission=told)
    story.move("dispatch", at("04-01 10:00"), state="dispatched", department="b", dispatches=1)
    return story


def in_order(*stories: Story) -> list[CaseFact]:
    facts = sorted((fact for story in stories for fact in story.facts), key=lambda fact: fact.at)
    return [msgspec.structs.replace(fact, seq=seq) for seq, fact in enumerate(facts, 1)]


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def one(stage: Stage, story: Story, rate: str = "on_time", side: str = "rest", **asked: str) -> Any:
    stage.hold(in_order(story))
    (found,) = (await stage.get(f"/v1/rates/{rate}/receipt", side=side, **asked)).json()["cases"]
    return found


async def test_an_overdue_case_is_named_and_late_up_to_when_it_is_counted(stage: Stage) -> None:
    found = await one(stage, submitted("t-1"))
    assert (found["number"], found["title"], found["department"]) == ("沪信〔2026〕12号", "路灯不亮", "b")
    assert found["labels"] == {"zh": "环卫所", "en": "Sanitation"}
    assert (found["due_at"], found["days_late"]) == ("2026-04-08T09:00:00+08:00", 3.0), "now it is 11 April, 09:30"


async def test_a_reply_ends_the_lateness_until_it_is_taken_back(stage: Stage) -> None:
    story, late = submitted("t-1"), at("04-08 09:01")
    story.move("reply", late, occurrence="replied", state="replied", replied_at=late, first_replied_at=late)
    assert (await one(stage, story))["days_late"] == 0.1, "a minute is not nothing"
    story.move("send_back", at("04-08 10:00"), state="handling")
    assert (await one(stage, story))["days_late"] == 3.0


async def test_one_in_time_is_not_late_and_a_confidential_one_has_no_title(stage: Stage) -> None:
    story, early = submitted("t-1", confidential=True), at("04-02 09:00")
    story.move("reply", early, occurrence="replied", state="replied", replied_at=early, first_replied_at=early)
    found = await one(stage, story, side="numerator")
    assert (found["number"], found["title"], found["days_late"]) == ("沪信〔2026〕12号", None, None)


async def test_a_file_of_cases_has_the_same(stage: Stage) -> None:
    stage.hold(in_order(submitted("t-1")))
    body = (await stage.get("/v1/rates/on_time/receipt/export", side="rest", format="csv")).text
    assert all(
        word in body for word in ("编号", "沪信〔2026〕12号", "路灯不亮", "环卫所", "2026-04-08 09:00", "逾期天数")
    )


async def test_a_first_bad_grade_is_the_lead_s_of_now_or_by_flow_the_one_s_of_the_day(stage: Stage) -> None:
    story, when = submitted("t-1"), at("04-02 09:00")
    story.move("reply", when, occurrence="replied", state="replied", replied_at=when, first_replied_at=when)
    story.move("close", when, occurrence="closed", state="closed", closed_at=when)
    bad = Evaluation(at=at("04-03 09:00"), grade=1)
    story.move("rate", bad.at, occurrence="evaluated", state="evaluated", evaluation=bad, first_evaluation=bad)
    story.move("redo", at("04-04 09:00"), state="redo", redos=1, closed_at=None, evaluation=None, department="a")
    assert (await one(stage, story, "satisfied_first"))["department"] == "a"
    assert (await one(stage, story, "satisfied_first", basis="flow"))["department"] == "b"
    by_day = (await stage.get("/v1/rates", rate="satisfied_first", basis="flow", group_by="department")).json()
    assert [(row["group"], row["numerator"], row["denominator"]) for row in by_day["rows"]] == [
        ({"department": "b"}, 0, 1)
    ]
    assert by_day["definition"]["coverage"] is None, "how many could have been asked is not known by the hour"


async def test_evidence_of_before_numbers_were_kept_says_none(stage: Stage) -> None:
    story = submitted("t-1")
    story.facts[0] = msgspec.structs.replace(story.facts[0], submission=None)
    found = await one(stage, story)
    assert (found["number"], found["title"], found["days_late"]) == (None, None, 3.0)


@pytest.mark.parametrize("rate", ["received_count", "speed_closed", "overdue_open"])
async def test_what_is_no_share_has_no_rest(stage: Stage, rate: str) -> None:
    answer = await stage.get(f"/v1/rates/{rate}/receipt", side="rest")
    assert (answer.status_code, answer.json()["code"]) == (422, "no_such_side")
