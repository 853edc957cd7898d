"""Which grid a place is in, counted out in exact fractions: a point is in a polygon, or on a line of it."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any

Ring = Sequence[Sequence[float]]


def grid_of(place: Mapping[str, Any] | None, grids: Mapping[str, Any]) -> str | None:
    """The grid that is said, if it is on the map; else the first, by its id, that holds the point."""
    place = place or {}
    if place.get("grid") in grids:
        return str(place["grid"])
    if place.get("lon") is None or place.get("lat") is None:
        return None
    return next((name for name in sorted(grids) if _holds(grids[name]["polygon"], place["lon"], place["lat"])), None)


def _holds(rings: Sequence[Ring], lon: float, lat: float) -> bool:
    lons, lats = zip(*rings[0], strict=True)
    if not (min(lons) <= lon <= max(lons) and min(lats) <= lat <= max(lats)):
        return False
    lines = [line for ring in rings for line in pairwise(ring)]
    if any(_on(line, lon, lat) for line in lines):
        return True
    return sum(_right_of(line, lon, lat) for line in lines) % 2 == 1


def _side(line: tuple[Sequence[float], Sequence[float]], lon: float, lat: float) -> Fraction:
    """0 on the line through both ends, else its sign tells the sides apart."""
    (x0, y0), (x1, y1) = [(Fraction(x), Fraction(y)) for x, y in line]
    return (x1 - x0) * (Fraction(lat) - y0) - (y1 - y0) * (Fraction(lon) - x0)


def _on(line: tuple[Sequence[float], Sequence[float]], lon: float, lat: float) -> bool:
    (x0, y0), (x1, y1) = line
    within = min(x0, x1) <= lon <= max(x0, x1) and min(y0, y1) <= lat <= max(y0, y1)
    return within and _side(line, lon, lat) == 0


def _right_of(line: tuple[Sequence[float], Sequence[float]], lon: float, lat: float) -> bool:
    """Whether a ray to the east meets it; of its two ends the lower one is on it."""
    low, high = sorted(line, key=lambda end: end[1])
    return low[1] <= lat < high[1] and _side((low, high), lon, lat) > 0
