"""One worker as a process of its own, to be killed: `python -m tests.integration.victim KAFKA MONGO NAME FAILPOINT`."""

import asyncio
import signal
import sys

from tests.conftest import Backing
from tests.integration.stage import Stage


async def main(kafka: str, mongo: str, name: str, failpoint: str) -> None:
    """Work until killed or stopped."""
    made = Stage(Backing(kafka_bootstrap=kafka, mongodb_uri=mongo), name)
    worker, _, _ = made.worker(failpoint=failpoint, session_timeout_ms=2_000)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, worker.stop)
    keeper = asyncio.create_task(made.producer.run())
    await worker.run()
    keeper.cancel()
    await asyncio.gather(keeper, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
