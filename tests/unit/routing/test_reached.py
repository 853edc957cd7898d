"""A clock came to a mark: it reminds once, goes up the chain step by step, ends windows; else it has no effect."""

from datetime import timedelta

import pytest

from services.contracts.actors import ROUTING
from services.contracts.directory import History
from services.contracts.followups import DeadlineReached
from services.routing.domain.reached import EARLY, marks_due
from services.routing.domain.state import Decision
from tests.unit.routing.street import MAIN, T0, actor, hours
from tests.unit.routing.town import TOWN, Life, closed, handling, made, replied, town

REMINDING = town(remind_at=0.5)


def told(life: Life, key: str) -> DeadlineReached:
    """The next mark of this clock as the timekeeper tells it."""
    clock = life.clock(key)
    assert clock.next_at is not None
    of = key.partition("/")[2] or None
    return DeadlineReached(case_id=life.case.case_id, clock=clock.name, step=clock.next_step, at=clock.next_at, task=of)


def said(made_of_it: list[Decision]) -> list[tuple[str, str | None, list[tuple[str, str | None]]]]:
    """Each action with the level it goes to, and what is counted."""
    return [(one.action, one.details.level, made(one)) for one in made_of_it]


def test_it_reminds_once_and_then_goes_up_step_by_step_as_far_as_the_chain() -> None:
    life = handling(REMINDING)
    assert life.clock("reply").due_at == hours(100)
    assert said(life.marks("reply")) == [("remind", None, [("due_soon", "housing")])]
    # that the lead itself hears of it is no step up
    assert said(life.marks("reply")) == [("escalate", "department", [("overdue", "housing")])]
    assert said(life.marks("reply")) == [("escalate", "leader", [("escalated", "housing")])]
    last = life.marks("reply")
    assert said(last) == [("escalate", "supervision", [("escalated", "housing")])]
    assert life.clock("reply").next_at is None
    times = [one.at for one in life.decisions if one.details.clock == "reply"]
    assert times == [hours(50), hours(100), hours(124), hours(148)]
    assert (last[0].actor, last[0].details.due_at) == (ROUTING, hours(100))
    assert life.summary.state == "handling"


def test_where_the_chain_begins_above_the_department_the_first_step_is_both() -> None:
    life = handling(town(escalation=["leader"]))
    assert said(life.marks("reply")) == [("escalate", "leader", [("overdue", "housing"), ("escalated", "housing")])]
    assert life.clock("reply").next_at is None


def test_an_assistant_s_deadline_is_counted_as_the_assistant_s() -> None:
    life = handling(town(escalation=["leader"]))
    life.do("assist", "dispatcher", department="roads")
    key = f"assist/{life.summary.tasks[0].id}"
    assert said(life.marks(key)) == [("escalate", "leader", [("overdue", "roads"), ("escalated", "roads")])]
    (decision,) = [one for one in life.decisions if one.action == "escalate"]
    assert (decision.details.department, decision.details.task) == ("roads", life.summary.tasks[0].id)


def test_a_window_ends_at_its_end_and_reminds_of_nothing_before() -> None:
    life = closed(REMINDING)
    (archived,) = life.marks("archive")
    assert (archived.action, archived.at, made(archived)) == ("archive", hours(4 + 14 * 24), [("archived", "housing")])
    assert life.summary.state == "archived"
    life = handling(REMINDING)
    life.do("hold", "dispatcher", reason="r", until=hours(60))
    (resumed,) = life.marks("hold")
    assert (resumed.action, resumed.at, made(resumed)) == ("resume", hours(60), [("resumed", "housing")])
    assert (life.summary.state, life.clock("hold").ended_at) == ("handling", hours(60))


@pytest.mark.parametrize("times", [1, 5])
def test_the_same_told_again_has_no_effect(times: int) -> None:
    life = handling(REMINDING)
    first = told(life, "reply")
    assert len(life.tell(first, first.at)) == 1
    before = life.case
    for _ in range(times):
        assert life.tell(first, first.at + timedelta(days=1)) == []
    assert life.case == before


def test_a_late_one_still_counts_at_the_time_of_its_mark() -> None:
    life = handling()
    (overdue,) = life.marks("reply", now=hours(300))
    assert (overdue.at, made(overdue)) == (hours(100), [("overdue", "housing")])


def test_one_that_the_log_finds_early_has_no_effect() -> None:
    life = handling()
    assert life.marks("reply", now=hours(100) - EARLY - timedelta(milliseconds=1)) == []
    assert len(life.marks("reply", now=hours(100) - EARLY)) == 1


def test_a_clock_that_ended_or_moved_meanwhile_has_no_effect() -> None:
    life = handling()
    late = told(life, "reply")
    life.do("extend", "dispatcher", at=99, reason="r", until=hours(150))
    assert life.tell(late, hours(100)) == []
    late = told(life, "reply")
    life.do("reply", "department", at=149)
    assert life.tell(late, hours(150)) == []
    archive = DeadlineReached(case_id=life.case.case_id, clock="archive", step=1, at=hours(400))
    assert life.tell(archive, hours(400)) == []


def test_a_redo_takes_the_archiving_back() -> None:
    life = closed()
    late = told(life, "archive")
    life.do("redo", "supervisor")
    assert life.tell(late, late.at) == []
    assert life.summary.state == "redo"


def test_a_merged_case_s_deadlines_stand_with_its_main() -> None:
    life = handling()
    late = told(life, "reply")
    life.do("merge", "dispatcher", main=MAIN)
    assert life.case.next_mark is None
    assert life.tell(late, hours(100)) == []
    life.do("split", "dispatcher")
    assert len(life.tell(late, hours(101))) == 1


def test_a_case_that_is_out_has_none() -> None:
    for action, who in (("void", "source"), ("grant_return_up", "source")):
        life = Life()
        late = told(life, "sign")
        life.do("return_up", "dispatcher")
        life.do(action, who)  # type: ignore[arg-type]
        assert life.case.next_mark is None
        assert life.tell(late, late.at) == []


def test_a_told_past_has_no_deadlines_until_its_source_says_it_is_told_whole() -> None:
    heard = T0 + timedelta(days=30)
    life = Life(now=heard)
    assert life.case.history_until == heard
    late = told(life, "sign")
    assert life.tell(late, heard) == []
    life.rules = town(histories={"grid": History(ended_at=heard - timedelta(seconds=1))})
    assert life.tell(late, heard) == []
    life.rules = town(histories={"hotline": History(ended_at=heard)})
    assert life.tell(late, heard) == []
    life.rules = town(histories={"grid": History(ended_at=heard)})
    assert [one.action for one in life.tell(late, heard)] == ["escalate"]


def test_what_is_told_within_three_days_is_no_history() -> None:
    assert Life(now=T0 + timedelta(hours=72)).case.history_until is None
    assert Life(now=T0 + timedelta(hours=72, seconds=1)).case.history_until is not None


def test_a_deadline_of_a_case_or_a_clock_that_is_not_there_has_no_effect() -> None:
    life = Life()
    for clock in ("report", "opine", "hold", "archive"):
        assert life.tell(DeadlineReached(case_id=life.case.case_id, clock=clock, step=1, at=hours(2)), hours(2)) == []
    stranger = DeadlineReached(case_id=life.case.case_id, clock="assist", step=1, at=hours(4), task="none")
    assert life.tell(stranger, hours(4)) == []


def test_the_marks_that_are_due_are_those_that_the_case_waits_for() -> None:
    life = handling(REMINDING)
    life.do("assist", "dispatcher", department="roads")
    task = life.summary.tasks[0].id
    assert list(marks_due(life.case, hours(3.99))) == []
    due = {(one.clock, one.task, one.step) for one in marks_due(life.case, hours(50))}
    assert due == {
        ("contact", None, 0),
        ("assist", task, 0),
        ("inner", None, 0),
        ("reply", None, 0),
    }
    for one in sorted(marks_due(life.case, hours(50)), key=lambda mark: mark.at):
        assert len(life.tell(one, hours(50))) == 1


def test_routing_s_own_moves_have_an_id_for_each_mark() -> None:
    life = handling(REMINDING)
    ids = [life.marks("reply")[0].action_id for _ in range(4)]
    assert len(set(ids)) == 4
    assert all(name.startswith("deadline/reply/") for name in ids)


def test_a_reply_sent_back_after_its_due_time_is_overdue_at_once() -> None:
    life = replied()
    life.do("send_back", "dispatcher", at=150)
    assert life.clock("reply").next_at == hours(100)
    assert [made(one) for one in life.marks("reply", now=hours(150))] == [[("overdue", "housing")]]


def test_the_lead_is_not_called_by_the_assistant_s_name() -> None:
    assert TOWN.departments.keys() >= {"housing", "roads"}
    life = handling()
    life.do("assist", "dispatcher", department="roads")
    (decision,) = life.marks("inner")
    assert (decision.details.department, made(decision)) == (None, [("overdue", "housing")])
    assert actor("department").subject == "housing"
