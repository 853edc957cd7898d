"""Whose case it is, and whom the channel lets act instead of the table."""

from typing import get_args

from services.contracts.actions import ActionName
from services.contracts.cases import State
from services.routing.api.views import next_moves
from services.routing.domain.authority import allowed_now, was_own
from tests.unit.routing.street import RULES, actor, after, ask, code, in_state, one, submission


def test_a_department_acts_on_what_it_leads_and_no_other() -> None:
    case = in_state("dispatched", lead="housing")
    assert code(one(case, ask("sign", actor("department", "roads")))) == "not_authorized"
    assert code(one(case, ask("sign", actor("department", "housing")))) == "applied"


def test_a_source_acts_on_what_it_submitted_and_no_other() -> None:
    case = in_state("replied")
    assert code(one(case, ask("close", actor("source", "hotline")))) == "not_authorized"
    assert code(one(case, ask("close", actor("source", "grid")))) == "applied"


def test_the_channel_replaces_the_roles_of_the_actions_it_names() -> None:
    case = after(submission(channel="hotline"))
    assert code(one(case, ask("accept", "dispatcher"))) == "not_authorized"
    assert code(one(case, ask("accept", "source"))) == "applied"
    assert code(one(case, ask("reject", "dispatcher"))) == "applied"


def test_routing_accepts_by_itself_also_where_the_channel_names_another() -> None:
    assert after(submission(channel="hotline", category="leak")).summary.state == "dispatched"


def test_a_channel_s_own_repliers_reply_from_every_state_of_the_table() -> None:
    case = after(submission(channel="hotline", category="leak"), ask("sign", "department"))
    assert code(one(case, ask("reply", "dispatcher"))) == "applied"
    assert code(one(case, ask("reply", "source"))) == "applied"
    assert code(one(case, ask("reply", "department"))) == "not_authorized"


def test_admin_and_dashboard_do_nothing_to_a_case() -> None:
    for state in get_args(State):
        for role in ("admin", "dashboard"):
            assert allowed_now(actor(role), in_state(state), RULES) == ()


def test_what_may_be_done_next_names_just_those_who_may() -> None:
    for state in get_args(State):
        case = in_state(state)
        told: dict[ActionName, set[str]] = {found.action: set(found.by) for found in next_moves(case, RULES)}
        for role in ("source", "department", "dispatcher", "supervisor", "followup"):
            assert set(allowed_now(actor(role), case, RULES)) == {name for name, by in told.items() if role in by}


def test_a_department_goes_on_seeing_what_it_led() -> None:
    case = after(submission(category="leak"), ask("dispatch", "dispatcher", department="roads"))
    assert case.departments == ("housing", "roads")
    assert was_own(actor("department", "housing"), case)
    assert not was_own(actor("department", "parks"), case)
    assert not was_own(actor("source", "hotline"), case)
    assert was_own(actor("admin"), case)
