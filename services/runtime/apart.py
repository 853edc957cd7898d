"""A batch that ends badly, taken apart until the record that is the cause stands alone.

An error of ours in a batch, or a process that ends over it again and again, names no record. So what waits is handled
in pieces, one record first and twice as many after each that goes well; a piece that ends badly is gone through record
by record. The ledger says before each piece that it is tried, so that this survives the process (ADR 0022).
"""

from collections.abc import Sequence

from .folding import Read, condemned
from .ledger import Entry, Suspect

MOST_APART = 5_000
"""As many as a batch that ends badly may have: two rounds, where one is folded ahead of the other."""
LARGEST_PIECE = 512
BAD_TAKES = 3
"""So many owners in a row that took a partition, had records to handle and committed none: a batch ends badly."""
BAD_ATTEMPTS = 3
"""So often a record fails alone before it is the cause, while others pass; twice as often where no other came by."""


class Apart:
    """Of one partition: how many records are still to be handled apart, and how many of them one by one."""

    def __init__(self, left: int = 0, one_by_one: int = 0) -> None:
        self.left = left
        self._one_by_one = one_by_one
        self._size = 1

    @classmethod
    def after(cls, entry: Entry, waiting: int, *, failed: bool) -> "Apart":
        """For an owner that has just taken the partition, with so many records `waiting`; `failed`: this process had
        an error of ours since it last committed."""
        if entry.suspect is not None:
            return cls(min(MOST_APART, waiting), entry.suspect.size)
        return cls(min(MOST_APART, waiting) if failed or entry.takes >= BAD_TAKES else 0)

    @property
    def size(self) -> int:
        """Of the next piece; only while some are left."""
        return 1 if self._one_by_one > 0 else min(self._size, self.left)

    def passed(self, records: int) -> None:
        """So many were committed."""
        self.left = max(0, self.left - records)
        if self._one_by_one > 0:
            self._one_by_one -= records
        else:
            self._size = min(LARGEST_PIECE, self._size * 2)


class Attempts:
    """What one process knows of its attempts: whether others pass meanwhile, and the last error of its own."""

    def __init__(self) -> None:
        self.passed = 0
        self._last: str | None = None
        self._excused: tuple[str, int] | None = None
        self._trying: tuple[str, int] | None = None

    def failed(self, error: BaseException, *, away: bool) -> None:
        """What was tried did not come to its end. That a server is away is not the record's fault."""
        self._excused = self._trying if away else None
        if not away:
            self._last = f"{type(error).__name__}: {error}"[:500]

    def begin(self, piece: Sequence[Read], known: Suspect | None) -> Suspect:
        """What the ledger is to remember before `piece` is tried, where it remembers `known`."""
        first = piece[0].raw
        place = self._trying = (first.topic, first.offset)
        again = len(piece) == 1 and known is not None and known.size == 1 and (known.topic, known.offset) == place
        before = known if again else None
        return Suspect(
            topic=first.topic,
            offset=first.offset,
            size=len(piece),
            times=(before.times if before else 0) + (0 if before and place == self._excused else 1),
            others=self.passed > 0 or (before is not None and before.others),
        )

    def judged(self, piece: Sequence[Read], suspect: Suspect) -> Sequence[Read]:
        """The piece, or the one record of it as condemned."""
        failed = suspect.times - 1
        if suspect.size > 1 or failed < (BAD_ATTEMPTS if suspect.others else 2 * BAD_ATTEMPTS):
            return piece
        why = self._last or "the process ended over it"
        return [condemned(piece[0], f"handled alone {failed} times, and failed each time: {why}")]
