"""Aware instants only: a time without an offset is an error where it enters, not later."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339 with an offset")]

TOLD_WITHIN = timedelta(hours=72)
"""What is told later than that after it happened is history: it needs the scope `backdate`, and no deadline of it
counts until its source declares that it has told all."""


def check_aware(**times: datetime | None) -> None:
    """Raise ValueError naming the first of `times` that has no UTC offset."""
    for name, value in times.items():
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{name} needs a UTC offset, such as 2026-03-01T08:00:00+08:00")
