"""Feeds read once for all who follow them from the same place.

Whoever is at the end of a department's feed waits for the same notices: one reading after a ring is for all of them,
however many there are. Who is behind reads from its own place. Nothing is kept for anybody: a place is a cursor, so who
reads slowly has the rest still before it in the store, and none is lost.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Protocol

from services.contracts.assignments import AssignmentNotice

from .ports import Shelf

FRESH_SECONDS = 1.0
"""Also without a ring: the bell may be deaf for a moment."""
Reading = tuple[list[AssignmentNotice], dict[int, int]]
_Place = tuple[str, frozenset[tuple[int, int]], int]


class Bell(Protocol):
    """Rings whenever feeds may have grown."""

    rings: int


class SharedFeeds:
    """One process's."""

    def __init__(self, store: Shelf, bell: Bell) -> None:
        self._store = store
        self._bell = bell
        self._rings = -1
        self._readings: dict[_Place, tuple[float, asyncio.Task[Reading]]] = {}

    async def read(self, department: str, after: Mapping[int, int], limit: int) -> Reading:
        """As the store's `feed`: at least what was there at the last ring. Problem 503."""
        now = time.monotonic()
        if self._rings != self._bell.rings:
            self._rings = self._bell.rings
            self._readings.clear()
        self._readings = {
            place: (began, task) for place, (began, task) in self._readings.items() if now - began < FRESH_SECONDS
        }
        place = (department, frozenset(after.items()), limit)
        if place not in self._readings:
            task = asyncio.ensure_future(self._store.feed(department, after, limit))
            task.add_done_callback(lambda done: self._over(place, done, limit))
            self._readings[place] = now, task
        # one who leaves must not take the others' reading along
        items, reached = await asyncio.shield(self._readings[place][1])
        return items, dict(reached)

    def _over(self, place: _Place, task: asyncio.Task[Reading], limit: int) -> None:
        # who catches up is alone, and has pages of notices; an error is for those who wait now, not for who asks next
        dropped = task.cancelled() or task.exception() is not None or len(task.result()[0]) >= limit
        if dropped and self._readings.get(place, (0.0, None))[1] is task:
            del self._readings[place]
