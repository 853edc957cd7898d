"""What intake answered 202 to, on disk before anything else is sent."""

import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from threading import Lock

from deploy.local.replay_history import Step


def event_id(step: Step) -> str:
    """The `ce_id` under which the log must hold it."""
    return f"{step.case_id}/submit" if step.kind != "action" else f"{step.case_id}/{step.key}/{step.body['action_id']}"


class Journal:
    """Append only; a line for each 202."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._path = path
        self._lock = Lock()

    def taken(self, steps: Iterable[Step]) -> None:
        """Written and synced when this returns."""
        lines = "".join(f"{event_id(step)}\n" for step in steps).encode()
        with self._lock:
            self._file.write(lines)
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """No more is written."""
        self._file.close()

    def read(self) -> Counter[str]:
        """How often each was answered 202: so many records the log must hold at least."""
        return Counter(self._path.read_text().splitlines())
