"""`python -m deploy.local.supervisor HOME`: what `mingshao up` starts in the background."""

import asyncio
import os
import signal
import sys
import traceback
from pathlib import Path

import httpx

from ..places import Home
from . import record
from .loop import Supervisor

ALREADY_SUPERVISED = 3


def supervise(home: Home) -> int:
    """Until a signal, or until the first start failed. The exit code."""
    with record.hold(home) as alone:
        if not alone:
            return ALREADY_SUPERVISED
        wanted = record.read_wanted(home)
        if wanted is None:
            print("nothing is wanted here; use: mingshao up", file=sys.stderr)  # noqa: T201  # to our own log
            return 2
        return asyncio.run(_supervise(home, wanted))


async def _supervise(home: Home, wanted: record.Wanted) -> int:
    limits = httpx.Limits(max_keepalive_connections=0)  # a kept connection to a killed process only costs a retry
    async with httpx.AsyncClient(timeout=5.0, limits=limits, trust_env=False) as client:
        supervisor = Supervisor(home, wanted, client)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, supervisor.stopping.set)
        return await supervisor.run()


if __name__ == "__main__":
    try:
        code = supervise(Home(Path(sys.argv[1])))
    except Exception:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # not waiting for a download in a thread that nobody wants any more
