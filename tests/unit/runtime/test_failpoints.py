"""A failpoint ends or pauses the process at its turn, and is inert otherwise."""

import signal
import subprocess
import sys
import time

import psutil
import pytest

from services.runtime.failpoints import Failpoints

PASSING = "from services.runtime.failpoints import Failpoints as F; p = F({!r}); [p.pass_by('here') for _ in range(3)]"


def passing(setting: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PASSING.format(setting)])


def test_it_dies_at_the_named_passing() -> None:
    with passing("here:3") as process:
        assert process.wait(30) == -signal.SIGKILL


@pytest.mark.parametrize("setting", ["", "here:4", "there:1"])
def test_elsewhere_and_at_another_turn_nothing_happens(setting: str) -> None:
    with passing(setting) as process:
        assert process.wait(30) == 0


def test_it_stops_where_that_is_asked_and_goes_on_when_it_is_woken() -> None:
    with passing("stop_here:2") as process:
        deadline = time.monotonic() + 30
        while psutil.Process(process.pid).status() != psutil.STATUS_STOPPED:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        process.send_signal(signal.SIGCONT)
        assert process.wait(30) == 0


def test_one_key_fails_and_no_other() -> None:
    points = Failpoints("raise:a")
    points.handle("b")
    points.pass_by("raise")
    with pytest.raises(RuntimeError, match="injected"):
        points.handle("a")
    Failpoints("").handle("a")
