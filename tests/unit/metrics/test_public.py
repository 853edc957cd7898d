"""The public board: chosen shares, and nothing that could be told of fewer than ten."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.cases import CaseFact
from services.metrics.domain.figures import Figure
from services.metrics.public import LEAST, visible
from tests.unit.metrics.cases import Story, at

from .test_api import Stage


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
