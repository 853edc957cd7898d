"""A share as a percentage that never says all where one is missing, nor none where there is one."""

MOST_DECIMALS = 12


def decimals(share: float) -> int:
    """How many decimals a percentage of `share` needs: one, and more where it would be rounded to 0 % or to 100 %."""
    rest, found = 100 * min(abs(share), abs(1 - share)), 1
    # a half is rounded up, and which side of it a float lies on is not to decide
    while rest and rest < 0.51 * 10**-found and found < MOST_DECIMALS:
        found += 1
    return found


def percent(share: float) -> str:
    """2,499 of 2,500 are 99.96%, not 100.0%."""
    return f"{100 * share:.{decimals(share)}f}%"
