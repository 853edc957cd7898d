"""Times that cannot be, on both sides: refused by one name, and the case goes on as it was."""

import random

import pytest

from services.contracts.cases import CaseFact
from tests.recount.life import Life
from tests.unit.recount.rich import RICH
from tests.unit.recount.side_by_side import SideBySide, in_order

EDGES = (
    "0001-01-01T00:00:00+14:00",
    "0001-01-01T00:00:00Z",
    "1949-09-30T23:59:59+08:00",
    "2044-12-31T00:00:00+08:00",
    "9999-12-31T23:59:59+08:00",
    "9999-12-31T23:59:59-08:00",
)


def told(**more: str) -> Life:
    life = Life(random.Random(1), RICH, "hotline", "edge")
    life.submit(next(name for name, row in sorted(RICH["category"].items()) if row.get("department")), **more)
    return life


def judged(life: Life) -> list[CaseFact]:
    both = SideBySide(RICH)
    appended = int(life.now.timestamp() * 1000)
    both.read((value, headers, appended) for value, headers, _ in in_order(life.steps))
    return both.facts


@pytest.mark.parametrize("edge", EDGES)
def test_a_submission_with_a_time_that_cannot_be_makes_no_case(edge: str) -> None:
    [fact] = judged(told(source_due_at=edge))
    assert fact.refusal is not None
    assert (fact.refusal.code, fact.refusal.fields, fact.version) == ("bad_time", ("source_due_at",), 0)


def test_a_due_time_before_the_report_makes_none_either() -> None:
    life = told()
    life.steps[0]["body"]["source_due_at"] = "1999-01-01T00:00:00+08:00"
    [fact] = judged(life)
    assert fact.refusal is not None
    assert (fact.refusal.code, fact.refusal.fields) == ("bad_time", ("source_due_at",))


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("action", ["hold", "extend", "consult", "whistle", "ask_hold", "ask_extend"])
def test_no_action_ends_at_a_time_that_cannot_be(action: str, edge: str) -> None:
    life = told()
    life.act(action, key=life.key_for(action), reason="r")
    life.steps[-1]["body"]["until"] = edge
    fact = judged(life)[-1]
    assert fact.refusal is not None
    assert (fact.refusal.code, fact.refusal.fields) in (("bad_time", ("until",)), ("not_authorized", ()))
    assert fact.details.until is None


@pytest.mark.parametrize("edge", EDGES)
def test_nothing_happens_at_a_time_that_cannot_be(edge: str) -> None:
    life = told()
    life.act("remind", key="supervisor")
    life.steps[-1]["body"]["at"] = edge
    fact = judged(life)[-1]
    assert fact.refusal is not None
    assert (fact.refusal.code, fact.refusal.fields) == ("bad_time", ("at",))
    assert fact.at == fact.recorded_at
    assert fact.recorded_at.year == 2024


def test_what_ends_before_it_begins_is_refused() -> None:
    life = told()
    life.act("whistle", departments=[life.any_department()], reason="r")
    life.steps[-1]["body"]["until"] = life.steps[-1]["body"]["at"]
    fact = judged(life)[-1]
    assert fact.refusal is not None
    assert (fact.refusal.code, fact.refusal.fields) == ("bad_time", ("until",))
