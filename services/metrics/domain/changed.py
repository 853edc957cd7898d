"""Which cells a process has changed and not yet told others of."""

import math
from collections import deque
from collections.abc import Collection, Iterable, Mapping

from .cells import Cell, Sheet

MOST_SHEETS = 5_000
"""Of one partition, some 15 MB (259,000 took 800). Of more no list is kept: they are found again in the log."""
UNDERWAY = 2
"""Batches that may be marked and not yet committed."""
Moved = Mapping[Sheet, Collection[Cell]]
"""What a batch changes."""


class Changed:
    """By partition and sheet: each changed cell, with the first and the last batch whose change of it is not told."""

    def __init__(self) -> None:
        self._sheets: dict[int, dict[Sheet, dict[Cell, tuple[int, int]]]] = {}
        self._newest: dict[int, deque[tuple[int, Moved]]] = {}
        self.whole: set[int] = set()
        """Partitions of which all cells are to be told."""
        self.lost: set[int] = set()
        """Partitions of which more changed than is kept."""

    def mark(self, partition: int, batch: int, moved: Moved) -> None:
        """These change with a batch that is still to be committed, as the one before it may be; no others are."""
        self._newest.setdefault(partition, deque(maxlen=UNDERWAY)).append((batch, moved))
        if partition not in self.lost:
            self._keep(partition, batch, moved)
            if len(self._sheets[partition]) > MOST_SHEETS:
                self.lost.add(partition)
                self._sheets[partition].clear()

    def keep_again(self, partitions: Collection[int]) -> set[int]:
        """Those of them that were lost. What is not committed is kept, and every change from now on: the log need be
        looked into only up to where it is applied then."""
        found = self.lost & set(partitions)
        self.lost -= found
        for partition in found:
            for batch, moved in self._newest[partition]:
                self._keep(partition, batch, moved)
        return found

    def _keep(self, partition: int, batch: int, moved: Moved) -> None:
        there = self._sheets.setdefault(partition, {})
        for sheet, changed in moved.items():
            cells = there.setdefault(sheet, {})
            for cell in changed:
                first, last = cells.get(cell, (batch, batch))
                cells[cell] = min(first, batch), max(last, batch)

    def upto(self, partition: int, batch: int, most: int) -> dict[Sheet, list[Cell]]:
        """What that batch or one before it has changed, of at most so many sheets, even where later ones did so too."""
        found: dict[Sheet, list[Cell]] = {}
        for sheet, cells in self._sheets.get(partition, {}).items():
            if due := [cell for cell, (first, _) in cells.items() if first <= batch]:
                found[sheet] = due
                if len(found) == most:
                    break
        return found

    def told(self, partition: int, batch: int, sheets: Mapping[Sheet, Iterable[Cell]]) -> None:
        """These cells are known to be on the topic as they were after that batch. What a later one changes of them is
        still to be told, and so are others of the same sheets, marked since."""
        there = self._sheets.get(partition, {})
        for sheet, told in sheets.items():
            cells = there.get(sheet, {})
            for cell in told:
                if cell in cells:
                    _, last = cells.pop(cell)
                    if last > batch:
                        cells[cell] = batch + 1, last
            if not cells:
                there.pop(sheet, None)

    def forget(self, partition: int) -> None:
        """Another process has the partition."""
        self._sheets.pop(partition, None)
        self._newest.pop(partition, None)
        self.whole.discard(partition)
        self.lost.discard(partition)

    def clear(self) -> None:
        """Other cells are counted from now on, in batches with numbers of their own."""
        self._sheets.clear()
        self._newest.clear()
        self.whole.clear()
        self.lost.clear()

    @property
    def count(self) -> float:
        """Sheets that are to be told of; infinite while that is not known."""
        return math.inf if self.lost or self.whole else sum(map(len, self._sheets.values()))
