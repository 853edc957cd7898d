"""How many documents a transaction may change: found by trying, since it depends on the server's cache and disk.

MongoDB rolls a transaction back, at every try, whose changes do not fit into what its cache may hold of uncommitted
updates (a tenth of it by default); where that begins depends on how far apart the documents lie and on who else
writes. So, as TCP finds its window: double while it goes well, halve where it does not, then go on carefully.
"""

FEWEST, FIRST, MOST = 100, 500, 20_000
QUICK_SECONDS, SLOW_SECONDS = 1.0, 3.0


class Pace:
    """One worker's. `documents` is what the next transaction may change."""

    def __init__(self) -> None:
        self.documents = FIRST
        self._careful_from = MOST

    def took(self, seconds: float, documents: int) -> None:
        """A transaction that changed so many was committed in so long."""
        if seconds > SLOW_SECONDS:
            self._less(documents)
        elif seconds < QUICK_SECONDS and documents * 2 > self.documents:
            more = self.documents if self.documents < self._careful_from else self.documents // 20
            self.documents = min(MOST, self.documents + more)

    def failed(self, documents: int) -> None:
        """One that would have changed so many did not come to an end, whatever was at fault."""
        self._less(documents)

    def _less(self, documents: int) -> None:
        self.documents = max(FEWEST, min(self.documents, documents) // 2)
        self._careful_from = self.documents
