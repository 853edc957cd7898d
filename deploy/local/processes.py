"""A child process with its log, known by pid and start time so that no stranger is ever signalled."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import psutil

from .errors import DiedAtStart, LocalError


class Proc(msgspec.Struct, frozen=True, kw_only=True):
    """One process that we started; `started` is its creation time as the kernel tells it."""

    name: str
    pid: int
    started: float

    def alive(self) -> bool:
        """Still this very process, and no zombie."""
        try:
            process = psutil.Process(self.pid)
            return process.create_time() == self.started and process.status() != psutil.STATUS_ZOMBIE
        except psutil.NoSuchProcess:
            return False

    def signal(self, number: int) -> None:
        """Send it, if it is still ours."""
        if self.alive():
            os.kill(self.pid, number)

    def stop(self, seconds: float = 10) -> None:
        """SIGTERM (and SIGCONT, for a paused one), then SIGKILL after `seconds`."""
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGCONT)
        if not _wait(lambda: not self.alive(), seconds):
            self.signal(signal.SIGKILL)
            _wait(lambda: not self.alive(), 5)
        _reap(self.pid)


def start(name: str, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Proc:
    """Start detached from our terminal, output appended to `log`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment) if environment is not None else None,
            start_new_session=True,
        )
    return Proc(name=name, pid=child.pid, started=psutil.Process(child.pid).create_time())


def wait_ready(process: Proc, ready: Callable[[], bool], log: Path, seconds: float = 60) -> None:
    """Return once `ready`. DiedAtStart where the process ends before, LocalError where it takes too long."""
    if not _wait(lambda: ready() or not process.alive(), seconds):
        raise LocalError(f"{process.name} {seconds:.0f} 秒内没有就绪 / was not ready in time; see {log}")
    if not process.alive():
        _reap(process.pid)
        tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
        raise DiedAtStart(f"{process.name} 启动失败 / died at start; the end of {log}:\n{tail}")


def port_free(port: int) -> bool:
    """Nobody listens there on loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _wait(claim: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def _reap(pid: int) -> None:
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return
