"""Reference data that cannot be is refused before it is published."""

from typing import Any

import msgspec
import pytest

from services.contracts.directory import ROW_TYPES
from services.routing.domain.directory.change import RowChange, judged
from services.routing.domain.directory.flaw import BadDirectory

KEY = "ab" * 32
SQUARE = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]
THERE: dict[str, dict[str, Any]] = {
    "calendar": {"office": {"name": "机关"}},
    "department": {
        "housing": {"name": "房管"},
        "roads": {"name": "市政", "parent": "housing", "calendar": "office"},
        "old": {"name": "旧", "successor": "roads"},
    },
    "post": {
        "chief": {"name": "街长", "role": "street_chief", "of": "dawn"},
        "leader": {"name": "负责人", "role": "leader", "of": "roads"},
    },
    "street": {"dawn": {"name": "晨曦", "chief": "chief"}},
    "community": {"lotus": {"name": "荷花", "street": "dawn"}},
    "grid": {"g1": {"name": "一", "community": "lotus", "polygon": [SQUARE]}},
    "channel": {"grid": {"name": "网格", "kind": "ticket"}},
    "category": {
        "city": {"name": "城管"},
        "street": {"name": "街面", "parent": "city"},
        "hole": {"name": "路坑", "parent": "street", "department": "roads"},
    },
    "assessment": {"city": {"name": "市级"}},
    "alert": {
        "low": {
            "name": "低",
            "rule": {
                "kind": "rate_below",
                "rate": "on_time",
                "period": "month",
                "assessment": "city",
                "threshold": 0.9,
                "least": 20,
            },
        }
    },
    "policy": {"general": {"name": "一般", "limits": {"reply": {"workdays": 5}}}},
    "key": {KEY: {"role": "source", "subject": "grid"}},
}


def rows(told: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        kind: {name: msgspec.convert(row, ROW_TYPES[kind]) for name, row in found.items()}
        for kind, found in told.items()
    }


def changes(wanted: dict[str, dict[str, Any]], there: dict[str, dict[str, Any]] = THERE) -> list[RowChange]:
    return judged(rows(there), wanted)


def flaws(
    wanted: dict[str, dict[str, Any]], there: dict[str, dict[str, Any]] = THERE
) -> list[tuple[str, str, str, str]]:
    with pytest.raises(BadDirectory) as caught:
        changes(wanted, there)
    assert all("/" in flaw.detail for flaw in caught.value.flaws), "told in both languages"
    return [(flaw.kind, flaw.id, flaw.field, flaw.code) for flaw in caught.value.flaws]


def policy(**limits: Any) -> dict[str, Any]:
    return {"name": "x", "channel": "grid", "limits": limits}


def alert(kind: str, **rule: Any) -> dict[str, Any]:
    given: dict[str, dict[str, Any]] = {
        "rate_below": {"rate": "on_time", "period": "today", "threshold": 0.9, "least": 20},
        "count_above": {"rate": "handled_due", "part": "rest", "period": "days30", "threshold": 10},
        "rise": {"rate": "received_count", "group_by": ["category"], "hours": 6, "days": 7, "factor": 2, "least": 5},
    }
    return {"name": "x", "rule": {"kind": kind} | given.get(kind, {}) | rule}


def grid(*rings: Any, community: str = "lotus") -> dict[str, Any]:
    return {"name": "x", "community": community, "polygon": list(rings)}


def moved(by: float) -> list[list[float]]:
    return [[lon + by, lat] for lon, lat in SQUARE]


def test_a_whole_directory_stands_and_comes_back_with_all_its_fields() -> None:
    found = changes(THERE, {})
    assert len(found) == sum(map(len, THERE.values()))
    for change in found:
        assert change.row is not None
        assert change.row["name" if change.kind != "key" else "role"] in THERE[change.kind][change.id].values()
        assert change.row.keys() == {*ROW_TYPES[change.kind].__struct_fields__}


@pytest.mark.parametrize(
    ("kind", "row_id", "row"),
    [
        ("category", "漏水", {"name": "漏水", "department": "housing", "hours": 24}),
        ("category", "other", {"name": "其他", "department": None, "hours": None}),
        ("channel", "visit_day", {"name": "查访日", "kind": "ticket", "authority": {"accept": ["source"], "redo": []}}),
        ("channel", "grid", {"name": "网格", "kind": "ticket", "authority": {"self_handle": ["routing", "source"]}}),
        ("key", "cd" * 32, {"role": "source", "subject": "moon", "scopes": ["backdate"]}),
        ("key", KEY, {"role": "department", "subject": "housing"}),
        ("key", KEY, {"role": "dispatcher", "label": "first"}),
        ("policy", "short", policy(inner={"workdays": 5}, reply={"workdays": 5}, sign={"hours": 999})),
        ("calendar", "round", {"name": "昼夜", "hours": [["00:00", "12:00"], ["12:00", "24:00"]]}),
        ("post", "member", {"name": "网格员", "role": "grid_member", "of": "g1"}),
        ("history", "grid", {"ended_at": "2026-03-01T00:00:00+08:00"}),
        ("department", "old", {"name": "旧", "successor": "housing"}),
        ("alert", "a", alert("rate_below", group_by=["department"], basis="due", reading="assessed")),
        ("alert", "a", alert("rate_below", period="2026-W48", rate="no_such_rate")),
        ("alert", "a", alert("count_above", threshold=0, period="all")),
        ("alert", "a", alert("rise", group_by=["category", "grid"])),
    ],
)
def test_a_row_that_can_be_is_taken(kind: str, row_id: str, row: dict[str, Any]) -> None:
    (change,) = changes({kind: {row_id: row}})
    assert change.row is not None
    assert change.row["name" if "name" in row else next(iter(row))] == next(iter(row.values()))


@pytest.mark.parametrize(
    ("kind", "row_id", "row", "field"),
    [
        ("department", "Housing", {"name": "x"}, "id"),
        ("department", "a_b", {"name": "x"}, "id"),
        ("department", "", {"name": "x"}, "id"),
        ("category", "a/b", {"name": "x"}, "id"),
        ("category", "a b", {"name": "x"}, "id"),
        ("channel", "a/b", {"name": "x", "kind": "ticket"}, "id"),
        ("calendar", "a_b", {"name": "x"}, "id"),
        ("grid", "a/b", {"name": "x"}, "id"),
        ("key", "ab", {"role": "admin"}, "id"),
        ("key", KEY.upper(), {"role": "admin"}, "id"),
        ("department", "housing", {}, "row"),
        ("department", "housing", "房管", "row"),
        ("department", "housing", {"name": "x", "colour": "red"}, "row"),
        ("category", "a", {"name": "x", "hours": 0}, "hours"),
        ("category", "a", {"name": "x", "hours": 9000}, "hours"),
        ("channel", "a", {"name": "x", "kind": "letter"}, "kind"),
        ("channel", "a", {"name": "x", "kind": "ticket", "authority": {"burn": ["source"]}}, "authority"),
        ("channel", "a", {"name": "x", "kind": "ticket", "authority": {"absorb": ["source"]}}, "authority"),
        ("channel", "a", {"name": "x", "kind": "ticket", "authority": {"hand_over": ["source"]}}, "authority"),
        ("channel", "a", {"name": "x", "kind": "ticket", "authority": {"close": ["admin"]}}, "authority"),
        ("channel", "a", {"name": "x", "kind": "ticket", "authority": {"close": ["dashboard"]}}, "authority"),
        ("channel", "a", {"name": "x", "kind": "ticket", "authority": {"close": ["mayor"]}}, "authority[...][0]"),
        ("key", KEY, {"role": "source"}, "subject"),
        ("key", KEY, {"role": "department"}, "subject"),
        ("key", KEY, {"role": "admin", "subject": "me"}, "subject"),
        ("key", KEY, {"role": "routing"}, "role"),
        ("key", KEY, {"role": "admin", "scopes": ["all"]}, "scopes[0]"),
        ("policy", "a", policy(reply={"hours": 1, "workdays": 1}), "limits[...]"),
        ("history", "grid", {"ended_at": "2026-03-01T00:00:00"}, "ended_at"),
        ("alert", "a_b", alert("rise"), "id"),
        ("alert", "a", {"name": "x"}, "row"),
        ("alert", "a", alert("mood"), "rule.kind"),
        ("alert", "a", alert("rate_below", basis="dew"), "rule.basis"),
        ("alert", "a", alert("rate_below", reading="half"), "rule.reading"),
        ("alert", "a", alert("rate_below", rate="On Time"), "rule.rate"),
        ("alert", "a", alert("rate_below", group_by=["moon"]), "rule.group_by[0]"),
        ("alert", "a", alert("rate_below", group_by=["grid", "channel", "urgency"]), "rule.group_by"),
        ("alert", "a", alert("rate_below", threshold=90), "rule.threshold"),
        ("alert", "a", alert("rate_below", period="fortnight"), "rule.period"),
        ("alert", "a", alert("rate_below", part="rest"), "rule"),
        ("alert", "a", alert("count_above", part="half"), "rule.part"),
        ("alert", "a", alert("count_above", threshold=-1), "rule.threshold"),
        ("alert", "a", alert("rise", hours=25), "rule.hours"),
        ("alert", "a", alert("rise", factor=1), "rule.factor"),
        ("alert", "a", alert("rise", least=0), "rule.least"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_its_field(kind: str, row_id: str, row: Any, field: str) -> None:
    assert flaws({kind: {row_id: row}}) == [(kind, row_id, field, "bad_row")]


@pytest.mark.parametrize(
    ("kind", "row", "field"),
    [
        ("department", {"name": "x", "parent": "moon"}, "parent"),
        ("department", {"name": "x", "calendar": "moon"}, "calendar"),
        ("department", {"name": "x", "successor": "moon"}, "successor"),
        ("category", {"name": "x", "parent": "moon"}, "parent"),
        ("category", {"name": "x", "department": "moon"}, "department"),
        ("policy", {"name": "x", "channel": "moon"}, "channel"),
        ("policy", {"name": "x", "category": "moon"}, "category"),
        ("policy", {"name": "x", "department": "moon"}, "department"),
        ("street", {"name": "x", "chief": "moon"}, "chief"),
        ("community", {"name": "x", "street": "moon"}, "street"),
        ("grid", grid(moved(5), community="moon"), "community"),
        ("post", {"name": "x", "role": "leader", "of": "moon"}, "of"),
        ("history", {"ended_at": "2026-03-01T00:00:00Z"}, "id"),
        ("alert", alert("rate_below", assessment="moon"), "rule.assessment"),
    ],
)
def test_whom_a_row_names_has_to_be_there(kind: str, row: dict[str, Any], field: str) -> None:
    assert flaws({kind: {"new": row}}) == [(kind, "new", field, "unknown_reference")]


def test_a_department_s_key_is_that_of_a_department() -> None:
    key = {"role": "department", "subject": "moon"}
    assert flaws({"key": {KEY: key}}) == [("key", KEY, "subject", "unknown_reference")]


@pytest.mark.parametrize(
    ("kind", "row_id", "by"),
    [
        ("calendar", "office", ("department", "roads", "calendar", "in_use")),
        ("post", "chief", ("street", "dawn", "chief", "in_use")),
        ("community", "lotus", ("grid", "g1", "community", "in_use")),
        ("category", "street", ("category", "hole", "parent", "in_use")),
        ("department", "housing", ("department", "roads", "parent", "in_use")),
        ("assessment", "city", ("alert", "low", "rule.assessment", "in_use")),
    ],
)
def test_what_others_name_is_not_removed_until_they_go_too(
    kind: str, row_id: str, by: tuple[str, str, str, str]
) -> None:
    assert flaws({kind: {row_id: None}}) == [by]


def test_what_named_it_may_go_in_the_same_change() -> None:
    gone = changes({"community": {"lotus": None}, "grid": {"g1": None}})
    assert [(change.id, change.row) for change in gone] == [("g1", None), ("lotus", None)]


def test_a_circle_is_broken_before_it_closes() -> None:
    above = {"city": {"name": "城管", "parent": "hole"}}
    assert flaws({"category": above}) == [("category", "city", "parent", "cycle")]
    assert flaws({"department": {"a": {"name": "x", "parent": "a"}}}) == [("department", "a", "parent", "cycle")]
    both = {"a": {"name": "x", "successor": "b"}, "b": {"name": "x", "successor": "a"}}
    assert flaws({"department": both}) == [("department", "a", "successor", "cycle")]


def test_categories_have_three_levels() -> None:
    assert changes({"category": {"pot": {"name": "坑", "parent": "street"}}})
    assert flaws({"category": {"pot": {"name": "坑", "parent": "hole"}}}) == [("category", "pot", "parent", "too_deep")]
    lower = {"all": {"name": "全部"}, "city": {"name": "城管", "parent": "all"}}
    assert flaws({"category": lower}) == [("category", "hole", "parent", "too_deep")]


def test_a_closed_department_is_named_by_no_category() -> None:
    closed = {"roads": {"name": "市政", "successor": "housing"}}
    assert flaws({"department": closed}) == [("category", "hole", "department", "closed_department")]
    assert changes({"department": closed, "category": {"hole": {"name": "路坑", "department": "housing"}}})


def test_a_chief_s_post_is_a_chief_s() -> None:
    street = {"dawn": {"name": "晨曦", "chief": "leader"}}
    assert flaws({"street": street}) == [("street", "dawn", "chief", "wrong_role")]


def test_whom_a_row_names_comes_before_it_and_goes_after_it() -> None:
    order = [change.kind for change in changes(dict(reversed(THERE.items())), {})]
    assert [*dict.fromkeys(order)] == [
        "calendar", "assessment", "department", "post", "street", "community", "grid", "channel", "category", "policy",
        "alert", "key",
    ]  # fmt: skip
    wanted = {"department": {"roads": None}, "category": {"hole": None}, "post": {"leader": None, "x": None}}
    there = THERE | {"department": {"roads": {"name": "市政"}}}
    assert [change.id for change in changes(wanted, there)] == ["hole", "leader", "x", "roads"]
