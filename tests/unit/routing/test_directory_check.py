"""Reference data that cannot be is refused before it is published."""

from typing import Any

import msgspec
import pytest

from services.routing.domain.directory_check import BadRow, checked

KEY = "ab" * 32
THERE = frozenset(("housing",))


@pytest.mark.parametrize(
    ("kind", "row_id", "row"),
    [
        ("department", "housing", {"name": "房管"}),
        ("category", "漏水", {"name": "漏水", "department": "housing", "hours": 24}),
        ("category", "other", {"name": "其他", "department": None, "hours": None}),
        ("channel", "visit_day", {"name": "查访日", "kind": "ticket", "authority": {"accept": ["source"], "redo": []}}),
        ("channel", "grid", {"name": "网格", "kind": "ticket", "authority": {"dispatch": ["routing", "dispatcher"]}}),
        ("key", KEY, {"role": "source", "subject": "grid", "scopes": ["backdate"]}),
        ("key", KEY, {"role": "department", "subject": "housing"}),
        ("key", KEY, {"role": "dispatcher", "label": "first"}),
    ],
)
def test_a_whole_row_comes_back_with_all_its_fields(kind: str, row_id: str, row: dict[str, Any]) -> None:
    made = msgspec.to_builtins(checked(kind, row_id, row, THERE))
    assert row.items() <= made.items()


@pytest.mark.parametrize(
    ("kind", "row_id", "row", "field"),
    [
        ("department", "Housing", {"name": "x"}, "id"),
        ("department", "a_b", {"name": "x"}, "id"),
        ("department", "", {"name": "x"}, "id"),
        ("category", "a/b", {"name": "x"}, "id"),
        ("category", "a b", {"name": "x"}, "id"),
        ("channel", "a/b", {"name": "x", "kind": "ticket"}, "id"),
        ("key", "ab", {"role": "admin"}, "id"),
        ("key", KEY.upper(), {"role": "admin"}, "id"),
        ("department", "housing", {}, "row"),
        ("department", "housing", "房管", "row"),
        ("department", "housing", {"name": "x", "colour": "red"}, "row"),
        ("category", "a", {"name": "x", "hours": 0}, "hours"),
        ("category", "a", {"name": "x", "hours": 9000}, "hours"),
        ("category", "a", {"name": "x", "department": "parks"}, "department"),
        ("channel", "a", {"name": "x", "kind": "letter"}, "kind"),
        ("channel", "a", {"name": "x", "kind": "ticket", "authority": {"burn": ["source"]}}, "authority"),
        ("channel", "a", {"name": "x", "kind": "ticket", "authority": {"close": ["admin"]}}, "authority"),
        ("channel", "a", {"name": "x", "kind": "ticket", "authority": {"close": ["dashboard"]}}, "authority"),
        ("channel", "a", {"name": "x", "kind": "ticket", "authority": {"close": ["mayor"]}}, "authority[...][0]"),
        ("key", KEY, {"role": "source"}, "subject"),
        ("key", KEY, {"role": "department"}, "subject"),
        ("key", KEY, {"role": "department", "subject": "parks"}, "subject"),
        ("key", KEY, {"role": "admin", "subject": "me"}, "subject"),
        ("key", KEY, {"role": "routing"}, "role"),
        ("key", KEY, {"role": "admin", "scopes": ["all"]}, "scopes[0]"),
    ],
)
def test_a_row_that_cannot_be_is_refused_by_its_field(kind: str, row_id: str, row: Any, field: str) -> None:
    with pytest.raises(BadRow) as caught:
        checked(kind, row_id, row, THERE)
    assert (caught.value.row_id, caught.value.field) == (row_id, field)
