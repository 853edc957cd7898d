"""Where things are: the project, a home (one deployment's data, keys, logs), the cache that homes share."""

import contextlib
import os
import stat
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]


def default_home() -> Path:
    """`.mingshao/` beside the code, or what MINGSHAO_HOME says."""
    return Path(os.environ.get("MINGSHAO_HOME") or ROOT / ".mingshao")


def cache() -> Path:
    """Kafka's jars, the same for all homes; MINGSHAO_CACHE moves it."""
    return Path(os.environ.get("MINGSHAO_CACHE") or ROOT / ".mingshao" / "cache")


class Home(msgspec.Struct, frozen=True):
    """The folders of one deployment."""

    path: Path

    @property
    def kafka(self) -> Path:
        return self.path / "kafka"

    @property
    def mongod(self) -> Path:
        return self.path / "mongod"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def run(self) -> Path:
        return self.path / "run"

    @property
    def keys(self) -> Path:
        return self.path / "keys"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.logs / f"{name}.log"

    def make(self) -> "Home":
        """All folders, for their owner alone, also what an earlier version left open. Gives itself back, absolute."""
        home = Home(self.path.resolve())
        home.path.mkdir(parents=True, exist_ok=True)
        for folder in (home.path, home.kafka, home.mongod, home.logs, home.run, home.keys):
            folder.mkdir(exist_ok=True)
            folder.chmod(0o700)
        for folder in (home.kafka, home.mongod, home.logs, home.run, home.keys):
            for path in folder.rglob("*"):
                _close_to_others(path)
        return home


def _close_to_others(path: Path) -> None:
    # contacts are in Kafka's segments and MongoDB's files, and whatever a log may say is for its owner too
    with contextlib.suppress(FileNotFoundError):  # a running server removes files meanwhile
        mode = path.lstat().st_mode
        if not stat.S_ISLNK(mode) and mode & 0o077:
            path.chmod(stat.S_IMODE(mode) & ~0o077)


def write_atomically(path: Path, text: str, mode: int = 0o600) -> None:
    """Readers see the old text or the new, whole."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
