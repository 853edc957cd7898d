"""Which policy speaks for a case: field by field, the most particular one that says it."""

from typing import Any

import msgspec
import pytest

from services.contracts.directory import Category, Department, Limit, Policy
from services.contracts.promises import DEFAULT_STEP, Terms
from services.routing.domain.deadlines.terms import DEFAULT_REPLY, terms_for

CATEGORIES = {
    "env": Category(name="环境", hours=96),
    "noise": Category(name="噪声", parent="env"),
    "night": Category(name="夜间施工", parent="noise", hours=24),
    "odd": Category(name="自环", parent="odd"),
    "other": Category(name="其他"),
}
DEPARTMENTS = {
    "street": Department(name="街道", calendar="office"),
    "housing": Department(name="房管", parent="street"),
    "patrol": Department(name="城管", parent="street", calendar="shifts"),
}


def terms(*policies: Policy, **dims: Any) -> Terms:
    """Of an urgent hotline case of night works at housing, if not otherwise said; policies are p1, p2 …"""
    about = {"channel": "hotline", "category": "night", "urgency": "urgent", "department": "housing"} | dims
    named = {f"p{number}": policy for number, policy in enumerate(policies, 1)}
    return terms_for(**about, policies=named, categories=CATEGORIES, departments=DEPARTMENTS, version=7)


def policy(redos: int, **criteria: Any) -> Policy:
    return Policy(name=f"{redos} 次", most_redos=redos, **criteria)


def reply(workdays: int, **criteria: Any) -> Policy:
    return Policy(name=f"{workdays} 日", limits={"reply": Limit(workdays=workdays)}, **criteria)


def test_without_policies_the_built_in_terms_hold() -> None:
    said = terms(category=None, department=None)
    assert said == Terms(policy_version=7, limits={"reply": DEFAULT_REPLY})
    assert (said.remind_at, said.most_redos, said.most_transfers, said.archive_after_days) == (None, 3, 3, 14)
    assert (said.publish_from, said.escalation, said.step) == ("closed", (), DEFAULT_STEP)
    assert (said.redo_if_unsolved, said.stopped_by_hold, said.longest_extension) == (False, (), None)


def test_each_field_is_from_the_most_particular_policy_that_says_it() -> None:
    said = terms(
        Policy(name="通则", remind_at=0.8, most_redos=5, escalation=["department", "leader"], publish_from="evaluated"),
        Policy(name="热线", channel="hotline", most_redos=2, escalation=[], stopped_by_hold=["reply", "inner"]),
        Policy(name="热线急件", channel="hotline", urgency="urgent", redo_if_unsolved=True),
    )
    assert (said.remind_at, said.most_redos, said.escalation, said.publish_from) == (0.8, 2, (), "evaluated")
    assert (said.stopped_by_hold, said.redo_if_unsolved) == (("reply", "inner"), True)


def test_each_clock_s_limit_is_a_field_of_its_own() -> None:
    said = terms(
        Policy(name="通则", limits={"sign": Limit(hours=2), "contact": Limit(workdays=1)}),
        Policy(name="房管", department="housing", limits={"sign": Limit(hours=1)}),
    )
    assert said.limit("sign") == Limit(hours=1)
    assert said.limit("contact") == Limit(workdays=1)
    assert said.limit("close") is None


def test_a_redo_and_an_assistant_have_the_reply_s_time_if_not_their_own() -> None:
    said = terms(reply(3), category="other")
    assert said.limit("redo") == said.limit("assist") == Limit(workdays=3)
    own = terms(reply(3), Policy(name="重办", limits={"redo": Limit(workdays=1), "assist": Limit(workdays=2)}))
    assert (own.limit("redo"), own.limit("assist")) == (Limit(workdays=1), Limit(workdays=2))


@pytest.mark.parametrize(
    "criteria",
    [
        {"channel": "grid"},
        {"category": "other"},
        {"urgency": "normal"},
        {"department": "patrol"},
        {"channel": "hotline", "category": "night", "urgency": "urgent", "department": "patrol"},
    ],
)
def test_a_policy_with_a_criterion_that_the_case_does_not_meet_says_nothing(criteria: dict[str, Any]) -> None:
    assert terms(policy(9, **criteria)).most_redos == 3


def test_a_policy_speaks_for_the_categories_below_its_own_but_not_above() -> None:
    assert terms(policy(9, category="env")).most_redos == 9
    assert terms(policy(9, category="night"), category="noise").most_redos == 3


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"channel": "hotline", "urgency": "urgent"}, {"category": "night"}),  # more criteria before anything else
        ({"category": "night"}, {"category": "noise"}),
        ({"category": "noise", "channel": "hotline"}, {"category": "env", "department": "housing"}),
        ({"category": "env"}, {"department": "housing"}),
        ({"department": "housing"}, {"urgency": "urgent"}),
        ({"urgency": "urgent"}, {"channel": "hotline"}),
        ({"channel": "hotline"}, {}),
    ],
)
def test_of_two_policies_the_more_particular_one_speaks(first: dict[str, Any], second: dict[str, Any]) -> None:
    assert terms(policy(1, **first), policy(2, **second)).most_redos == 1
    assert terms(policy(2, **second), policy(1, **first)).most_redos == 1


def test_of_two_alike_the_first_id_speaks_however_they_came() -> None:
    rows = {"b": policy(2, channel="hotline"), "a": policy(1, channel="hotline")}
    dims: Any = {"channel": "hotline", "category": None, "urgency": "normal", "department": None}
    for policies in (rows, dict(reversed(rows.items()))):
        said = terms_for(**dims, policies=policies, categories={}, departments={}, version=1)
        assert said.most_redos == 1


@pytest.mark.parametrize(
    ("category", "policies", "limit"),
    [
        ("night", [reply(1, category="env"), reply(2, channel="hotline", urgency="urgent")], Limit(workdays=1)),
        ("night", [reply(1, category="noise"), reply(2, category="env", channel="hotline")], Limit(workdays=1)),
        ("night", [reply(1, category="noise"), reply(2, category="noise", channel="hotline")], Limit(workdays=2)),
        ("night", [reply(2, channel="hotline", urgency="urgent")], Limit(hours=24)),  # its own hours
        ("noise", [reply(2, channel="hotline")], Limit(hours=96)),  # those of the one above
        ("other", [reply(2, channel="hotline"), reply(3)], Limit(workdays=2)),
        ("no-such", [reply(3)], Limit(workdays=3)),
        (None, [reply(1, category="env")], DEFAULT_REPLY),
        ("other", [], DEFAULT_REPLY),
    ],
)
def test_the_reply_s_limit_is_a_category_s_policy_then_its_hours_then_any_other_policy(
    category: str | None, policies: list[Policy], limit: Limit
) -> None:
    assert terms(*policies, category=category).limit("reply") == limit


def test_the_calendar_is_the_department_s_or_that_of_the_nearest_above_it() -> None:
    assert [terms(department=name).calendar for name in ("patrol", "housing", "no-such", None)] == [
        "shifts",
        "office",
        None,
        None,
    ]


def test_categories_in_a_circle_end() -> None:
    assert terms(policy(9, category="odd"), category="odd").most_redos == 9


def test_the_steps_of_a_passed_deadline_go_up_the_chain() -> None:
    said = terms(Policy(name="督办", escalation=["department", "committee"]))
    assert [said.level(step) for step in range(4)] == [None, "department", "committee", None]


def test_terms_come_back_from_a_store_as_they_were() -> None:
    said = terms(
        Policy(name="限", limits={"redo": Limit(workdays=2)}, longest_extension=Limit(workdays=10)),
        Policy(name="督", stopped_by_hold=["reply"], escalation=["leader"], remind_at=0.5),
    )
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(said), type=Terms) == said
