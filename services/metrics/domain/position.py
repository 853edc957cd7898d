"""A position of the log as it is written: `0:12,1:9`, for each partition the number of the last fact that counts."""

import re
from collections.abc import Mapping

_WRITTEN = re.compile(r"\d{1,4}:\d{1,15}(,\d{1,4}:\d{1,15})*", re.ASCII)


class BadPosition(ValueError):
    """Not one of ours."""


def written(position: Mapping[int, int]) -> str:
    """In the order of partitions; '' where there are none."""
    return ",".join(f"{partition}:{seq}" for partition, seq in sorted(position.items()))


def position_in(text: str) -> dict[int, int]:
    """BadPosition."""
    if text and not _WRITTEN.fullmatch(text):
        raise BadPosition(f"a position is written 0:12,1:9 (partition:sequence), not {text!r}")
    return {int(partition): int(seq) for partition, seq in (pair.split(":") for pair in text.split(",") if pair)}
