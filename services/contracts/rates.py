"""Changed aggregates, for systems that keep figures of their own."""

from typing import Annotated, Literal

import msgspec

from .times import Instant

CellBasis = Literal["cohort", "due", "flow", "durations"]
"""What cells are kept by. `durations` are the cohort's: their measures are bins of histograms."""


class CellChanged(msgspec.Struct, frozen=True, kw_only=True):
    """What one partition's facts up to `seq` add up to in one cell: absolute, so that a reader keeps of each key the
    record with the highest `seq`, of equal ones the last, and adds up over partitions.

    `bucket` is the begin of the cell's day or hour, `dims` what it is of (dimension → value, {} for all), `measures`
    those that are not zero.
    """

    partition: Annotated[int, msgspec.Meta(ge=0)]
    seq: Annotated[int, msgspec.Meta(ge=0)]
    basis: CellBasis
    bucket: Instant
    dims: dict[str, str]
    measures: dict[str, int]
