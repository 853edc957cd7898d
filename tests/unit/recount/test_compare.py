"""The comparison sees every group that differs, and asks everything."""

from typing import Any

from tests.recount.compare import differences, questions
from tests.recount.figures import figures
from tests.recount.history import generate
from tests.recount.recount import Recount

from .log import STREET, logged

RECOUNT = Recount(STREET).read(logged(generate(STREET, seed=2, cases=60)))


def answer(asked: dict[str, str]) -> dict[str, Any]:
    """As the service would, from the recount itself."""
    group_by = [name for name in asked["group_by"].split(",") if name]
    rows = figures(RECOUNT).get((asked["rate"], asked["basis"], tuple(group_by)), {})
    return {
        "group_by": group_by,
        "rows": [
            {"group": dict(zip(group_by, group, strict=True)), "numerator": row[0], "denominator": row[1]}
            for group, row in rows.items()
        ],
    }


def test_equal_answers_have_no_differences() -> None:
    assert differences(RECOUNT, answer) == []


def test_one_more_in_one_group_is_one_difference() -> None:
    def wrong(asked: dict[str, str]) -> dict[str, Any]:
        found = answer(asked)
        if asked["rate"] == "satisfied" and asked["basis"] == "flow" and asked["group_by"] == "department":
            found["rows"][0]["numerator"] += 1
        return found

    assert len(differences(RECOUNT, wrong)) == 1


def test_everything_is_asked_once() -> None:
    asked = [tuple(sorted(question.items())) for question in questions()]
    assert len(asked) == len(set(asked)) == 22 * 7
