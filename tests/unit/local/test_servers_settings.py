"""Kafka's and MongoDB's settings, jars and Java: what can be known without starting them."""

import hashlib
import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jgo.maven
import pytest
import yaml

from deploy.local import jars, java, kafka, mongod
from deploy.local.errors import FetchFailed, NoJava, NoMongod
from deploy.local.jars import Jar
from deploy.local.places import ROOT, Home
from services.runtime.mongo import ANSWER_MS


def test_kafka_listens_on_loopback_alone_and_makes_no_topic_by_accident(tmp_path: Path) -> None:
    settings = dict(line.split("=", 1) for line in kafka.settings(Home(tmp_path), 9, 10).splitlines())
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:9,CONTROLLER://127.0.0.1:10"
    assert settings["auto.create.topics.enable"] == "false"


def test_one_of_three_brokers_keeps_three_copies_and_takes_nothing_that_fewer_than_two_have(tmp_path: Path) -> None:
    node = kafka.Node(id=2, voters={1: 11, 2: 12, 3: 13}, advertised=99)
    settings = dict(line.split("=", 1) for line in kafka.settings(Home(tmp_path), 9, 12, node).splitlines())
    assert settings["controller.quorum.voters"] == "1@127.0.0.1:11,2@127.0.0.1:12,3@127.0.0.1:13"
    assert (settings["default.replication.factor"], settings["min.insync.replicas"]) == ("3", "2")
    assert settings["advertised.listeners"] == "PLAINTEXT://127.0.0.1:99"
    alone = dict(line.split("=", 1) for line in kafka.settings(Home(tmp_path), 9, 10).splitlines())
    assert (alone["default.replication.factor"], alone["min.insync.replicas"]) == ("1", "1")


def test_a_cluster_id_is_never_taken_for_an_option() -> None:
    made = [kafka.new_cluster_id() for _ in range(500)]
    assert all(len(one) == 22 and one[0] != "-" for one in made)


def test_kafka_serves_once_it_lists_a_broker() -> None:
    assert kafka.serving(struct.pack(">iii", 1, 0, 1) + b"rest")
    assert not kafka.serving(struct.pack(">iii", 1, 0, 0))
    assert not kafka.serving(b"short")


def test_the_lock_names_every_jar_with_its_hash_and_no_place_to_get_it_from() -> None:
    locked = jars.locked()
    assert len(locked) > 40
    assert all(len(jar.sha256) == 64 for jar in locked)
    assert locked[0].file == "kafka_2.13-4.3.1.jar"
    assert "://" not in jars.LOCK.read_text()


class Repository:
    """Stands in for jgo: every jar is there and has this content."""

    def __init__(self, content: bytes | None) -> None:
        self.content = content
        self.asked: list[str] = []

    def __call__(self, repo_cache: Path, timeout: int) -> Any:
        def resolve(name: str) -> Path:
            self.asked.append(name)
            if self.content is None:
                raise ConnectionError("away")
            path = repo_cache / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(self.content)
            return path

        def project(group: str, artifact: str) -> Any:
            return SimpleNamespace(
                at_version=lambda version: SimpleNamespace(
                    artifact=lambda: SimpleNamespace(resolve=lambda: resolve(f"{group}-{artifact}-{version}"))
                )
            )

        return SimpleNamespace(project=project)


@pytest.fixture
def one_jar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    digest = hashlib.sha256(b"good").hexdigest()
    monkeypatch.setattr(jars, "locked", lambda lock: [Jar(group="g", artifact="a", version="1", sha256=digest)])
    monkeypatch.setenv("MINGSHAO_CACHE", str(tmp_path))
    return tmp_path / "jars" / "a-1.jar"


def test_a_jar_is_fetched_once_and_a_damaged_one_again(one_jar: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository(b"good")
    monkeypatch.setattr(jgo.maven, "MavenContext", repository)
    seen: list[tuple[int, int]] = []
    assert jars.class_path(lambda here, total: seen.append((here, total))) == str(one_jar)
    jars.class_path()
    assert (len(repository.asked), seen) == (1, [(0, 1), (1, 1)])
    one_jar.write_bytes(b"damaged")
    jars.class_path()
    assert (len(repository.asked), one_jar.read_bytes()) == (2, b"good")


@pytest.mark.parametrize("content", [b"evil", None])
def test_another_jar_than_the_locked_one_is_refused(
    one_jar: Path, content: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jgo.maven, "MavenContext", Repository(content))
    with pytest.raises(FetchFailed, match=r"a-1\.jar|KAFKA_BOOTSTRAP"):
        jars.class_path()
    assert not one_jar.exists()


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15"', 17),
        ('java version "1.8.0_402"', 8),
        ('openjdk version "25" 2025', 25),
        ("?", None),
    ],
)
def test_javas_version_is_read(text: str, version: int | None) -> None:
    assert java.parse_version(text) == version


def test_no_java_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr(java, "_packaged", lambda: None)
    monkeypatch.setattr(java, "LOCK", tmp_path / "absent.txt")
    with pytest.raises(NoJava, match="JAVA_HOME"):
        java.find()


def test_a_mongod_that_lacks_a_library_says_which(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "mongod"
    broken.write_text("#!/bin/sh\necho 'error while loading shared libraries: libcurl.so.4' >&2\nexit 127\n")
    broken.chmod(0o755)
    monkeypatch.setattr(mongod, "_candidates", lambda: [str(broken)])
    with pytest.raises(NoMongod, match=r"libcurl\.so\.4.*apt-get install"):
        mongod.find()


def test_a_mongod_that_is_too_old_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for version in ("v5.0.1", "v7.0.2"):
        binary = tmp_path / version
        binary.write_text(f"#!/bin/sh\necho 'db version {version}'\n")
        binary.chmod(0o755)
        found.append(str(binary))
    monkeypatch.setattr(mongod, "_candidates", lambda: found)
    assert mongod.find() == found[1]


class Client:
    """Stands in for a pymongo client."""

    def __init__(self, hello: dict[str, Any], config: dict[str, Any] | None) -> None:
        self.hello, self.config = hello, config
        self.commands: list[tuple[Any, ...]] = []
        self.admin = SimpleNamespace(command=self.command)
        self.local = {"system.replset": SimpleNamespace(find_one=lambda: self.config)}

    def command(self, name: str, *more: Any, **options: Any) -> Any:
        self.commands.append((name, *more))
        return self.hello


def test_a_new_set_is_initiated_a_moved_one_is_given_its_new_address_another_waited_for() -> None:
    moved = {"version": 3, "members": [{"_id": 0, "host": "127.0.0.1:1"}]}
    same = {"version": 3, "members": [{"_id": 0, "host": "127.0.0.1:7"}]}
    assert mongod.make_primary(Client({"isWritablePrimary": True}, same), 7)
    for config, asked in ((None, "replSetInitiate"), (moved, "replSetReconfig"), (same, "hello")):
        client = Client({}, config)
        assert not mongod.make_primary(client, 7)
        assert client.commands[-1][0] == asked
    client = Client({}, moved)
    mongod.make_primary(client, 7)
    assert client.commands[-1][1]["members"][0]["host"] == "127.0.0.1:7"
    assert client.commands[-1][1]["version"] == 4


def test_with_docker_mongod_keeps_the_same_past_and_writes_at_the_same_bounds() -> None:
    command = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["mongo"]["command"]
    engine = ",".join(f"eviction_{name}={share}" for name, share in mongod.EVICTION.items())
    assert f"--wiredTigerEngineConfigString={engine}" in command
    assert f"--setParameter=minSnapshotHistoryWindowInSeconds={mongod.SNAPSHOT_SECONDS}" in command


def test_no_mongod_of_ours_writes_a_slow_command_with_its_document_into_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mongod, "find", lambda: "mongod")
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["mongo"]["command"]
    for command in (compose, mongod.prepare(Home(tmp_path), 7).command):
        assert f"--slowms={mongod.SLOW_MS}" in command
    assert f"--slowms {mongod.SLOW_MS}" in (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")


def test_the_longest_answer_ends_within_the_past_that_is_kept() -> None:
    assert ANSWER_MS / 1_000 < mongod.SNAPSHOT_SECONDS
