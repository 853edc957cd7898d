"""How sure a share is."""

from math import sqrt

Z95 = 1.959963984540054
"""The 97.5 % quantile of the normal distribution: a two-sided 95 % interval."""


def wilson(numerator: int, denominator: int, z: float = Z95) -> tuple[float, float]:
    """The Wilson score interval of numerator/denominator. ValueError where the numerator is not a part of it.

    E. B. Wilson (1927), Probable inference, the law of succession, and statistical inference, JASA 22 (158): 209–212.
    """
    if not 0 <= numerator <= denominator or denominator == 0:
        raise ValueError(f"{numerator} is not a part of {denominator}")
    share, square = numerator / denominator, z * z
    middle = (share + square / (2 * denominator)) / (1 + square / denominator)
    half = z / (1 + square / denominator)
    half *= sqrt(share * (1 - share) / denominator + square / (4 * denominator * denominator))
    # the ends are exact at 0 and 1; rounding must not pass them
    low = 0.0 if numerator == 0 else max(0.0, middle - half)
    high = 1.0 if numerator == denominator else min(1.0, middle + half)
    return low, high
