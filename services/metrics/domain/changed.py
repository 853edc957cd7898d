"""Which cells a process has changed and not yet told others of."""

from collections.abc import Iterable, Mapping

from .cells import Line, Sheet

MOST_SHEETS = 100_000
"""Of one partition. More are not kept one by one: then all of the partition is told."""
Cell = tuple[str | None, str]
"""On its sheet: the inner dimension (None: the sheet's own cell) and its value."""


class Changed:
    """By partition: each sheet's changed cells, with the number of the last batch that changed one of them."""

    def __init__(self) -> None:
        self._sheets: dict[int, dict[Sheet, tuple[int, set[Cell]]]] = {}
        self.whole: set[int] = set()

    def mark(self, partition: int, batch: int, sheets: Mapping[Sheet, Iterable[Line]]) -> None:
        """These lines change with a batch that is about to be committed."""
        there = self._sheets.setdefault(partition, {})
        for sheet, lines in sheets.items():
            cells = there[sheet][1] if sheet in there else set[Cell]()
            cells.update((inner, value) for inner, value, _ in lines)
            there[sheet] = batch, cells
        if len(there) > MOST_SHEETS:
            there.clear()
            self.whole.add(partition)

    def upto(self, partition: int, batch: int, most: int) -> dict[Sheet, set[Cell]]:
        """At most so many sheets that no later batch has changed."""
        found: dict[Sheet, set[Cell]] = {}
        for sheet, (number, cells) in self._sheets.get(partition, {}).items():
            if number <= batch:
                found[sheet] = set(cells)
                if len(found) == most:
                    break
        return found

    def told(self, partition: int, batch: int, sheets: Mapping[Sheet, Iterable[Cell]]) -> None:
        """These cells are known to be on the topic, as they were after that batch. Others of the same sheets, marked
        since they were asked for, are still to be told, however early their batch."""
        there = self._sheets.get(partition, {})
        for sheet, cells in sheets.items():
            if sheet in there and there[sheet][0] <= batch:
                there[sheet][1].difference_update(cells)
                if not there[sheet][1]:
                    del there[sheet]

    def forget(self, partition: int) -> None:
        """Another process has the partition."""
        self._sheets.pop(partition, None)
        self.whole.discard(partition)

    @property
    def count(self) -> int:
        """Sheets that are to be told of."""
        return sum(map(len, self._sheets.values()))
