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
    group_by = [name for name in asked["group_by"].split(",") if name]
    rows = EXPECTED[asked["reading"]].get((asked["rate"], asked["basis"], tuple(group_by)), {})
    return {
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
    wanted = {"rate": "satisfied_weighted", "basis": "flow", "group_by": "department", "reading": reading}

    def wrong(asked: dict[str, str]) -> dict[str, Any]:
        found = answer(asked)
        if asked == wanted:
            found["rows"][0]["numerator"] += more
        return found

    assert len(differences(RECOUNT, wrong)) == 1


def test_the_order_in_which_a_weighted_sum_was_made_makes_no_difference() -> None:
    def summed(asked: dict[str, str]) -> dict[str, Any]:
        found = answer(asked)
        for row in found["rows"]:
            row["numerator"] += 0.1 + 0.2 - 0.3
        return found

    assert differences(RECOUNT, summed) == []
