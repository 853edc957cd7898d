"""The directory over HTTP, on fakes: judged by what it would be, changed as a whole, published."""

from typing import Any

import msgspec
import pytest

from services.contracts.directory import ROW_TYPES
from services.routing.api.directory import NAMED_BY_ALL
from services.runtime.keys import key_id
from tests.unit.routing.desk import Street

HISTORY = {"ended_at": "2026-03-01T00:00:00+08:00"}


@pytest.fixture
def street() -> Street:
    return Street()


async def put(street: Street, path: str, body: Any, key: str = "admin") -> Any:
    answer = await street.call("PUT", f"/v1/directory{path}", key, body)
    return answer.status_code, answer.json()


async def test_rows_are_set_read_and_removed(street: Street) -> None:
    first = street.rows.version + 1
    assert await put(street, "/department/fire", {"name": "消防"}) == (
        200, {"kind": "department", "id": "fire", "version": first},
    )  # fmt: skip
    many = {"漏水": {"name": "漏水", "department": "fire"}, "dogs": {"name": "养犬"}}
    _, told = await put(street, "/category", many)
    assert told["versions"] == {"漏水": first + 1, "dogs": first + 2}
    row = (await street.get("/v1/directory/category/dogs", "dashboard")).json()
    assert row["row"] == msgspec.to_builtins(msgspec.convert({"name": "养犬"}, ROW_TYPES["category"]))
    assert {"漏水", "dogs"} < set((await street.get("/v1/directory/category", "dashboard")).json()["rows"])
    used = await street.call("DELETE", "/v1/directory/department/fire", "admin")
    told = used.json()
    assert (used.status_code, told["code"]) == (422, "in_use")
    assert (told["kind"], told["row"], told["field"]) == ("category", "漏水", "department")
    assert (await street.call("DELETE", "/v1/directory/category/漏水", "admin")).json()["version"] == first + 3
    assert (await street.call("DELETE", "/v1/directory/department/fire", "admin")).status_code == 200
    assert (await street.call("DELETE", "/v1/directory/department/fire", "admin")).status_code == 404
    assert (await street.get("/v1/directory/department/fire", "admin")).status_code == 404


@pytest.mark.parametrize(("kind", "row_id"), [("department", "roads"), ("channel", "grid")])
async def test_who_has_open_cases_is_not_removed(street: Street, kind: str, row_id: str) -> None:
    rows: dict[str, Any] = {"category": {"hole": None}, "key": {key_id("roads"): None}} if kind == "department" else {}
    before = street.rows.version
    open_cases = await street.cases.open_with(kind, row_id, 100)  # type: ignore[arg-type]
    assert open_cases > 0
    for call in (
        street.call("PUT", "/v1/directory", "admin", {**rows, kind: {row_id: None}}),
        street.call("PUT", "/v1/directory?dry_run=true", "admin", {**rows, kind: {row_id: None}}),
    ):
        answer = await call
        told = answer.json()
        assert (answer.status_code, told["code"], told["kind"], told["row"]) == (422, "in_use", kind, row_id)
        assert told["open_cases"] == open_cases
        assert f"{open_cases} open cases" in told["detail"]
    assert street.rows.version == before


async def test_null_removes_and_what_is_unchanged_keeps_its_version(street: Street) -> None:
    _, told = await put(street, "/category/dogs", {"name": "养犬"})
    status, again = await put(street, "/category", {"dogs": {"name": "养犬", "name_en": ""}, "noise": None})
    assert (status, again["versions"]) == (200, {"dogs": told["version"], "noise": told["version"] + 1})
    assert "noise" not in street.rows.kept["category"]


async def test_kinds_that_name_each_other_are_set_at_once_those_named_first(street: Street) -> None:
    body = {
        "community": {"lotus": {"name": "荷花", "street": "dawn"}},
        "street": {"dawn": {"name": "晨曦", "chief": "chief-dawn"}},
        "post": {"chief-dawn": {"name": "街长", "role": "street_chief", "of": "dawn"}},
        "category": {"noise": None},
    }
    assert (await put(street, "/community", body["community"]))[1]["code"] == "unknown_reference"
    before = street.rows.version
    _, told = await put(street, "", body)
    assert told["versions"] == {
        "post": {"chief-dawn": before + 1},
        "street": {"dawn": before + 2},
        "community": {"lotus": before + 3},
        "category": {"noise": before + 4},
    }


async def test_a_dry_run_judges_and_changes_nothing(street: Street) -> None:
    before = street.rows.version
    assert await put(street, "?dry_run=true", {"category": {"noise": None}}) == (200, {"versions": {}})
    assert (await put(street, "?dry_run=true", {"department": {"roads": None}}))[0] == 422
    assert street.rows.version == before


async def test_one_bad_row_of_many_and_nothing_is_set(street: Street) -> None:
    before = street.rows.version
    status, told = await put(street, "/department", {"fire": {"name": "消防"}, "Fire": {"name": "消防"}})
    assert (status, told["code"], told["row"], told["field"]) == (422, "bad_row", "Fire", "id")
    assert ("fire" in street.rows.kept["department"], street.rows.version) == (False, before)


async def test_all_flaws_are_told_at_once_each_with_its_place(street: Street) -> None:
    body = {"category": {"a": {"name": "x", "department": "moon"}, "b": {"name": "x", "parent": "sun"}}}
    status, told = await put(street, "", body)
    assert status == 422
    assert [(flaw["kind"], flaw["id"], flaw["field"]) for flaw in told["errors"]] == [
        ("category", "b", "parent"),
        ("category", "a", "department"),
    ]


@pytest.mark.parametrize("body", [b"[]", b"{", b'"x"', b"", b"\xff"])
async def test_a_body_that_is_no_object_is_a_422(street: Street, body: bytes) -> None:
    for path in ("/department/housing", "/department", ""):
        status, told = await put(street, path, body)
        assert (status, told["code"]) == (422, "bad_json")


@pytest.mark.parametrize(
    ("body", "code"), [({"colour": {}}, "unknown_kind"), ({"grid": []}, "bad_json"), ({"grid": None}, "bad_json")]
)
async def test_a_kind_that_cannot_be_is_named(street: Street, body: Any, code: str) -> None:
    status, told = await put(street, "", body)
    assert (status, told["code"], told["kind"]) == (422, code, next(iter(body)))


async def test_a_body_beyond_the_bound_is_refused(street: Street) -> None:
    status, told = await put(street, "/department", b" " * ((8 << 20) + 1))
    assert (status, told["code"]) == (413, "too_large")


async def test_keys_are_for_admin_and_unknown_kinds_are_named(street: Street) -> None:
    for path in ("/v1/directory/key", f"/v1/directory/key/{'ab' * 32}"):
        assert (await street.get(path, "dispatcher")).status_code == 403
    assert (await street.get("/v1/directory/key", "admin")).status_code == 200
    assert (await street.get("/v1/directory/colour", "admin")).status_code == 422
    assert (await put(street, "", {}, key="dispatcher"))[0] == 403


@pytest.mark.parametrize("kind", sorted(ROW_TYPES.keys() - {"key"}))
async def test_every_other_kind_is_read_by_those_who_view(street: Street, kind: str) -> None:
    assert (await street.get(f"/v1/directory/{kind}", "dashboard")).status_code == 200
    # a department reads what it must name
    status = 200 if kind in NAMED_BY_ALL else 403
    assert (await street.get(f"/v1/directory/{kind}", "housing")).status_code == status


async def test_a_history_is_that_of_a_source(street: Street) -> None:
    assert (await put(street, "/history/grid", HISTORY))[0] == 200
    assert (await put(street, "/history/moon", HISTORY))[1]["code"] == "unknown_reference"


async def test_a_source_s_key_is_withdrawn_whatever_history_it_told(street: Street) -> None:
    await put(street, "/history/grid", HISTORY)
    (key,) = (row_id for row_id, row in street.rows.kept["key"].items() if row["row"]["subject"] == "grid")
    assert (await street.call("DELETE", f"/v1/directory/key/{key}", "admin")).status_code == 200


async def test_stored_and_not_yet_published_is_said_so(street: Street) -> None:
    street.rows.mute = True
    answer = await street.call("PUT", "/v1/directory/department/fire", "admin", {"name": "消防"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "stored" in answer.json()["detail"]
    assert "fire" in street.rows.kept["department"]


async def test_a_change_is_judged_again_by_what_another_made_of_the_directory(street: Street) -> None:
    street.rows._set("department", "roads", None)  # stored, and here not read yet
    status, told = await put(street, "/category/dogs", {"name": "养犬", "department": "roads"})
    assert (status, told["code"]) == (422, "unknown_reference")
    assert "dogs" not in street.rows.kept["category"]


async def test_a_store_that_is_away_is_a_503_everywhere(street: Street) -> None:
    street.rows.away = True
    for method, path, body in (
        ("GET", "/v1/directory/department", None),
        ("GET", "/v1/directory/department/x", None),
        ("PUT", "/v1/directory", {"department": {"x": {"name": "x"}}}),
        ("PUT", "/v1/directory/department", {"x": {"name": "x"}}),
        ("PUT", "/v1/directory/department/x", {"name": "x"}),
        ("DELETE", "/v1/directory/department/x", None),
    ):
        assert (await street.call(method, path, "admin", body)).status_code == 503, path
