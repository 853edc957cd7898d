"""What moves change in the summary besides the state: clocks, leads, replies, closings, evaluations."""

from typing import Any

import pytest

from services.contracts.actions import ActionRequested
from services.contracts.cases import Evaluation
from services.routing.domain.case import Command
from tests.unit.routing.street import RULES, T0, actor, after, ask, code, hours, in_state, one, submission


def closed(*, upto: str = "close") -> list[Command]:
    """From submission to the standing evaluation, an hour a step."""
    way: list[Command] = [
        submission(category="leak"),
        ask("sign", "department", at=hours(1)),
        ask("reply", "department", at=hours(2)),
        ask("close", "dispatcher", at=hours(3)),
        ask("follow_up", "followup", at=hours(4)),
        ask("rate", "followup", at=hours(5), grade=4, solved=True),
    ]
    names = [command.action if isinstance(command, ActionRequested) else "submit" for command in way]
    return way[: names.index(upto) + 1]


def test_accepting_under_another_category_promises_anew_from_the_reception() -> None:
    summary = after(submission(), ask("accept", "dispatcher", at=hours(9), category="leak")).summary
    assert (summary.due_at, summary.first_due_at, summary.dims.category) == (hours(24), hours(24), "leak")


def test_the_source_s_own_due_time_stands_whatever_the_category() -> None:
    told = submission(source_due_at=hours(3))
    assert after(told, ask("accept", "dispatcher", category="leak")).summary.due_at == hours(3)


def test_redo_promises_anew_and_takes_back_closing_and_evaluation_but_not_the_reply() -> None:
    before = after(*closed(upto="rate")).summary
    assert before.evaluation == Evaluation(at=hours(5), grade=4, solved=True)
    summary = after(*closed(upto="rate"), ask("redo", "supervisor", at=hours(30))).summary
    assert (summary.state, summary.due_at, summary.first_due_at) == ("redo", hours(54), hours(24))
    assert (summary.closed_at, summary.evaluation, summary.redos) == (None, None, 1)
    assert summary.replied_at == summary.first_replied_at == hours(2)


def test_redo_promises_anew_also_where_the_source_gave_the_first_due_time() -> None:
    told = submission(category="leak", source_due_at=hours(2))
    way = [told, *closed()[1:]]
    assert after(*way, ask("redo", "source", at=hours(10))).summary.due_at == hours(34)


def test_a_second_reply_stands_and_the_first_is_remembered() -> None:
    again = [
        ask("redo", "source", at=hours(10)),
        ask("handle", "department", at=hours(11)),
        ask("reply", "department", action_id="again", at=hours(12)),
    ]
    summary = after(*closed(), *again).summary
    assert (summary.first_replied_at, summary.replied_at) == (hours(2), hours(12))


def test_a_return_counts_when_another_department_takes_over() -> None:
    asked: list[Command] = [submission(category="leak"), ask("return", "department")]
    assert after(*asked).summary.returns == 0
    assert after(*asked, ask("refuse_return", "dispatcher")).summary.returns == 0
    assert after(*asked, ask("dispatch", "dispatcher", department="housing")).summary.returns == 0
    granted = after(*asked, ask("dispatch", "dispatcher", department="roads"))
    assert (granted.summary.returns, granted.department) == (1, "roads")


def test_dispatching_to_where_it_is_or_to_nobody_is_refused() -> None:
    case = in_state("dispatched")
    assert code(one(case, ask("dispatch", "dispatcher", department="housing"))) == "same_department"
    assert code(one(case, ask("dispatch", "dispatcher", department="parks"))) == "unknown_department"
    assert code(one(in_state("redo"), ask("dispatch", "dispatcher", department="housing"))) == "applied"


def test_nothing_happens_before_the_reception() -> None:
    assert code(one(in_state("dispatched"), ask("sign", "department", at=hours(-0.1)))) == "before_reception"
    assert code(one(in_state("dispatched"), ask("sign", "department", at=T0))) == "applied"


def test_void_takes_back_all_that_occurred_and_adds_that_it_is_void() -> None:
    way = [*closed(upto="reply"), ask("void", "dispatcher", at=hours(9))]
    case, decision = after(*way[:-1]), one(after(*way[:-1]), way[-1])
    occurred = {occurrence for step in case.steps for occurrence in step.occurrences}
    assert {found.kind for found in occurred} == {"received", "accepted", "dispatched", "signed", "replied"}
    assert set(decision.removed) == occurred
    assert [found.kind for found in decision.added] == ["voided"]
    left = [found.kind for step in after(*way).steps for found in step.occurrences]
    assert left == ["voided"]


def test_occurrences_keep_the_dimensions_of_their_day() -> None:
    way: list[Command] = [
        submission(category="leak"),
        ask("return", "department", at=hours(1)),
        ask("dispatch", "dispatcher", at=hours(2), department="roads"),
    ]
    found = {
        occurrence.id.split("/", 1)[1]: occurrence for step in after(*way).steps for occurrence in step.occurrences
    }
    leads = {name: occurrence.dims.department for name, occurrence in found.items()}
    assert leads == {
        "1/received": None,
        "2/accepted": None,
        "3/dispatched": "housing",
        "4/return_requested": "housing",
        "5/dispatched": "roads",
    }


def test_amending_changes_the_dimensions_it_names() -> None:
    case = after(submission(), ask("amend", "source", fields={"urgency": "urgent", "place": {"grid": "g09"}}))
    assert (case.summary.dims.urgency, case.summary.dims.grid, case.summary.state) == ("urgent", "g09", "received")
    kept = after(submission(), ask("amend", "source", fields={"place": {"address": "某路 1 号"}}))
    assert kept.summary.dims.grid is None


@pytest.mark.parametrize(
    "fields",
    [
        {"category": "leak"},
        {"department": "roads", "text": "x"},
        {"urgency": "very"},
        {"urgency": None},
        {"place": {"grid": 5}},
        {"place": "某路"},
        {"place": None},
        {"title": 5},
        {"text": []},
        {"attributes": "x"},
    ],
)
def test_what_no_reader_could_read_is_not_amended(fields: dict[str, Any]) -> None:
    assert code(one(in_state("handling"), ask("amend", "source", fields=fields))) == "not_amendable"


def test_only_the_dispatcher_replies_directly() -> None:
    case = after(submission(category="noise"))
    assert code(one(case, ask("reply", "dispatcher"))) == "applied"
    assert code(one(case, ask("reply", actor("department", "housing")))) == "not_authorized"
    assert RULES.channels["grid"].authority == {}
