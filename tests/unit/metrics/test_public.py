"""The public board: chosen shares, and nothing that could be told of fewer than ten."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.cases import CaseFact, Evaluation
from services.metrics.domain.figures import Figure
from services.metrics.public import LEAST, visible
from services.metrics.published import LEAST_ALIKE, STEP, batched
from tests.unit.metrics.cases import Story, at

from .stage import Stage


def cases(department: str | None, count: int) -> list[CaseFact]:
    found = []
    for number in range(count):
        story = Story(f"t-{department}-{number}")
        story.received(at("04-02 08:00"))
        if department is not None:
            story.move(
                "dispatch", at("04-02 09:00"), occurrence="dispatched", department=department, state="dispatched"
            )
        found += story.facts
    return found


def stage(*told: tuple[str | None, int]) -> Stage:
    made = Stage()
    facts = [fact for department, count in told for fact in cases(department, count)]
    made.hold([msgspec.structs.replace(fact, seq=number) for number, fact in enumerate(facts, 1)])
    return made


async def board(made: Stage, rate: str = "handled") -> Any:
    answer = await made.get("/v1/public", key=None)
    assert answer.status_code == 200, answer.text
    return next(one for one in answer.json()["boards"] if one["rate"] == rate)


async def test_small_departments_are_hidden_and_counted() -> None:
    told = await board(stage(("a", 30), ("b", 12), ("c", 9), ("d", 3)))
    assert (told["total"]["n"], [one["n"] for one in told["departments"]], told["hidden"]) == (54, [30, 12], 2)


async def test_what_could_be_told_by_taking_away_is_hidden_with_it() -> None:
    told = await board(stage(("a", 30), ("b", 12), ("c", 4)))
    assert ([one["n"] for one in told["departments"]], told["hidden"]) == ([30], 2)
    told = await board(stage(("a", 30), ("b", 12), (None, 3)))
    assert ([one["n"] for one in told["departments"]], told["hidden"]) == ([30], 1)


async def test_a_whole_that_is_small_is_hidden() -> None:
    told = await board(stage(("a", 9)))
    assert (told["total"], told["departments"]) == ({"labels": {}, "value": None, "n": None}, [])


def rated(department: str, number: int, day: int, grade: int) -> list[CaseFact]:
    story, when = Story(f"t-{department}-{number}"), at(f"03-{day:02} 10:00")
    story.received(at("03-01 08:00"))
    story.move("dispatch", at("03-01 09:00"), occurrence="dispatched", department=department, state="dispatched")
    story.move("close", at("03-01 10:00"), occurrence="closed", state="closed", closed_at=at("03-01 10:00"))
    said = Evaluation(at=when, grade=grade)
    story.move("rate", when, occurrence="evaluated", state="evaluated", evaluation=said, first_evaluation=said)
    return story.facts


async def satisfied(facts: list[CaseFact]) -> Any:
    made = Stage()
    made.hold([msgspec.structs.replace(fact, seq=number) for number, fact in enumerate(facts, 1)])
    return await board(made, "satisfied")


async def test_one_person_s_grade_cannot_be_read_from_two_readings() -> None:
    fives = [fact for number in range(15) for fact in rated("a", number, 2 + number // 10, 5 if number else 4)]
    bad = rated("a", 99, 5, 1)
    before, after = await satisfied(fives), await satisfied(fives + bad)
    assert before == after, "the sixteenth waits until there are ten of its kind"
    assert before["departments"] == [], "all of few are not said to be satisfied"
    more = [fact for number in range(20, 60) for fact in rated("a", number, 6, 5 if number % 4 else 1)]
    (shown,) = (await satisfied(fives + bad + more))["departments"]
    assert (shown["value"], shown["n"]) == (0.8, 50), "45 of 56: whole percents, and tens"


async def test_what_happened_in_the_last_three_days_is_not_released_yet() -> None:
    facts = [fact for number in range(60) for fact in rated("a", number, 20, 5 if number % 3 else 2)]
    late = [msgspec.structs.replace(fact, added=tuple(msgspec.structs.replace(one, at=at("04-09 10:00"))
            for one in fact.added)) for fact in facts if fact.action == "rate"]  # fmt: skip
    assert (await satisfied(facts))["departments"][0]["n"] == 60
    told = [fact for fact in facts if fact.action != "rate"] + late
    assert (await satisfied(told))["departments"] == []


async def test_the_total_is_of_the_departments_shown_so_that_none_can_be_had_by_subtraction() -> None:
    large = [fact for number in range(60) for fact in rated("a", number, 5, 5 if number % 3 else 2)]
    small = [fact for number in range(12) for fact in rated("b", number, 5, 5)]
    told = await satisfied(large + small)
    assert (told["total"]["n"], told["hidden"]) == (60, 1)
    assert told["total"]["value"] == told["departments"][0]["value"] == 0.67


days = st.lists(st.tuples(st.integers(1, 300), st.integers(0, 4), st.integers(0, 9)), max_size=40)


@given(told=days, cut=st.integers(1, 300))
def test_any_two_releases_differ_by_ten_evaluations_or_by_none(told: list[tuple[int, int, int]], cut: int) -> None:
    first = date(2026, 1, 1)
    whole = {first + timedelta(days=day): {"satisfied": min(good, all_), "evaluated": all_} for day, good, all_ in told}
    then = batched({day: tally for day, tally in whole.items() if day < first + timedelta(days=cut)})
    now = batched(whole)
    assert now.evaluated - then.evaluated == 0 or now.evaluated - then.evaluated >= STEP
    if now.evaluated == then.evaluated:
        assert now == then
    if now.shown and now.satisfied in (0, now.evaluated):
        assert now.evaluated >= LEAST_ALIKE


async def test_a_deployment_without_a_board_has_none() -> None:
    made = stage(("a", 30))
    made.app.state.public = False
    for path in ("/public", "/v1/public"):
        answer = await made.get(path, key=None)
        assert (answer.status_code, answer.json()["code"]) == (404, "no_public_board")
    made.app.state.public = True
    assert (await made.get("/public", key=None)).headers["content-type"].startswith("text/html")


@given(sizes=st.lists(st.integers(1, 40), max_size=8), beside=st.integers(0, 20))
def test_nothing_under_ten_is_shown_nor_left_over(sizes: list[int], beside: int) -> None:
    rows = [
        Figure(group={"department": str(number)}, labels={}, numerator=0, denominator=size, value=0)
        for number, size in enumerate(sizes)
    ]
    shown = [int(one.denominator or 0) for one in visible(rows, beside)]
    left = sum(sizes) + beside - sum(shown)
    assert all(size >= LEAST for size in shown)
    assert left == 0 or left >= LEAST or not shown


@pytest.mark.parametrize("beside", [0, 5])
def test_of_none_none_is_shown(beside: int) -> None:
    assert visible([], beside) == []
