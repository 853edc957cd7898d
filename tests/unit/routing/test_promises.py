"""What a case is promised, when, and what of it stays: terms, clocks, due times."""

import msgspec

from services.contracts.actors import ROUTING
from services.contracts.directory import Category, Limit, Policy
from services.contracts.followups import DirectoryApplied
from tests.unit.routing.street import actor, hours
from tests.unit.routing.town import HOURS, TOWN, Life, closed, handling, made, replied, town

ROADS = actor("department", "roads")
OF_ROADS = Policy(name="市政", department="roads", limits={"sign": Limit(hours=1), "inner": Limit(hours=9)})
OF_NOISE = Policy(name="噪声", category="noise", limits={"reply": Limit(hours=30), "close": Limit(hours=50)})


def due(life: Life) -> dict[str, float]:
    """Of each clock that runs: in how many hours after the reception it is due."""
    running = {key: clock for key, clock in life.case.clocks.items() if clock.ended_at is None}
    return {key: (clock.due_at - hours(0)).total_seconds() / 3600 for key, clock in running.items()}


def test_a_submission_is_promised_a_reply_an_inner_limit_and_a_close() -> None:
    life = Life(category=None)
    assert due(life) == {"reply": 168, "inner": 60, "close": 200}
    summary = life.summary
    assert (summary.due_at, summary.first_due_at, summary.inner_due_at) == (hours(168), hours(168), hours(60))
    assert (life.case.terms.policy_version, life.case.terms.most_redos) == (7, 3)


def test_a_dispatch_begins_signing_contact_and_return_and_the_first_one_completes_the_promise() -> None:
    life = Life(town(OF_ROADS), category=None)
    life.do("dispatch", "dispatcher", at=5, department="roads")
    assert due(life) == {"reply": 168, "inner": 9, "close": 200, "sign": 6, "contact": 13, "return": 21}
    assert life.case.terms.limits["inner"] == Limit(hours=9)
    life.do("dispatch", "dispatcher", at=10, department="housing")
    assert due(life) == {"reply": 168, "inner": 9, "close": 200, "sign": 14, "contact": 18, "return": 26}


def test_what_the_policies_changed_to_meanwhile_is_no_reason_to_promise_anew() -> None:
    life = Life(town(OF_ROADS), category=None)
    life.rules = town(OF_ROADS, limits={"inner": Limit(hours=20), "close": Limit(hours=21)})
    life.do("accept", "dispatcher", category="noise")
    life.do("dispatch", "dispatcher", at=5, department="housing")
    assert [due(life)[name] for name in ("inner", "close")] == [60, 200]


def test_the_street_s_own_limit_ends_with_the_reply_s_at_the_latest() -> None:
    life = Life(source_due_at=hours(44))
    assert (life.summary.due_at, life.summary.inner_due_at, due(life)["inner"]) == (hours(44), hours(44), 44)
    assert life.clock("inner").first_due_at == hours(44)


def test_another_category_at_the_acceptance_promises_anew_from_the_reception() -> None:
    life = Life(town(OF_NOISE), category=None)
    assert due(life)["reply"] == 168
    life.do("accept", "dispatcher", at=7, category="noise")
    assert due(life) == {"reply": 30, "inner": 30, "close": 50}
    assert (life.summary.first_due_at, life.summary.accepted) == (hours(30), True)


def test_the_same_category_at_the_acceptance_promises_nothing_anew() -> None:
    _, accepted, _ = Life().decisions
    assert (accepted.action, accepted.terms, accepted.clocks) == ("accept", None, None)


def test_the_source_s_own_due_time_is_the_reply_s() -> None:
    life = Life(town(OF_NOISE), category=None, source_due_at=hours(44))
    life.do("accept", "dispatcher", category="noise")
    assert life.summary.due_at == hours(44)


def test_a_limit_that_is_the_same_for_the_new_category_is_not_begun_again() -> None:
    life = Life(town(OF_NOISE), category=None, source_due_at=hours(300))
    life.marks("inner")
    before = life.clock("inner")
    life.do("accept", "dispatcher", category="noise", at=46)
    assert life.clock("inner") == before, "what it was reminded of, it is not reminded of again"
    assert due(life) == {"reply": 300, "inner": 60, "close": 50}


def test_a_policy_that_changed_meanwhile_changes_no_promise() -> None:
    life = handling()
    life.rules = town(limits={"reply": Limit(hours=1), "inner": Limit(hours=1)}, archive_after_days=1, most_redos=0)
    life.do("reply", "department", at=9)
    life.do("close", "dispatcher", at=10)
    assert (life.summary.due_at, life.clock("archive").due_at) == (hours(100), hours(10 + 14 * 24))
    life.do("redo", "source", at=20)
    assert (life.summary.due_at, life.decisions[-1].action) == (hours(50), "redo")


def test_a_return_s_time_passes_without_a_word() -> None:
    life = handling()
    assert life.clock("return").next_at is None


def test_what_a_case_is_promised_is_in_its_facts_where_it_changed_alone() -> None:
    life = handling()
    submit, accept, dispatch, sign, handle = life.decisions
    assert (submit.terms is not None, dispatch.terms is not None) == (True, True)
    assert [one.terms for one in (accept, sign, handle)] == [None] * 3
    assert [sorted(one.clocks) if one.clocks else None for one in life.decisions] == [
        ["close", "inner", "reply"],
        None,
        ["contact", "return", "sign"],
        ["sign"],
        None,
    ]


def test_a_rejected_case_s_clocks_end() -> None:
    life = Life(category=None)
    life.do("reject", "dispatcher", at=5, reason="r")
    assert (due(life), life.case.next_mark) == ({}, None)


def test_today_s_policies_are_taken_over_where_somebody_says_so() -> None:
    life = handling()
    life.rules = town(limits={name: Limit(hours=2 * number) for name, number in HOURS.items()})
    told = DirectoryApplied(case_id=life.case.case_id, what="policy", at=hours(9))
    (decision,) = life.tell(told)
    assert (decision.action, decision.actor, made(decision)) == ("reclock", ROUTING, [])
    assert due(life) == {"reply": 100, "inner": 100, "close": 400, "contact": 16, "return": 32}
    assert life.tell(told) == [], "it has them"


def test_what_today_s_policies_say_comes_on_top_of_the_time_that_a_clock_stood_still() -> None:
    life = handling()
    life.do("hold", "dispatcher", at=10, reason="r", until=hours(30))
    life.do("resume", "department", at=30)
    assert due(life)["inner"] == 80
    life.rules = town(limits={"inner": Limit(hours=70)})
    told = DirectoryApplied(case_id=life.case.case_id, what="policy", at=hours(31))
    life.tell(told)
    assert due(life)["inner"] == 90
    assert life.tell(told) == []
    life.do("hold", "dispatcher", at=40, reason="r", until=hours(50))
    life.rules = town(limits={"inner": Limit(hours=60)})
    life.tell(told)
    assert due(life)["inner"] == 90, "it stands until the fiftieth hour as well"
    life.do("resume", "department", at=45)
    assert due(life)["inner"] == 85


def test_who_has_answered_a_dispatch_by_a_return_need_not_sign_it() -> None:
    life = Life()
    life.do("return", "department", at=1, reason="r")
    assert "sign" not in due(life)


def test_what_is_rated_after_it_was_archived_is_archived_again() -> None:
    life = closed()
    life.do("archive", "routing", at=400)
    life.do("rate", "followup", at=401, grade=5)
    assert (life.summary.state, due(life)) == ("evaluated", {"archive": 401 + 14 * 24})


def test_what_the_source_or_a_grant_gave_is_not_taken_by_today_s_policies() -> None:
    rules = msgspec.structs.replace(
        TOWN, categories={**TOWN.categories, "leak": Category(name="漏水", hours=10)}, known_terms={}
    )
    for life in (handling(source_due_at=hours(44)), handling()):
        life.do("extend", "dispatcher", reason="r", until=hours(150))
        life.rules = rules
        life.tell(DirectoryApplied(case_id=life.case.case_id, what="policy", at=hours(9)))
        assert life.summary.due_at == hours(150)
    life = handling()
    life.rules = rules
    life.tell(DirectoryApplied(case_id=life.case.case_id, what="policy", at=hours(9)))
    assert (life.summary.due_at, life.summary.first_due_at) == (hours(10), hours(100))


def test_a_redone_case_s_reply_is_reclocked_by_the_redo_s_limit() -> None:
    life = closed()
    life.do("redo", "source", at=10)
    life.rules = town(limits={"redo": Limit(hours=5)})
    life.tell(DirectoryApplied(case_id=life.case.case_id, what="policy", at=hours(11)))
    assert life.summary.due_at == hours(15)


def test_a_case_that_is_not_open_takes_nothing_over() -> None:
    life = closed()
    life.rules = town(limits={})
    assert life.tell(DirectoryApplied(case_id=life.case.case_id, what="policy", at=hours(11))) == []
    assert replied().summary.state == "replied"
