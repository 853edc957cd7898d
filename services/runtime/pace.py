"""How many documents a transaction may change: found by trying, since it depends on the server's cache and disk.

A transaction whose changes do not fit into what MongoDB's cache may hold dirty (20 % of it by default) is rolled back
or crawls, at every try; where that begins depends on how far apart its documents lie. So: begin small, double what
went quickly, halve what went slowly or failed.
"""

FEWEST, FIRST, MOST = 100, 500, 10_000
QUICK_SECONDS, SLOW_SECONDS = 0.5, 2.0


class Pace:
    """One worker's. `documents` is what the next transaction may change."""

    def __init__(self) -> None:
        self.documents = FIRST

    def took(self, seconds: float, documents: int) -> None:
        """A transaction that changed so many was committed in so long."""
        if seconds > SLOW_SECONDS:
            self.documents = max(FEWEST, min(self.documents, documents) // 2)
        elif seconds < QUICK_SECONDS and documents * 2 > self.documents:
            self.documents = min(MOST, self.documents * 2)

    def failed(self) -> None:
        """One did not come to an end; what else was at fault costs a few small transactions."""
        self.documents = max(FEWEST, self.documents // 2)
