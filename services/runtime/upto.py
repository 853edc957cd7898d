"""Up to which time a log is applied: its ends were seen then, and all before them has been applied since."""

from collections.abc import Hashable, Mapping
from datetime import datetime
from typing import Generic, TypeVar

Part = TypeVar("Part", bound=Hashable)


class Upto(Generic[Part]):
    """Of a log in parts. `at` is None until it is known."""

    def __init__(self) -> None:
        self.at: datetime | None = None
        self._seen: tuple[datetime, Mapping[Part, int]] | None = None

    def look(self, now: datetime, ends: Mapping[Part, int], applied: Mapping[Part, int]) -> None:
        """At `now` its parts ended there, and those offsets were the next to apply. Of a log that grows the end is
        never reached, so the ends that were seen are kept until they are passed."""
        if self._seen is None or self._passed(*self._seen, applied):
            self._seen = now, ends
            self._passed(now, ends, applied)

    def _passed(self, at: datetime, ends: Mapping[Part, int], applied: Mapping[Part, int]) -> bool:
        if any(applied.get(part, 0) < end for part, end in ends.items()):
            return False
        self.at = at
        return True
