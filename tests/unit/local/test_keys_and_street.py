"""Local keys, and how they are published."""

import stat
from pathlib import Path

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


def test_keys_go_out_as_hashes_only(home: Home) -> None:
    key = keys.local(home, "dispatcher")
    rows = street.key_rows(home)
    assert rows == {
        keys.hash_of(key): {"role": "dispatcher", "subject": None, "scopes": [], "label": "local dispatcher"}
    }
    assert key not in msgspec.json.encode(rows).decode()
