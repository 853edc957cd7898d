"""Departments' topics: there as soon as the department is in the directory, so that it can subscribe beforehand."""

import asyncio

from aiokafka.errors import KafkaError

from services.contracts.topics import assignments
from services.runtime.directory import Directory
from services.runtime.health import Health
from services.runtime.topics_admin import PartitionsMismatch, ensure_topics


class KafkaDepartmentTopics:
    """Remembers which are there."""

    def __init__(self, bootstrap: str, replication: int) -> None:
        self._bootstrap = bootstrap
        self._replication = replication
        self._known: set[str] = set()

    async def follow(self, directory: Directory, health: Health) -> None:
        """Make those of the directory's departments, until cancelled; a broker that is away is waited for."""
        version = 0
        while True:
            await directory.wait_version(version + 1)
            snapshot = directory.snapshot
            try:
                await self.ensure(set(snapshot.rows.get("department", {})))
                version = snapshot.version
            except PartitionsMismatch as error:
                health.halt(str(error))
                return
            except (KafkaError, OSError) as error:
                health.failed(error)
                await asyncio.sleep(1)

    async def ensure(self, departments: set[str]) -> None:
        """KafkaError, which the worker retries."""
        missing = departments - self._known
        if missing:
            wanted = [assignments(department) for department in sorted(missing)]
            await ensure_topics(self._bootstrap, wanted, 1, self._replication)
            self._known |= missing
