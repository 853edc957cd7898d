"""Local keys, and the reference street as it is published."""

import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.local import keys, street
from deploy.local.errors import LocalError
from deploy.local.places import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).make()


def test_a_key_is_made_once_for_its_owner_alone(home: Home) -> None:
    key = keys.local(home, "source:hotline")
    assert (keys.local(home, "source:hotline"), len(key) > 40) == (key, True)
    path = home.keys / "source_hotline"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.keys.stat().st_mode) == 0o700


def test_names_are_those_of_keys_not_of_other_secrets(home: Home) -> None:
    keys.secret(home, "contact")
    for name in ("admin", "department:property", "replay"):
        keys.local(home, name)
    assert keys.names(home) == ["admin", "department:property", "replay"]


@pytest.mark.parametrize(
    ("name", "role", "subject", "scopes"),
    [
        ("admin", "admin", None, []),
        ("source:grid", "source", "grid", []),
        ("replay", "source", "hotline", ["backdate"]),
        (keys.backdating("department:property"), "department", "property", ["backdate"]),
    ],
)
def test_a_keys_row_follows_from_its_name(name: str, role: str, subject: str | None, scopes: list[str]) -> None:
    row = keys.row(name)
    assert (row.role, row.subject, row.scopes) == (role, subject, scopes)


@pytest.mark.parametrize("name", ["", "source", "source:", "source:A B", "admin:x", "king", "../admin", "routing"])
def test_other_names_are_refused(home: Home, name: str) -> None:
    with pytest.raises(LocalError, match="source:hotline"):
        keys.local(home, name)


def test_the_reference_street_is_whole() -> None:
    found = street.load(street.FOLDER)
    departments = set(found["department"])
    assert len(departments) >= 10
    assert {row["department"] for row in found["category"].values()} - departments == {None}
    kinds = [row["kind"] for row in found["channel"].values()]
    assert (kinds.count("ticket"), kinds.count("opinion")) == (6, 4)
    hotline = found["channel"]["hotline"]["authority"]
    assert hotline == {name: ["source"] for name in ("accept", "reject", "close", "follow_up", "rate", "redo", "void")}


def test_a_wrong_row_is_named(tmp_path: Path) -> None:
    (tmp_path / "departments.yaml").write_text("a: {name: 甲}\nb: {nme: 乙}\n")
    with pytest.raises(LocalError, match=r"departments\.yaml: b.*nme"):
        street.load(tmp_path)


class Directory:
    """Stands in for routing's directory."""

    def __init__(self, **rows: Any) -> None:
        self.rows: dict[str, Any] = rows
        self.sent: list[Any] = []

    def json(self, method: str, path: str, json: Any = None) -> Any:
        if method == "GET":
            return {"rows": {row_id: {"row": row, "version": 1} for row_id, row in self.rows.items()}}
        self.sent.append((path, json))
        self.rows |= json
        return {}


def test_only_what_differs_is_published() -> None:
    there = Directory(a={"name": "甲"}, b={"name": "乙", "name_en": "B"})
    wanted = {"a": {"name": "甲", "name_en": ""}, "b": {"name": "乙", "name_en": "Bee"}, "c": {"name": "丙"}}
    assert street.publish(there, "department", wanted) == 2  # type: ignore[arg-type]
    assert [set(rows) for _, rows in there.sent] == [{"b", "c"}]
    assert street.publish(there, "department", wanted) == 0  # type: ignore[arg-type]


def test_keys_go_out_as_hashes_only(home: Home) -> None:
    key = keys.local(home, "dispatcher")
    rows = street.key_rows(home)
    assert rows == {
        keys.hash_of(key): {"role": "dispatcher", "subject": None, "scopes": [], "label": "local dispatcher"}
    }
    assert key not in msgspec.json.encode(rows).decode()
