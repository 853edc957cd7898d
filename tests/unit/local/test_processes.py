"""Processes by pid and start time."""

import signal
import stat
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from deploy.local import processes
from deploy.local.processes import Program


def program(tmp_path: Path, code: str) -> Program:
    command = (sys.executable, "-S", "-c", code)
    return Program(name="x-1", command=command, port=7, log=tmp_path / "logs" / "x-1.log", folder=tmp_path)


SLEEP = "import time; time.sleep(60)"


def test_a_pid_that_went_to_somebody_else_is_not_ours(tmp_path: Path) -> None:
    running = processes.spawn(program(tmp_path, SLEEP), tmp_path)
    other = msgspec.structs.replace(running, started=running.started - 100)
    child = processes._children.pop(running.pid)  # as a later supervisor sees it
    assert processes.alive(running)
    assert not processes.alive(other)
    processes.send(other, signal.SIGKILL)
    assert processes.alive(running)
    assert processes.stop([running], 5) == []
    child.wait()


def test_a_homes_processes_are_found_without_a_record(tmp_path: Path) -> None:
    running = processes.spawn(program(tmp_path, SLEEP), tmp_path)
    assert [(p.name, p.pid, p.port) for p in processes.of_home(tmp_path)] == [("x-1", running.pid, 7)]
    processes.stop([running], 5)
    assert processes.of_home(tmp_path) == []


def test_one_whose_environment_the_system_does_not_tell_yet_is_not_overlooked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = processes.spawn(program(tmp_path, SLEEP), tmp_path)
    asked, told = [0], psutil.Process.environ

    def late(process: psutil.Process) -> dict[str, str]:
        asked[0] += process.pid == running.pid
        return {} if process.pid == running.pid and asked[0] < 4 else told(process)

    monkeypatch.setattr(psutil.Process, "environ", late)
    assert [found.pid for found in processes.of_home(tmp_path)] == [running.pid]
    processes.stop([running], 5)


def test_what_is_started_writes_for_its_owner_alone_and_inherits_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in processes.SECRETS:
        monkeypatch.setenv(name, "a secret")
    code = "import os; open('made', 'w').write(repr(dict(os.environ)))"
    running = processes.spawn(program(tmp_path, code), tmp_path)
    while processes.alive(running):
        pass
    assert stat.S_IMODE((tmp_path / "made").stat().st_mode) == 0o600
    assert "a secret" not in (tmp_path / "made").read_text()


def test_a_paused_or_deaf_process_is_stopped_too(tmp_path: Path) -> None:
    paused = processes.spawn(program(tmp_path, SLEEP), tmp_path)
    processes.send(paused, signal.SIGSTOP)
    assert processes.stop([paused], 5) == []
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('on', flush=True); " + SLEEP
    stubborn = processes.spawn(program(tmp_path, deaf), tmp_path)
    while "on" not in (tmp_path / "logs" / "x-1.log").read_text():
        pass
    assert processes.stop([stubborn], 0.1) == [stubborn]
    assert processes.exit_word(stubborn) == "SIGKILL"


@pytest.mark.parametrize(
    ("code", "word"), [("raise SystemExit(3)", "exit 3"), ("import os; os.kill(os.getpid(), 9)", "SIGKILL")]
)
def test_an_end_is_told_in_a_word(tmp_path: Path, code: str, word: str) -> None:
    running = processes.spawn(program(tmp_path, code), tmp_path)
    while processes.alive(running):
        pass
    assert processes.exit_word(running) == word


def test_a_log_that_grew_large_is_put_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_BYTES", 3)
    log = tmp_path / "logs" / "x-1.log"
    log.parent.mkdir()
    log.write_text("long enough\n")
    processes.stop([processes.spawn(program(tmp_path, "pass"), tmp_path)], 5)
    assert log.with_suffix(".log.1").read_text() == "long enough\n"


def test_a_server_s_log_is_bounded_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "LOG_BYTES", 1_000)
    log = tmp_path / "kafka.log"
    processes.bound_log(log)
    assert not log.exists()
    with log.open("ab", buffering=0) as writer:
        writer.write(b"a" * 900 + b"\n")
        processes.bound_log(log)
        assert not (tmp_path / "kafka.log.1").exists()
        writer.write(b"b" * 900 + b"\n")
        processes.bound_log(log)
        writer.write(b"after\n")
    assert log.read_bytes() == b"after\n", "its writer goes on at the beginning, without a hole"
    assert (tmp_path / "kafka.log.1").read_bytes() == b"a" * 900 + b"\n" + b"b" * 900 + b"\n"
    assert (tmp_path / "kafka.log.1").stat().st_mode & 0o777 == 0o600
