"""登记, and what routing then does by itself."""

from datetime import timedelta

from services.contracts.actors import ROUTING
from services.contracts.submissions import Place
from services.routing.domain.case import decide
from tests.unit.routing.street import RULES, T0, after, ask, code, hours, one, submission


def test_a_known_category_is_accepted_and_one_with_a_department_dispatched() -> None:
    for category, states in (
        (None, ["received"]),
        ("no-such", ["received"]),
        ("noise", ["received", "accepted"]),
        ("leak", ["received", "accepted", "dispatched"]),
    ):
        made = decide(None, submission(category=category), RULES, T0)
        assert [decision.after.state for decision in made if decision.after] == states
        assert [decision.version for decision in made] == list(range(1, len(states) + 1))
        assert [decision.action_id for decision in made] == ["submit", "submit/accept", "submit/dispatch"][: len(made)]
        assert all(decision.actor == ROUTING and decision.at == T0 for decision in made[1:])


def test_routing_s_own_moves_happen_when_their_cause_did() -> None:
    case = after(submission())
    own, derived = decide(case, ask("accept", "dispatcher", at=hours(3), category="leak"), RULES, hours(99))
    assert (own.actor.role, derived.actor, derived.action_id) == ("dispatcher", ROUTING, "dispatcher:a-accept/dispatch")
    assert derived.at == hours(3)
    assert derived.after is not None
    assert derived.after.dims.department == "housing"


def test_accepting_without_a_known_category_is_refused() -> None:
    assert code(one(after(submission()), ask("accept", "dispatcher", category="no-such"))) == "unknown_category"
    assert code(one(after(submission()), ask("accept", "dispatcher", reason="r"))) == "unknown_category"
    assert code(one(after(submission(category="no-such")), ask("accept", "dispatcher", reason="r"))) != "applied"


def test_what_the_submission_says_is_in_the_summary() -> None:
    told = submission(
        category="leak", urgency="urgent", place=Place(grid="g07"), confidential=True, source_due_at=hours(5)
    )
    case = after(told)
    dims = case.summary.dims
    assert (dims.channel, dims.category, dims.grid, dims.urgency) == ("grid", "leak", "g07", "urgent")
    assert (case.confidential, case.due_by_source, case.source, case.source_id) == (True, True, "grid", "1")
    assert case.summary.received_at == T0
    assert case.summary.due_at == case.summary.first_due_at == hours(5)


def test_due_by_category_else_in_seven_days() -> None:
    assert after(submission(category="leak")).summary.due_at == hours(24)
    assert after(submission(category="noise")).summary.due_at == T0 + timedelta(days=7)
    assert after(submission()).summary.due_at == T0 + timedelta(days=7)


def test_the_same_submission_again_is_nothing_and_other_content_is_refused_by_field() -> None:
    first = submission(contact_digest="aa")
    case = after(first)
    assert decide(case, first, RULES, hours(1)) == ()
    refused = one(case, submission(contact_digest="bb", title="别的", confidential=True))
    assert refused.refusal is not None
    assert refused.refusal.code == "conflicting_duplicate"
    assert set(refused.refusal.fields) == {"confidential", "reporter", "title"}
    assert refused.version == case.version
    assert refused.submission is None


def test_an_action_on_a_case_never_seen_is_refused_at_version_0() -> None:
    refused = one(None, ask("sign", "department"))
    assert (code(refused), refused.version, refused.before, refused.after) == ("unknown_case", 0, None, None)


def test_a_code_nobody_knows_is_kept_as_given_and_is_no_dimension() -> None:
    case = after(submission(category="what"))
    assert (case.summary.dims.category, case.category_given, case.summary.state) == (None, "what", "received")
