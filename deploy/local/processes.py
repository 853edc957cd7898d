"""Processes by pid and start time, so that a pid the system gave to somebody else is never touched."""

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
import psutil

# in every child's environment, so that a home's processes are found even where no record of them was written
MARK = "MINGSHAO_PROCESS_OF"
NAME = "MINGSHAO_PROCESS"
LOG_BYTES = 20_000_000
OWNER_ONLY = 0o077
"""The umask of all that is started: contacts are in what these processes write."""
# of the shell that `up` was typed in: no process gets a secret but by its own settings
SECRETS = frozenset({"MONGODB_URI", "MINGSHAO_ADMIN_KEY", "MINGSHAO_CONTACT_SECRET"})
YOUNG_SECONDS, SPAWN_SECONDS = 10.0, 10.0


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What to run. `port` is the one it must listen on; `environment` is added to ours."""

    name: str
    command: tuple[str, ...]
    port: int
    log: Path
    folder: Path
    environment: dict[str, str] = {}


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """One process of ours. `started` is its start time as the system tells it, in seconds since the epoch."""

    name: str
    pid: int
    started: float
    port: int


def spawn(program: Program, home: Path) -> Running:
    """Start it in a session of its own (a Ctrl-C is for the supervisor alone), its output appended to its log."""
    program.log.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(OSError):
        if program.log.stat().st_size > LOG_BYTES:
            program.log.replace(program.log.with_suffix(".log.1"))
    environment = {**inherited(), **program.environment, MARK: str(home), NAME: f"{program.name}:{program.port}"}
    with program.log.open("ab") as log:
        child = subprocess.Popen(
            program.command,
            env=environment,
            cwd=program.folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=OWNER_ONLY,
        )
    _children[child.pid] = child
    try:
        started = psutil.Process(child.pid).create_time()
    except psutil.NoSuchProcess:  # it ended at once; whoever asks `alive` will see
        started = time.time()
    return Running(name=program.name, pid=child.pid, started=started, port=program.port)


def bound_log(log: Path) -> None:
    """Where it is large, what is in it goes into `….log.1` and its writer, which appends, goes on in the emptied file.
    For Kafka and mongod, which do not do so themselves; a line that comes in between is lost, as none of ours is."""
    with contextlib.suppress(FileNotFoundError):
        if log.stat().st_size > LOG_BYTES:
            shutil.copyfile(log, older := log.with_suffix(".log.1"))
            older.chmod(0o600)
            os.truncate(log, 0)


def inherited() -> dict[str, str]:
    """Our own environment without the secrets in it."""
    return {name: value for name, value in os.environ.items() if name not in SECRETS}


def alive(running: Running) -> bool:
    """Whether that very process still runs (a zombie does not)."""
    if (child := _children.get(running.pid)) is not None:
        return child.poll() is None
    try:
        process = psutil.Process(running.pid)
        return abs(process.create_time() - running.started) < 2 and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def exit_word(running: Running) -> str:
    """How it ended, for a person: `exit 1`, `SIGKILL`, or `ended` where it was not our child."""
    child = _children.get(running.pid)
    code = child.poll() if child is not None else None
    if code is None:
        return "ended"
    return f"exit {code}" if code >= 0 else signal.Signals(-code).name


def send(running: Running, number: int) -> None:
    """A signal to that very process; nothing where it has ended."""
    if alive(running):
        with contextlib.suppress(ProcessLookupError):
            os.kill(running.pid, number)


def stop(processes: Iterable[Running], seconds: float) -> list[Running]:
    """SIGTERM to all at once, SIGKILL to those still there after `seconds`. Gives back the killed ones."""
    waiting = [process for process in processes if alive(process)]
    for process in waiting:
        send(process, signal.SIGTERM)
        send(process, signal.SIGCONT)  # a paused one hears no SIGTERM
    deadline = time.monotonic() + seconds
    while (waiting := [process for process in waiting if alive(process)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in waiting:
        send(process, signal.SIGKILL)
    for process in waiting:
        while alive(process):
            time.sleep(0.02)
    return waiting


def of_home(home: Path) -> list[Running]:
    """Every live process that was started for this home, whoever started it."""
    found = []
    patience = time.monotonic() + SPAWN_SECONDS
    for process in psutil.process_iter():
        try:
            environment = _environment(process, patience)
            if environment.get(MARK) != str(home) or process.pid == os.getpid():
                continue
            name, _, port = environment.get(NAME, "?:0").rpartition(":")
            running = Running(name=name, pid=process.pid, started=process.create_time(), port=int(port))
        except (psutil.Error, OSError, ValueError):
            continue
        if alive(running):
            found.append(running)
    return found


def _environment(process: psutil.Process, patience: float) -> Mapping[str, str]:
    """Of one that was just spawned the system tells none for a moment, until its program is laid out in memory: it is
    waited for, of all together until `patience` (monotonic)."""
    while not (found := process.environ()):
        # a zombie and a thread of the kernel have none for ever, nor has one that wiped its own
        young = time.time() - process.create_time() <= YOUNG_SECONDS and time.monotonic() < patience
        if not young or process.status() == psutil.STATUS_ZOMBIE:
            break
        time.sleep(0.001)
    return found


_children: dict[int, subprocess.Popen[bytes]] = {}  # so that our own children are reaped
