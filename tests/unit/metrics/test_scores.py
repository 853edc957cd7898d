"""综合得分: weights, what is left out, ranks."""

from typing import Any

import msgspec
import pytest

from services.contracts.cases import CaseFact, Evaluation
from services.metrics import scores
from services.metrics.scores import Scored, ranked
from tests.unit.metrics.cases import Story, at

from .stage import Stage


def case(number: int, department: str, *, closed: bool = True, grade: int | None = None) -> list[CaseFact]:
    story = Story(f"t-{number}")
    story.received(at("04-02 08:00"))
    story.move("dispatch", at("04-02 09:00"), occurrence="dispatched", department=department, state="dispatched")
    if closed:
        story.move("close", at("04-02 10:00"), occurrence="closed", state="closed", closed_at=at("04-02 10:00"))
    if grade is not None:
        said = Evaluation(grade=grade, at=at("04-02 11:00"))
        story.move("evaluate", at("04-02 11:00"), occurrence="evaluated", state="evaluated", evaluation=said)
    return story.facts


async def test_five_ratings_are_not_ranked_before_five_hundred_nor_none_of_one_last() -> None:
    made, facts, number = Stage(), list[CaseFact](), 0
    for department, cases, grades in (("few", 5, 5), ("many", 40, 4), ("one", 1, 0)):
        for turn in range(cases):
            number += 1
            facts += case(number, department, closed=bool(grades), grade=5 if turn % grades else 1) if grades else (
                case(number, department, closed=False)
            )  # fmt: skip
    made.hold([msgspec.structs.replace(fact, seq=seq) for seq, fact in enumerate(facts, 1)])
    told = (await made.get("/v1/scores", assessment="city")).json()
    rows = {row["group"]["department"]: (row["rank"], row["unranked"], row["n"]) for row in told["rows"]}
    assert told["least_n"] == 10
    assert rows == {"many": (1, None, 40), "few": (None, "too_few", 5), "one": (None, "too_few", 0)}
    assert next(row["group"]["department"] for row in told["rows"]) == "many"


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setattr(scores, "LEAST_N", 1)
    made = Stage()
    facts = [
        *case(1, "a", grade=5),
        *case(2, "a", closed=False),
        *case(3, "b"),
        *case(4, "c", grade=1),
        *case(5, "c", grade=5),
    ]
    made.hold([msgspec.structs.replace(fact, seq=number) for number, fact in enumerate(facts, 1)])
    return made


async def test_parts_are_weighed_and_what_could_not_be_counted_is_left_out_and_said(stage: Stage) -> None:
    answer = await stage.get("/v1/scores", assessment="city")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    rows: dict[str, Any] = {row["group"]["department"]: row for row in told["rows"]}
    assert list(rows) == ["c", "a", "b"], "the best first; b stands on a part alone"
    # 3 × handled + 1 × satisfied, over four; b was never evaluated, so it stands on handled alone
    assert {name: (row["score"], row["weight"], row["rank"]) for name, row in rows.items()} == {
        "b": (100, 3, None),
        "c": (pytest.approx(87.5), 4, 1),
        "a": (pytest.approx(62.5), 4, 2),
    }
    parts = {part["rate"]: part["points"] for part in rows["c"]["parts"]}
    assert parts == {"handled": pytest.approx(75), "satisfied": pytest.approx(12.5)}
    assert {part["rate"]: part["points"] for part in rows["b"]["parts"]}.get("satisfied") is None
    assert (told["unknown"], told["weights"]) == (["no_such"], {"handled": 3, "satisfied": 1, "no_such": 1})


async def test_a_period_is_the_assessment_s(stage: Stage) -> None:
    inside = (await stage.get("/v1/scores", assessment="city", period="2026-04")).json()
    assert len(inside["rows"]) == 3
    assert inside["from"].startswith("2026-03-25")
    assert (await stage.get("/v1/scores", assessment="city", period="2026-03")).json()["rows"] == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "invalid_request"),
        ({"assessment": "moon"}, "unknown_assessment"),
        ({"assessment": "empty"}, "no_score"),
        ({"assessment": "city", "period": "x"}, "bad_period"),
        ({"assessment": "city", "group_by": "colour"}, "unsupported_dimensions"),
    ],
)
async def test_what_cannot_be_scored_says_why(stage: Stage, asked: dict[str, str], code: str) -> None:
    answer = await stage.get("/v1/scores", **asked)
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


def test_equal_scores_share_a_rank_and_none_has_none() -> None:
    told = {"a": 90.0, "b": 80.0, "c": None, "d": 80.0, "e": 70.0}
    rows = [
        Scored(
            group={"department": name},
            labels={},
            score=score,
            rank=None,
            weight=1,
            n=50,
            unranked=None if score is not None else "nothing_counted",
            parts=[],
        )
        for name, score in told.items()
    ]
    assert [(row.group["department"], row.rank) for row in ranked(rows)] == [
        ("a", 1), ("b", 2), ("d", 2), ("e", 4), ("c", None),
    ]  # fmt: skip
