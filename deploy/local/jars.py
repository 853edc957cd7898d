"""Kafka's jars as `jgo.lock.toml` names them: fetched with jgo, checked by SHA-256, cached."""

import fcntl
import hashlib
import shutil
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from . import places
from .errors import FetchFailed

LOCK = Path(__file__).with_name("jgo.lock.toml")
Progress = Callable[[int, int], None]  # jars here, jars in all


class Jar(msgspec.Struct, frozen=True, kw_only=True):
    """One locked jar."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def file(self) -> str:
        return f"{self.artifact}-{self.version}.jar"


def locked(lock: Path = LOCK) -> list[Jar]:
    """The jars of a jgo lock, in class path order."""
    rows: list[dict[str, Any]] = tomllib.loads(lock.read_text())["dependencies"]
    return [
        Jar(group=row["groupId"], artifact=row["artifactId"], version=row["version"], sha256=row["sha256"])
        for row in rows
    ]


def class_path(progress: Progress = lambda here, total: None, lock: Path | None = None) -> str:
    """Fetch what is missing, check all, and give the class path. FetchFailed where that cannot be."""
    folder = places.cache() / "jars"
    folder.mkdir(parents=True, exist_ok=True)
    jars = locked(lock or LOCK)
    missing = [jar for jar in jars if not matches(folder / jar.file, jar.sha256)]
    progress(len(jars) - len(missing), len(jars))
    if missing:
        with _alone(folder.parent / "jars.lock"):
            # another process may have fetched them while this one waited
            missing = [jar for jar in missing if not matches(folder / jar.file, jar.sha256)]
            _fetch(missing, folder, lambda arrived: progress(len(jars) - len(missing) + arrived, len(jars)))
    return ":".join(str(folder / jar.file) for jar in jars)


def matches(path: Path, sha256: str) -> bool:
    """Whether the file is there and is the one that was locked."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == sha256
    except OSError:
        return False


def _fetch(jars: list[Jar], folder: Path, arrived: Callable[[int], None]) -> None:
    from jgo.maven import MavenContext

    scratch = folder.parent / "fetching"
    shutil.rmtree(scratch, ignore_errors=True)
    context = MavenContext(repo_cache=scratch, timeout=60)

    def one(jar: Jar) -> None:
        path = Path(context.project(jar.group, jar.artifact).at_version(jar.version).artifact().resolve())
        if not matches(path, jar.sha256):
            raise FetchFailed(
                f"{jar.file} 与 {LOCK.name} 中锁定的 SHA-256 不符，已拒绝使用。请换一个网络重试；若仍不符，请勿继续。",
                f"{jar.file} is not the file locked in {LOCK.name} (SHA-256 differs) and was refused. "
                "Try again from another network; if it stays so, do not go on.",
            )
        path.replace(folder / jar.file)

    try:
        with ThreadPoolExecutor(8) as pool:
            for number, _ in enumerate(pool.map(one, jars), 1):
                arrived(number)
    except FetchFailed:
        raise
    except Exception as error:  # jgo and requests raise what they like
        raise FetchFailed(
            f"未能下载 Kafka 的 jar 包（{type(error).__name__}）。请检查网络后重试；"
            f"或把 jar 包放入 {folder}；或用 KAFKA_BOOTSTRAP 指向自己的 Kafka。",
            f"Kafka's jars could not be fetched ({type(error).__name__}). Check the network and try again; "
            f"or put the jars into {folder}; or set KAFKA_BOOTSTRAP to a Kafka of your own.",
        ) from error
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
