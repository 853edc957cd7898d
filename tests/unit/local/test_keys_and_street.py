"""Local keys, and how they are published."""

import stat
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.local import keys, ports, street
from deploy.local.calls import Refused
from deploy.local.errors import LocalError
from deploy.local.places import Home
from deploy.local.supervisor import plan
from deploy.local.supervisor.record import Wanted


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path).make()


def test_a_key_is_made_once_for_its_owner_alone(home: Home) -> None:
    key = keys.local(home, "source:hotline")
    assert (keys.local(home, "source:hotline"), len(key) > 40) == (key, True)
    path = home.keys / "source_hotline"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.keys.stat().st_mode) == 0o700


def test_a_home_is_its_owners_alone_also_one_that_was_not(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").make()
    segment = home.kafka / "data" / "mingshao.contacts.v1-0" / "00000000000000000000.log"
    segment.parent.mkdir(parents=True)
    segment.write_text("a contact")
    for path in (segment, segment.parent, home.kafka, home.path):
        path.chmod(0o755)
    home.make()
    made = [home.path, *home.path.rglob("*")]
    assert [str(path) for path in made if path.stat().st_mode & 0o077] == []
    assert segment.read_text() == "a contact"


def test_an_empty_secret_is_said_and_what_to_do(home: Home) -> None:
    for made in ("admin", "contact.secret"):
        (home.keys / made).touch()
    for ask in (lambda: keys.local(home, "admin"), lambda: keys.secret_file(home, "contact")):
        with pytest.raises(LocalError, match=r"is empty.*delete the file"):
            ask()


def test_a_secret_that_cannot_be_read_is_said_and_what_to_do(home: Home) -> None:
    (home.keys / "admin").write_bytes(b"\xff\xfe")
    (home.keys / "contact.secret").mkdir()
    for ask in (lambda: keys.local(home, "admin"), lambda: keys.secret_file(home, "contact")):
        with pytest.raises(LocalError, match=r"cannot be read.*delete it"):
            ask()


def test_each_service_is_told_of_the_secrets_that_it_needs_by_their_files(home: Home) -> None:
    wanted = Wanted(port_base=9000, mongodb="mongodb://somebody:password@db/?replicaSet=rs0")
    told = {name: plan.environment(home, wanted, f"{name}-1", 9001) for name in ports.SERVICES}
    files = {name: sorted(key for key in one if key.endswith("_FILE")) for name, one in told.items()}
    assert files == {
        "intake": ["MINGSHAO_CONTACT_SECRET_FILE"],
        "routing": ["MONGODB_URI_FILE"],
        "notify": ["MONGODB_URI_FILE"],
        "metrics": ["MONGODB_URI_FILE"],
        "evidence": ["MONGODB_URI_FILE"],
    }
    for environment in told.values():
        assert "password" not in str(environment)
        for name in (one for one in environment if one.endswith("_FILE")):
            assert stat.S_IMODE(Path(environment[name]).stat().st_mode) == 0o600
    assert (home.keys / "mongodb.secret").read_text() == wanted.mongodb
    assert keys.names(home) == ["admin"]


def test_a_key_of_a_department_that_is_not_there_is_refused_with_those_that_are(home: Home) -> None:
    with pytest.raises(LocalError, match=r"no department nosuch.*property"):
        street.require_known(home, "department:nosuch", keys.row("department:nosuch"))
    street.require_known(home, "department:property", keys.row("department:property"))
    street.require_known(home, "source:anybody", keys.row("source:anybody"))


class Routing:
    """Stands in for the directory, which holds rows and refuses keys of departments that it does not know."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Any]] = {}
        self.refuses = False

    def __call__(self, address: str, key: str) -> "Routing":
        self.refuses = bool(self.rows) and keys.hash_of(key) not in self.rows["key"]
        return self

    def json(self, method: str, path: str, **more: Any) -> Any:
        if self.refuses:
            raise Refused(401, "", "unknown key")
        if method == "GET":
            rows = self.rows.get(path.rpartition("/")[2], {})
            return {"rows": {name: {"row": row, "version": 1} for name, row in rows.items()}}
        for kind, changed in more["json"].items():
            there = self.rows.setdefault(kind, {})
            there.update(changed)
        return {"versions": {}}


@pytest.fixture
def routing(monkeypatch: pytest.MonkeyPatch) -> Routing:
    made = Routing()
    monkeypatch.setattr(street, "Caller", made)
    return made


def test_a_withdrawn_key_is_not_published_again_unless_the_deployment_is_new(home: Home, routing: Routing) -> None:
    street.seed(home, "routing")
    hotline = keys.hash_of(keys.local(home, "source:hotline"))
    del routing.rows["key"][hotline]
    street.seed(home, "routing")
    assert hotline not in routing.rows["key"]
    routing.rows = {}
    (home.run / "published-keys.json").unlink()
    street.seed(home, "routing")
    assert hotline in routing.rows["key"]


def test_a_withdrawn_admin_key_says_how_to_get_in_again(home: Home, routing: Routing) -> None:
    street.seed(home, "routing")
    del routing.rows["key"][keys.hash_of(keys.local(home, "admin"))]
    with pytest.raises(LocalError, match=r"was withdrawn.*delete .*admin"):
        street.seed(home, "routing")


def test_a_key_of_no_department_is_named_and_keeps_nothing_else_from_being_published(
    home: Home, routing: Routing
) -> None:
    made = keys.local(home, "department:nosuch")
    with pytest.raises(LocalError, match="department:nosuch"):
        street.seed(home, "routing")
    assert keys.hash_of(made) not in routing.rows["key"]
    assert keys.hash_of(keys.local(home, "dispatcher")) in routing.rows["key"]
    assert "property" in routing.rows["department"]


def test_names_are_those_of_keys_not_of_other_secrets(home: Home) -> None:
    keys.secret_file(home, "contact")
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
