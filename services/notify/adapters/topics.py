"""Departments' topics, made before their first record."""

from services.contracts.topics import assignments
from services.runtime.topics_admin import ensure_topics


class KafkaDepartmentTopics:
    """Remembers which are there."""

    def __init__(self, bootstrap: str, replication: int) -> None:
        self._bootstrap = bootstrap
        self._replication = replication
        self._known: set[str] = set()

    async def ensure(self, departments: set[str]) -> None:
        """KafkaError, which the worker retries."""
        missing = departments - self._known
        if missing:
            wanted = [assignments(department) for department in sorted(missing)]
            await ensure_topics(self._bootstrap, wanted, 1, self._replication)
            self._known |= missing
