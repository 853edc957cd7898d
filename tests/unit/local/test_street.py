"""The reference street is whole, and is published in one go."""

from itertools import pairwise, product
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest

from deploy.local import street
from deploy.local.directory import files
from deploy.local.directory.rows import Rows
from deploy.local.errors import LocalError
from deploy.street import grids
from services.contracts.cases import Dimensions
from services.contracts.directory import ROW_TYPES, Limit
from services.contracts.promises import LimitName
from services.contracts.submissions import Urgency
from services.routing.domain.directory.change import judged
from services.routing.domain.rules import rules_of
from tests.unit.local.directory import Directory

STREET = street.load(street.FOLDER)
REPLIES: tuple[LimitName, ...] = ("reply", "redo", "assist")


def test_routing_takes_the_reference_street_as_it_is() -> None:
    assert len(judged({}, STREET)) == sum(map(len, STREET.values()))


def test_the_reference_street_has_every_kind_that_files_can_have() -> None:
    assert STREET.keys() == ROW_TYPES.keys() - {"key", "history"}
    counts = {kind: len(rows) for kind, rows in STREET.items()}
    assert (counts["department"], counts["community"], counts["grid"]) == (20, 12, 60)
    kinds = [row["kind"] for row in STREET["channel"].values()]
    assert (kinds.count("ticket"), kinds.count("opinion")) == (6, 4)


def test_every_leaf_of_three_levels_has_its_department_and_hours() -> None:
    rows = STREET["category"]
    parents = {row["parent"] for row in rows.values()}
    leaves = {name: row for name, row in rows.items() if name not in parents and name != "other"}
    assert len(leaves) == 24
    for name, row in leaves.items():
        assert row["department"] in STREET["department"], name
        assert row["hours"], name
        assert rows[rows[row["parent"]]["parent"]]["parent"] is None, f"{name} is on the third level"


def test_the_reply_a_redo_and_an_assistant_have_the_category_s_hours_and_else_seven_days() -> None:
    rules = rules_of(
        1,
        {
            kind: {name: msgspec.convert(row, ROW_TYPES[kind]) for name, row in rows.items()}
            for kind, rows in STREET.items()
        },
    )
    for channel, category, urgency in product(STREET["channel"], (None, *STREET["category"]), ("normal", "urgent")):
        hours = STREET["category"].get(category or "", {}).get("hours") or 168
        terms = rules.terms(Dimensions(channel=channel, category=category, urgency=cast(Urgency, urgency)))
        for clock in REPLIES:
            assert terms.limit(clock) == Limit(hours=hours), (channel, category, urgency, clock)


def test_on_the_hotline_the_centre_alone_decides_what_is_the_centre_s() -> None:
    authority = STREET["channel"]["hotline"]["authority"]
    alone = (
        "accept reject close follow_up rate redo void grant_return_up refuse_return_up hold refuse_hold extend "
        "refuse_extend exclude refuse_exclude"
    )
    assert authority == {name: ["source"] for name in alone.split()}
    assert STREET["channel"]["grid"]["authority"] == {"self_handle": ["source"], "verify": ["source", "dispatcher"]}


def test_every_street_but_the_subdistrict_has_a_chief_and_every_grid_a_member() -> None:
    chiefs = {name for name, row in STREET["street"].items() if row["chief"]}
    assert STREET["street"].keys() - chiefs == {"dawn"}
    members = [row["of"] for row in STREET["post"].values() if row["role"] == "grid_member"]
    assert sorted(members) == sorted(STREET["grid"])
    leaders = {row["of"] for row in STREET["post"].values() if row["role"] == "leader"}
    assert leaders == STREET["department"].keys()


def test_the_grids_files_are_what_their_maker_makes() -> None:
    for name, text in grids.files().items():
        assert (street.FOLDER / name).read_text(encoding="utf-8") == text, f"run python -m deploy.street.grids: {name}"


def test_neighbours_share_their_edges() -> None:
    edges: dict[Any, int] = {}
    for row in STREET["grid"].values():
        ring = [tuple(point) for point in row["polygon"][0]]
        for edge in pairwise(ring):
            key = tuple(sorted(edge))
            edges[key] = edges.get(key, 0) + 1
    # 10 by 6 cells: each edge of two halves, 32 cells' edges on the outside
    assert sorted(edges.values()) == [1] * 64 + [2] * 208


def test_only_what_differs_is_published_and_all_of_it_at_once() -> None:
    there = Directory(department={"a": {"name": "甲"}, "b": {"name": "乙", "name_en": "B"}})
    wanted: dict[str, Rows] = {
        "department": {"a": {"name": "甲", "name_en": ""}, "b": {"name": "乙", "name_en": "Bee"}, "c": {"name": "丙"}},
        "category": {"d": {"name": "丁", "department": "c"}},
    }
    assert street.publish(there, wanted) == 3
    ((path, sent),) = there.sent
    assert (path, {kind: set(rows) for kind, rows in sent.items()}) == (
        "/v1/directory",
        {"department": {"b", "c"}, "category": {"d"}},
    )
    assert street.publish(there, wanted) == 0


def test_a_row_with_fields_of_a_newer_service_is_compared_by_those_that_are_known() -> None:
    there = Directory(department={"a": {"name": "甲", "colour": "red"}})
    assert street.publish(there, {"department": {"a": {"name": "甲"}}}) == 0


def test_a_street_that_routing_refuses_is_told_with_file_and_line(tmp_path: Path) -> None:
    file = tmp_path / "categories.yaml"
    file.write_text("category:\n  a: {name: 甲}\n  b:\n    name: 乙\n    department: moon\n", encoding="utf-8")
    told = files.read([tmp_path])
    with pytest.raises(LocalError, match=rf"{file}:5 +category/b department: 没有 moon"):
        street.publish(Directory(), told.rows, told)


def test_what_is_loaded_is_plain_json() -> None:
    assert msgspec.json.decode(msgspec.json.encode(STREET)) == STREET
