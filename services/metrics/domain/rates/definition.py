"""What a row of the catalogue says."""

from collections.abc import Iterator, Mapping

import msgspec
from msgspec import UNSET, UnsetType

from services.contracts.rates import CellBasis

from ..measures import Basis

Sum = str | Mapping[str, float]
"""One measure, or several with their weights. A measure has the same name on every basis on which a row has it."""


class Quantiles(msgspec.Struct, frozen=True, kw_only=True):
    """Of durations in seconds: those in `histogram`, at these shares; each is off by `relative_error` at most."""

    histogram: str
    at: tuple[float, ...] = (0.5, 0.9, 0.99)
    relative_error: float


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. A share where it has a denominator, a plain count where it has a numerator alone, else quantiles.

    A numerator whose weights are whole is a part of its denominator: the interval is Wilson's. `coverage` is the pair
    of measures that says how much of what could be asked was asked, for surveys. The first of `bases` is the default.
    """

    id: str
    version: int
    name: str
    name_en: str
    numerator: Sum | None = None
    denominator: Sum | None = None
    bases: tuple[Basis, ...]
    coverage: tuple[str, str] | None = None
    meaning: str
    meaning_en: str
    source: str
    quantiles: Quantiles | UnsetType = UNSET

    @property
    def measures(self) -> tuple[str, ...]:
        """All that it is made of, each once."""
        return tuple(dict.fromkeys(self._measures()))

    def cells(self, basis: Basis) -> CellBasis:
        """Where its measures are kept."""
        return basis if self.quantiles is UNSET else "durations"

    def _measures(self) -> Iterator[str]:
        if self.quantiles is not UNSET:
            yield self.quantiles.histogram
        for part in (self.numerator, self.denominator):
            if part is not None:
                yield from (part,) if isinstance(part, str) else part
        yield from self.coverage or ()
