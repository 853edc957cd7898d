"""Aware instants only: a time without an offset is an error where it enters, not later."""

from datetime import datetime
from typing import Annotated

import msgspec

Instant = Annotated[datetime, msgspec.Meta(tz=True, description="RFC 3339 with an offset")]


def check_aware(**times: datetime | None) -> None:
    """Raise ValueError naming the first of `times` that has no UTC offset."""
    for name, value in times.items():
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{name} needs a UTC offset, such as 2026-03-01T08:00:00+08:00")
