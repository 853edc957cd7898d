"""The comparison sees every group that differs, in either reading."""

from typing import Any

import pytest

from tests.recount.compare import differences
from tests.recount.figures import READINGS, figures
from tests.recount.history import generate
from tests.recount.recount import Recount

from .log import STREET, logged

RECOUNT = Recount(STREET).read(logged(generate(STREET, seed=2, cases=60)))
EXPECTED = {reading: figures(RECOUNT, reading=reading) for reading in READINGS}


def answer(asked: dict[str, str]) -> dict[str, Any]:
    """As the service would, from the recount itself."""
    return {"answers": [one(asked, rate) for rate in asked["rates"].split(",")]}


def one(asked: dict[str, str], rate: str) -> dict[str, Any]:
    group_by = [name for name in asked["group_by"].split(",") if name]
    rows = EXPECTED[asked["reading"]].get((rate, asked["basis"], tuple(group_by)), {})
    return {
        "rate": rate,
        "group_by": group_by,
        "rows": [
            {"group": dict(zip(group_by, group, strict=True)), "numerator": row[0], "denominator": row[1]}
            for group, row in rows.items()
        ],
    }


def test_equal_answers_have_no_differences() -> None:
    assert EXPECTED["full"] != EXPECTED["assessed"], "something is excluded"
    assert differences(RECOUNT, answer) == []


@pytest.mark.parametrize("reading", READINGS)
@pytest.mark.parametrize("more", [1, 0.1])
def test_a_little_more_in_one_group_is_one_difference(reading: str, more: float) -> None:
    wanted = {"basis": "flow", "group_by": "department", "reading": reading}

    def wrong(asked: dict[str, str]) -> dict[str, Any]:
        found = answer(asked)
        if wanted.items() <= asked.items():
            (weighted,) = [told for told in found["answers"] if told["rate"] == "satisfied_weighted"]
            weighted["rows"][0]["numerator"] += more
        return found

    assert len(differences(RECOUNT, wrong)) == 1


def test_the_order_in_which_a_weighted_sum_was_made_makes_no_difference() -> None:
    def summed(asked: dict[str, str]) -> dict[str, Any]:
        found = answer(asked)
        for told in found["answers"]:
            for row in told["rows"]:
                row["numerator"] += 0.1 + 0.2 - 0.3
        return found

    assert differences(RECOUNT, summed) == []
