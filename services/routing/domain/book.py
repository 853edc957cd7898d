"""A case's clocks while a move is written down: what stood, what the move changes, and when to look at each next."""

from collections.abc import Callable, Mapping
from datetime import datetime

import msgspec

from services.contracts.deadlines import ClockName, Window
from services.contracts.directory import Limit
from services.contracts.promises import Clock, ClockKey, Terms, clock_key

from .deadlines import clocks as ticking
from .deadlines.marks import next_mark
from .rules import Rules

_replace = msgspec.structs.replace


class Book:
    """A case's clocks while a move is written down."""

    def __init__(self, clocks: Mapping[ClockKey, Clock], terms: Terms, rules: Rules) -> None:
        self.terms = terms
        self.rules = rules
        self.calendar = rules.calendar(terms)
        self._clocks = clocks
        self._changed: dict[ClockKey, Clock] = {}

    def get(self, key: ClockKey) -> Clock | None:
        """As it stands now."""
        return self._changed.get(key) or self._clocks.get(key)

    def all(self) -> list[ClockKey]:
        """Every one's key."""
        return list({**self._clocks, **self._changed})

    def start(
        self, name: ClockName | Window, at: datetime, due: Limit | datetime | None, *, of: str | None = None
    ) -> None:
        """Anew; without a limit there is none."""
        if due is not None:
            self._changed[clock_key(name, of)] = ticking.start(name, at, due, self.calendar)

    def put(self, key: ClockKey, clock: Clock) -> None:
        """In the place of what is there."""
        self._changed[key] = clock

    def change(self, key: ClockKey, how: Callable[[Clock], Clock]) -> None:
        """One that is there."""
        clock = self.get(key)
        if clock is not None:
            self._changed[key] = how(clock)

    def end(self, at: datetime, *keys: ClockKey) -> None:
        """Those of them that still run."""
        for key in keys:
            clock = self.get(key)
            if clock is not None and clock.ended_at is None:
                self._changed[key] = ticking.end(clock, at)

    def end_all(self, at: datetime) -> None:
        """Whatever runs."""
        self.end(at, *self.all())

    def changes(self) -> dict[ClockKey, Clock]:
        """Each with when it is to be looked at next."""
        return {key: self._marked(clock) for key, clock in self._changed.items()}

    def _marked(self, clock: Clock) -> Clock:
        mark = next_mark(clock, self.terms, self.calendar)
        return _replace(clock, next_step=mark.step if mark else clock.next_step, next_at=mark.at if mark else None)
