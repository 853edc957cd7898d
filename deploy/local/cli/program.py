"""Runs a service's own program in the deployment's place, for commands that are longer than a request."""

import subprocess
import sys
from collections.abc import Collection, Iterator
from tempfile import TemporaryFile

from .. import ports, processes
from ..errors import LocalError
from ..places import ROOT, Home
from ..supervisor import plan, record
from ..supervisor.record import Wanted


def require_up(place: Home) -> Wanted:
    """What runs there. LocalError where nothing does."""
    wanted = record.read_wanted(place)
    if wanted is None or not record.is_supervised(place):
        raise LocalError("没有运行。请先运行 mingshao up。", "Nothing runs. Start it first: mingshao up")
    return wanted


def lines(place: Home, wanted: Wanted, service: str, *arguments: str, fine: Collection[int] = (0,)) -> Iterator[str]:
    """What `python -m services.<service> …` tells on standard output. LocalError with its last word where it fails."""
    port = ports.service_port(wanted.port_base, service, 1)
    # its log goes to a file: into a pipe that nobody reads until the end it would write until that is full, and stop
    with TemporaryFile("w+", encoding="utf-8") as log:
        with subprocess.Popen(
            [sys.executable, "-m", plan.module_of(service), *arguments],
            cwd=ROOT,
            env=processes.inherited() | plan.environment(place, wanted, f"{service}-1", port),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process:
            yield from process.stdout or ()
        log.seek(0)
        why = log.read().strip()
    if process.returncode not in fine:
        last = why.splitlines()[-1] if why else "?"
        raise LocalError(f"重建失败，可以再试：{last}", f"It failed, and may be tried again: {last}")
