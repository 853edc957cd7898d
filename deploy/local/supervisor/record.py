"""The run state on disk: what `up` asked for (`wanted.json`), and what the supervisor says (`state.json`)."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from ..places import Home, write_atomically
from ..processes import Running

T = TypeVar("T")
Phase = Literal["starting", "seeding", "ready", "failed", "stopping", "stopped"]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A deployment as it was asked for. `kafka` and `mongodb` name the user's own servers, None for ours.

    `asked` tells one `up` from the next: the supervisor answers with it.
    """

    port_base: int
    scale: dict[str, int] = {}
    kafka: str | None = None
    mongodb: str | None = None
    asked: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One process in the state. `fingerprint` is of its command and environment: another one is not adopted."""

    name: str
    port: int
    log: str
    running: Running | None = None
    fingerprint: str = ""
    restarts: int = 0
    last_end: str | None = None


class State(msgspec.Struct, frozen=True, kw_only=True):
    """What the supervisor says. `answered` is the `asked` that `phase` is about; `notes` are pairs (zh, en)."""

    supervisor: Running
    wanted: Wanted
    answered: str = ""
    phase: Phase = "starting"
    doing: tuple[str, str] = ("", "")
    done: int = 0
    total: int = 0
    failure: tuple[str, str] | None = None
    notes: tuple[tuple[str, str], ...] = ()
    processes: tuple[Entry, ...] = ()


def write(home: Home, record: State | Wanted) -> None:
    """Atomically, as indented JSON."""
    name = "state.json" if isinstance(record, State) else "wanted.json"
    text = msgspec.json.format(msgspec.json.encode(record), indent=2).decode()
    write_atomically(home.run / name, text + "\n", mode=0o600)


def read_state(home: Home) -> State | None:
    """None where there is none that can be read."""
    return _read(home.run / "state.json", State)


def read_wanted(home: Home) -> Wanted | None:
    """None where there is none that can be read."""
    return _read(home.run / "wanted.json", Wanted)


def _read(path: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError):
        return None


@contextmanager
def hold(home: Home) -> Iterator[bool]:
    """True while we are the home's one supervisor; the lock ends with the process, however that ends."""
    with (home.run / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


def is_supervised(home: Home) -> bool:
    """Whether a supervisor runs for this home now."""
    if not home.run.is_dir():
        return False
    with hold(home) as free:
        return not free
