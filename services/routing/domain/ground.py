"""Which grid a point lies in: the polygons of a directory, looked up by the boxes around them."""

from collections.abc import Mapping
from functools import cached_property

import shapely

from services.contracts.directory import Grid
from services.contracts.submissions import Place

from .directory.polygons import bounds, shape


class Ground:
    """The grids of one version of the directory. What it takes to find them is made at the first question."""

    def __init__(self, grids: Mapping[str, Grid]) -> None:
        self._known = frozenset(grids)
        self._grids = {name: grids[name] for name in sorted(grids) if grids[name].polygon}
        self._names = list(self._grids)
        self._shapes: dict[int, shapely.Polygon] = {}

    def of(self, place: Place | None) -> str | None:
        """The grid that a place says, where there is such a one; else the one that its point lies in, None where that
        is none or there is no point. A border belongs to both sides: of several grids it is the one of the smallest
        id."""
        if place is not None and place.grid in self._known:
            return place.grid
        if place is None or place.lon is None or place.lat is None:
            return None
        point = shapely.Point(place.lon, place.lat)
        near = sorted(self._boxes.query(point))
        return next((self._names[number] for number in near if self._shape(number).covers(point)), None)

    @cached_property
    def _boxes(self) -> shapely.STRtree:
        # the boxes alone: ten thousand polygons are made one by one, as cases come to lie in them
        return shapely.STRtree([shapely.box(*bounds(row)) for row in self._grids.values()])

    def _shape(self, number: int) -> shapely.Polygon:
        if number not in self._shapes:
            self._shapes[number] = shape(self._grids[self._names[number]])
        return self._shapes[number]
