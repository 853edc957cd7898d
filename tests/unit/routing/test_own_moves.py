"""What routing does by itself: accepts, dispatches, does again, escalates, hands over."""

import pytest

from services.contracts.actors import ROUTING
from services.contracts.directory import Department
from services.contracts.followups import DirectoryApplied
from services.routing.domain.rules import Rules
from tests.unit.routing.street import actor, hours
from tests.unit.routing.town import TOWN, Life, closed, handling, made, town

ROADS, PARKS = actor("department", "roads"), actor("department", "parks")


def test_a_known_category_goes_to_its_department_or_to_the_last_that_took_over() -> None:
    life = Life(category="sewer")
    assert [one.action_id for one in life.decisions] == ["submit", "submit/accept", "submit/dispatch"]
    assert [made(one) for one in life.decisions] == [
        [("received", None)],
        [("accepted", None)],
        [("dispatched", "roads")],
    ]
    assert (life.summary.accepted, life.summary.dispatches, life.case.department) == (True, 1, "roads")


def test_successors_in_a_circle_end_somewhere() -> None:
    circle = {"x": Department(name="甲", successor="y"), "y": Department(name="乙", successor="x")}
    assert Rules(departments=circle).standing("x") == "y"
    assert Rules(departments={}).standing("gone") == "gone"


def test_more_redos_than_the_policy_allows_go_to_supervision_each() -> None:
    life = closed(town(most_redos=1))
    for number in range(3):
        life.do("redo", "source", at=10 + 10 * number, reason="r")
        own = life.decisions[-1]
        escalated = own.action == "escalate"
        assert escalated is (number >= 1)
        if escalated:
            assert (own.actor, own.details.level, own.at) == (ROUTING, "supervision", hours(10 + 10 * number))
            assert own.action_id == f"source:grid:{life.decisions[-2].action_id}/escalate"
            assert made(own) == [("escalated", "housing")]
        life.do("handle", "department")
        life.do("reply", "department")
        life.do("close", "dispatcher")


def test_more_transfers_than_the_policy_allows_go_to_supervision_each() -> None:
    life = Life(town(most_transfers=1))
    actions = []
    for name in ("roads", "parks", "sewers"):
        life.do("dispatch", "dispatcher", department=name)
        actions.append(life.decisions[-1].action)
    assert actions == ["dispatch", "escalate", "escalate"]
    assert life.summary.dispatches == 4


def test_by_default_three_redos_and_three_transfers_are_enough() -> None:
    life = Life()
    for name in ("roads", "parks", "sewers", "housing"):
        life.do("dispatch", "dispatcher", department=name)
    assert [one.action for one in life.decisions].count("escalate") == 1


def test_a_redo_of_routing_s_own_that_is_one_too_many_is_escalated_under_the_sender_s_id() -> None:
    life = closed(town(most_redos=0, redo_if_unsolved=True))
    life.do("follow_up", "followup", contacted=True, solved=False)
    said, redo, escalate = life.decisions[-3:]
    assert (redo.action_id, escalate.action_id) == (
        f"followup:{said.action_id}/redo",
        f"followup:{said.action_id}/escalate",
    )


def succession(life: Life, at: float = 9) -> DirectoryApplied:
    """That the directory changed, told to the case."""
    return DirectoryApplied(case_id=life.case.case_id, what="successor", at=hours(at))


def closing(*names: str, to: str) -> Rules:
    """The town once these departments are closed."""
    rows = {name: Department(name=name, successor=to) for name in names}
    return Rules(version=8, departments={**TOWN.departments, **rows}, channels=TOWN.channels, policies=TOWN.policies)


@pytest.mark.parametrize("state", ["dispatched", "signed", "handling", "on_hold", "replied"])
def test_a_closed_department_s_case_is_its_successor_s_in_the_state_it_is_in(state: str) -> None:
    life = Life() if state == "dispatched" else handling()
    if state == "on_hold":
        life.do("hold", "dispatcher")
    if state == "replied":
        life.do("reply", "department")
    before = life.summary
    life.rules = closing("housing", to="older")
    (decision,) = life.tell(succession(life))
    assert (decision.action, decision.actor, made(decision)) == ("hand_over", ROUTING, [("handed_over", "roads")])
    assert (life.case.department, life.summary.state, life.summary.due_at) == ("roads", before.state, before.due_at)
    assert (life.summary.dispatches, life.summary.returns) == (1, 0)
    assert life.case.departments == ("housing", "roads")
    assert life.tell(succession(life)) == []


def test_open_tasks_go_with_it_and_what_was_done_stays_with_who_did_it() -> None:
    life = handling()
    for name in ("roads", "parks"):
        life.do("assist", "dispatcher", department=name)
    life.do("sign", ROADS)
    life.do("reply", ROADS)
    life.do("assist", "dispatcher", department="roads")
    life.rules = closing("roads", to="sewers")
    (decision,) = life.tell(succession(life))
    assert made(decision) == [("handed_over", "sewers")]
    assert [(task.department, task.state) for task in life.summary.tasks] == [
        ("roads", "replied"),
        ("parks", "assigned"),
        ("sewers", "assigned"),
    ]
    assert life.case.department == "housing"
    life.do("sign", actor("department", "sewers"))
    life.do("reply", actor("department", "sewers"))
    assert life.code("sign", ROADS) == "not_allowed"


def test_the_lead_and_a_task_of_two_closed_departments_go_each_to_its_successor() -> None:
    life = handling()
    life.do("assist", "dispatcher", department="roads")
    life.rules = closing("housing", "roads", to="parks")
    assert [made(one) for one in life.tell(succession(life))] == [
        [("handed_over", "parks")],
        [("handed_over", "parks"), ("released", "parks")],
    ]
    (task,) = life.summary.tasks
    assert (life.case.department, task.department, task.state) == ("parks", "parks", "released")
    assert life.clock(f"assist/{task.id}").ended_at is not None
    assert len({one.action_id for one in life.decisions}) == len(life.decisions)


def test_no_task_of_a_successor_is_out_of_reach() -> None:
    life = handling()
    for name in ("roads", "parks"):
        life.do("assist", "dispatcher", department=name)
    life.rules = closing("roads", to="parks")
    life.tell(succession(life))
    assert [task.department for task in life.summary.tasks] == ["parks", "parks"]
    for _ in range(2):
        life.do("sign", PARKS)
        life.do("reply", PARKS)
    assert {task.state for task in life.summary.tasks} == {"replied"}


def test_a_case_that_is_not_open_is_handed_to_nobody() -> None:
    life = closed()
    life.rules = closing("housing", to="roads")
    assert life.tell(succession(life)) == []
    assert life.case.department == "housing"


def test_nobody_else_does_what_is_routing_s_own() -> None:
    life = handling()
    for action in ("archive", "absorb", "let_go", "follow", "hand_over", "reclock"):
        for who in ("source", "department", "dispatcher", "supervisor", "followup", "admin"):
            assert life.code(action, who) == "not_authorized"
