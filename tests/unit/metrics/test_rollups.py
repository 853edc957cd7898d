"""Communities, streets and upper categories: added up from what cells know, and asked for alike."""

from types import MappingProxyType, SimpleNamespace
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.cases import CaseFact, Dimensions
from services.contracts.directory import ROW_TYPES
from services.metrics.adapters.names import DirectoryNames
from services.metrics.domain.rollups import ALL, ROLLED, Among, levels
from services.runtime.directory import Directory, DirectorySnapshot
from tests.unit.metrics.cases import Story, at

from .stage import Stage

RING: Any = [[[116.0, 39.0], [116.1, 39.0], [116.1, 39.1], [116.0, 39.0]]]
ROWS: dict[str, dict[str, Any]] = {
    "grid": {
        name: {"name": name, "community": of, "polygon": RING} for name, of in (("a1", "a"), ("a2", "a"), ("b1", "b"))
    },
    "community": {
        "a": {"name": "甲社区", "street": "north", "inhabitants": 4_000},
        "b": {"name": "乙社区", "name_en": "B", "street": "north", "inhabitants": 1_000},
        "c": {"name": "丙社区", "street": "south"},
    },
    "street": {"north": {"name": "北街"}, "south": {"name": "南街"}},
    "category": {
        "city": {"name": "城市"},
        "roads": {"name": "道路", "parent": "city"},
        "hole": {"name": "坑", "parent": "roads"},
        "noise": {"name": "噪音", "parent": "city"},
        "other": {"name": "其他"},
    },
}


def directory() -> Directory:
    rows = {
        kind: {row_id: msgspec.convert(row, ROW_TYPES[kind]) for row_id, row in told.items()}
        for kind, told in ROWS.items()
    }
    return cast(Directory, SimpleNamespace(snapshot=DirectorySnapshot(version=1, rows=MappingProxyType(rows))))


def facts() -> list[CaseFact]:
    """Seven cases by grid and category; one of them is of a grid that the directory does not know."""
    places = [
        ("a1", "hole"),
        ("a2", "hole"),
        ("a2", "noise"),
        ("b1", "roads"),
        ("lost", "other"),
        (None, None),
        ("b1", "city"),
    ]
    found = []
    for number, (grid, category) in enumerate(places):
        story = Story(f"t-{number}")
        story._dims = Dimensions(channel="hotline", category=category, grid=grid)
        story.received(at("04-02 08:00"))
        found += story.facts
    return [msgspec.structs.replace(fact, seq=number) for number, fact in enumerate(found, 1)]


@pytest.fixture
def stage() -> Stage:
    made = Stage()
    names = DirectoryNames(directory())
    snapshot = made.directory.snapshot
    made.directory.snapshot = msgspec.structs.replace(
        snapshot, rows=MappingProxyType({**snapshot.rows, **directory().snapshot.rows})
    )
    assert names.rollups() is names.rollups()
    made.hold(facts())
    return made


async def counted(stage: Stage, group_by: str, **asked: str) -> dict[str, Any]:
    answer = await stage.get("/v1/rates", rate="received_count", group_by=group_by, **asked)
    assert answer.status_code == 200, answer.text
    return {"/".join(row["group"].values()): row["value"] for row in answer.json()["rows"]}


async def test_places_add_up_to_those_around_them(stage: Stage) -> None:
    assert await counted(stage, "grid") == {"a1": 1, "a2": 2, "b1": 2, "lost": 1, "none": 1}
    assert await counted(stage, "community") == {"a": 3, "b": 2, "none": 2}
    assert await counted(stage, "street") == {"north": 5, "none": 2}


async def test_categories_add_up_level_by_level(stage: Stage) -> None:
    assert await counted(stage, "category_1") == {"city": 5, "other": 1, "none": 1}
    assert await counted(stage, "category_2") == {"roads": 3, "noise": 1, "city": 1, "other": 1, "none": 1}
    by_both = await counted(stage, "category_1,community")
    assert by_both == {"a/city": 3, "b/city": 2, "none/other": 1, "none/none": 1}


@pytest.mark.parametrize("dimension", ["community", "street", "category_1", "category_2"])
async def test_a_filter_means_just_what_its_group_has(stage: Stage, dimension: str) -> None:
    for value, count in (await counted(stage, dimension)).items():
        assert await counted(stage, "", **{dimension: value}) == {"": count}, value
        receipt = (await stage.get("/v1/rates/received_count/receipt", **{dimension: value})).json()
        assert (receipt["counts"]["numerator"], receipt["agrees"]) == (count, True)
        past = await counted(stage, "", **{dimension: value}, as_of="0:7")
        assert past == {"": count}
    assert await counted(stage, "", **{dimension: "no-such"}) == {"": 0}


async def test_filters_of_one_ground_mean_what_lies_in_both(stage: Stage) -> None:
    assert await counted(stage, "", community="a", grid="a2") == {"": 2}
    assert await counted(stage, "", community="a", street="north") == {"": 3}
    assert await counted(stage, "", community="a", street="south") == {"": 0}
    assert await counted(stage, "community", category_1="city") == {"a": 3, "b": 2}


async def test_counts_of_a_place_come_with_its_people(stage: Stage) -> None:
    answer = (await stage.get("/v1/rates", rate="received_count", group_by="community")).json()
    assert {row["group"]["community"]: row.get("per_10000") for row in answer["rows"]} == {
        "a": 7.5,
        "b": 20,
        "none": None,
    }
    answer = (await stage.get("/v1/rates", rate="received_count", group_by="street")).json()
    assert {row["group"]["street"]: row.get("per_10000") for row in answer["rows"]} == {"north": 10, "none": None}
    assert answer["rows"][0]["labels"]["street"]["zh"] in ("北街", "无网格")
    share = (await stage.get("/v1/rates", rate="handled", group_by="community")).json()
    assert all("per_10000" not in row for row in share["rows"])


async def test_a_series_by_community(stage: Stage) -> None:
    answer = (
        await stage.get("/v1/rates/series", rate="received_count", group_by="community", period="2026-04", by="month")
    ).json()
    assert {row["group"]["community"]: row["figures"][0]["value"] for row in answer["rows"]} == {
        "a": 3,
        "b": 2,
        "none": 2,
    }


async def test_definitions_say_what_there_is(stage: Stage) -> None:
    told = (await stage.get("/v1/definitions")).json()
    assert (told["dimensions"], told["made_of"]) == (list(ALL), dict(ROLLED))
    assert told["assessments"] == ["city"], "and not the one that weighs nothing"


among = st.builds(Among, st.lists(st.sampled_from("abcd"), max_size=3).map(tuple), outside=st.booleans())


@given(one=among, other=among, value=st.sampled_from("abcde"))
def test_both_is_both(one: Among, other: Among, value: str) -> None:
    assert one.and_(other).holds(value) == (one.holds(value) and other.holds(value))


def test_a_ring_of_parents_ends() -> None:
    assert dict(levels({"a": "b", "b": "a"}))["category_1"].keys() == {"a", "b"}
