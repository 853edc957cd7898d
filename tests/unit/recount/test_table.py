"""The recount's table names what the wire names, no more and no less."""

from typing import get_args

from services.contracts.actions import ActionName
from services.contracts.cases import NOT_VALID, NOW_CLOSED, TASK_OPEN, OccurrenceKind, State, TaskState
from tests.recount import table
from tests.recount.compare import questions
from tests.recount.points import RATES

STATES = set(get_args(State))


def test_every_action_has_its_row() -> None:
    assert {row[0] for row in table.ROWS} == set(get_args(ActionName))
    assert len(table.ROWS) == len(table.WHO)


def test_every_state_is_one_of_the_wire_s() -> None:
    assert {state for states in table.FROM.values() for state in states} | set(table.INTO.values()) == STATES
    assert set(table.NOW_CLOSED) == NOW_CLOSED
    assert set(table.NOT_VALID) == NOT_VALID
    assert {*table.ALL_OPEN, *table.NOW_CLOSED, *table.NOT_VALID} == STATES


def test_every_kind_of_occurrence_can_be_caused_and_is_counted() -> None:
    assert set(table.KINDS) == set(get_args(OccurrenceKind))
    assert {(f"{kind}_count", "flow") for kind in table.KINDS} <= set(RATES)


def test_tasks_have_the_wire_s_states() -> None:
    assert {state for states in table.TASK_FROM.values() for state in states} | {"replied", "released"} == set(
        get_args(TaskState)
    )
    assert set(table.TASK_OPEN) == TASK_OPEN


def test_no_action_is_both_asked_for_and_routing_s_own() -> None:
    assert set(table.ROUTING_ALONE) == {"archive", "absorb", "let_go", "follow", "hand_over", "reclock"}
    assert not set(table.ROUTING_ALONE) & {*table.OPENS, *table.GRANTS, *table.REFUSES}


def test_every_rate_is_asked_once_on_each_basis() -> None:
    assert len(set(RATES)) == len(RATES)
    asked = [
        (rate, question["basis"], question["group_by"], question["reading"])
        for question in questions()
        for rate in question["rates"].split(",")
    ]
    assert len(asked) == len(set(asked)) == len(RATES) * (11 + 3)
