"""协办: each assistant has a task and a deadline of its own, apart from the lead's work."""

from services.contracts.directory import Limit, Policy
from tests.unit.routing.street import actor, hours
from tests.unit.routing.town import Life, handling, made, replied, town

HOUSING, ROADS = actor("department", "housing"), actor("department", "roads")


def assisted() -> Life:
    """Housing is at work, roads assists since the third hour."""
    life = handling()
    life.do("assist", "dispatcher", department="roads")
    return life


def test_an_assist_gives_a_task_with_a_deadline_and_leaves_the_case_as_it_is() -> None:
    life = handling()
    before = life.summary
    decision = life.do("assist", "dispatcher", at=5, department="roads")
    assert made(decision) == [("assisted", "roads")]
    (task,) = life.summary.tasks
    assert (task.id, task.department, task.state) == (decision.added[0].id, "roads", "assigned")
    assert (task.assigned_at, task.due_at, task.first_due_at) == (hours(5), hours(25), hours(25))
    assert life.clock(f"assist/{task.id}").due_at == hours(25)
    assert (life.summary.state, life.summary.dims, life.summary.due_at) == (before.state, before.dims, before.due_at)


def test_an_assistant_has_the_reply_s_time_where_policies_give_it_none_of_its_own() -> None:
    life = handling(town(limits={}))
    life.do("assist", "dispatcher", at=5, department="roads")
    assert life.summary.tasks[0].due_at == hours(105)


def test_an_assistant_s_moves_are_counted_as_its_own() -> None:
    life = assisted()
    assert made(life.do("sign", ROADS, at=4)) == [("assist_signed", "roads")]
    assert made(life.do("return", ROADS, at=5)) == [("assist_return_requested", "roads")]
    refused = life.do("refuse_return", "dispatcher", at=6, department="roads", reason="r")
    assert made(refused) == [("assist_return_refused", "roads")]
    assert made(life.do("reply", ROADS, at=7)) == [("assist_replied", "roads")]
    (task,) = life.summary.tasks
    assert (task.state, task.signed_at, task.replied_at) == ("replied", hours(4), hours(7))
    assert life.clock(f"assist/{task.id}").ended_at == hours(7)
    assert life.summary.state == "handling"


def test_an_assistant_that_becomes_the_lead_assists_no_more() -> None:
    life = Life()
    life.do("assist", "dispatcher", department="roads")
    decision = life.do("dispatch", "dispatcher", at=6, department="roads", departments=("parks",))
    assert made(decision) == [("dispatched", "roads"), ("released", "roads"), ("assisted", "parks")]
    old, new = life.summary.tasks
    assert (old.department, old.state, new.department, new.state) == ("roads", "released", "parks", "assigned")
    assert life.clock(f"assist/{old.id}").ended_at == hours(6)
    life.do("sign", ROADS)
    assert life.summary.state == "signed"


def test_what_an_assistant_does_is_not_the_lead_s_doing() -> None:
    life = Life()
    life.do("assist", "dispatcher", department="roads")
    before = life.case
    life.do("sign", ROADS)
    life.do("reply", ROADS, text="我处已办")
    after = life.case
    for name in ("sign", "contact", "reply", "inner", "close"):
        assert after.clocks[name] == before.clocks[name]
        assert after.clocks[name].ended_at is None
    assert (after.standing_reply, after.summary.replied_at, after.summary.signed_at) == (None, None, None)


def test_a_correction_of_an_assistant_s_words_leaves_the_standing_reply() -> None:
    life = assisted()
    life.do("reply", HOUSING, text="已办结")
    life.do("sign", ROADS)
    life.do("reply", ROADS, text="我处已办")
    life.do("correct", ROADS, corrects=life.decisions[-1].action_id, text="我处办了一半")
    assert life.case.standing_reply == "已办结"


def test_a_returned_task_is_released_and_may_be_given_again() -> None:
    life = assisted()
    life.do("return", ROADS)
    assert made(life.do("release", "dispatcher", at=6, department="roads")) == [("released", "roads")]
    assert [task.state for task in life.summary.tasks] == ["released"]
    assert life.clock(f"assist/{life.summary.tasks[0].id}").ended_at == hours(6)
    assert life.code("release", "dispatcher", department="roads") == "no_task"
    life.do("assist", "dispatcher", department="roads")
    assert [task.state for task in life.summary.tasks] == ["released", "assigned"]


def test_who_has_a_part_already_is_not_asked_again() -> None:
    life = assisted()
    assert life.code("assist", "dispatcher", department="roads") == "same_department"
    assert life.code("assist", "dispatcher", department="housing") == "same_department"
    assert life.code("assist", "dispatcher", department="nowhere") == "unknown_department"
    assert life.code("assist", "dispatcher", department="old") == "closed_department"


def test_a_dispatch_names_assistants_after_its_lead() -> None:
    life = Life(category=None)
    decision = life.do("dispatch", "dispatcher", at=5, department="housing", departments=("roads", "parks"))
    assert made(decision) == [("dispatched", "housing"), ("assisted", "roads"), ("assisted", "parks")]
    assert [(task.department, task.due_at) for task in life.summary.tasks] == [
        ("roads", hours(25)),
        ("parks", hours(25)),
    ]
    assert life.case.departments == ("housing", "roads", "parks")


def test_a_dispatch_names_nobody_twice() -> None:
    life = Life(category=None)
    for names in (("housing",), ("roads", "roads")):
        assert life.code("dispatch", "dispatcher", department="housing", departments=names) == "same_department"
    life.do("dispatch", "dispatcher", department="housing", departments=("roads",))
    assert life.code("dispatch", "dispatcher", department="parks", departments=("roads",)) == "same_department"
    assert life.code("dispatch", "dispatcher", department="parks", departments=("nobody",)) == "unknown_department"
    assert life.code("dispatch", "dispatcher", department="parks", departments=("older",)) == "closed_department"


def test_assistants_of_a_dispatch_are_promised_by_its_lead_s_policies() -> None:
    slow = Policy(name="园林", department="parks", limits={"assist": Limit(hours=50)})
    life = Life(town(slow), category=None)
    life.do("dispatch", "dispatcher", at=5, department="parks", departments=("roads",))
    assert life.summary.tasks[0].due_at == hours(55)


def test_the_case_closes_only_when_no_task_is_open() -> None:
    life = replied()
    life.do("assist", "dispatcher", department="roads")
    assert life.code("close", "dispatcher") == "open_tasks"
    assert life.code("verify", "dispatcher", passed=True) == "open_tasks"
    assert life.code("verify", "dispatcher", passed=False) == "applied"
    life.do("sign", ROADS)
    assert life.code("close", "dispatcher") == "open_tasks"
    life.do("reply", ROADS)
    assert life.code("close", "dispatcher") == "applied"
