"""Grids' polygons: GeoJSON rings that enclose something, once, and share no ground with another grid."""

from collections.abc import Iterator, Mapping, Set

import numpy
import shapely
from shapely.validation import explain_validity

from services.contracts.directory import Grid, Point

from .flaw import Flaw, flaw

SLIVER = 0.01
"""The share of the smaller grid that two neighbours, drawn apart from each other, may have in common."""


def ring_flaws(row_id: str, row: Grid) -> Iterator[Flaw]:
    """Of one polygon by itself."""
    if not row.polygon:
        text = "没有边界；至少要有外环", "no ring: at least the outer one has to be there"
        yield flaw("grid", row_id, "polygon", "bad_polygon", *text)
        return
    found = [said for number, ring in enumerate(row.polygon) for said in _ring(row_id, number, ring)]
    yield from found
    if not found and (why := _trouble(shape(row))):
        text = (
            f"边界有误（{why}）；边线不得自交，内环须在外环之内",
            f"{why}: no line may cross another, holes lie inside",
        )
        yield flaw("grid", row_id, "polygon", "bad_polygon", *text)


def overlap_flaws(grids: Mapping[str, Grid], changed: Set[str]) -> Iterator[Flaw]:
    """Pairs of which at least one is changed: the others were compared when they were."""
    names = list(grids)
    mine = [number for number, name in enumerate(names) if name in changed]
    if not mine:
        return
    boxes = shapely.box(*numpy.array([bounds(grids[name]) for name in names]).T)
    shapes: dict[str, shapely.Polygon] = {}
    for index, number in shapely.STRtree(boxes).query(boxes[mine]).T:
        one, other = names[mine[index]], names[number]
        if one == other or (other in changed and other < one):
            continue
        for name in (one, other):
            if name not in shapes:
                shapes[name] = shape(grids[name])
        shared = shapes[one].intersection(shapes[other]).area / min(shapes[one].area, shapes[other].area)
        if shared > SLIVER:
            yield flaw(
                "grid", one, "polygon", "overlap",
                f"与网格 {other} 重叠（占较小者的 {shared:.0%}）；改正其中一个的边界",
                f"shares {shared:.0%} of the smaller one's ground with grid {other}: mend one of the two",
            )  # fmt: skip


def shape(row: Grid) -> shapely.Polygon:
    """As shapely has it."""
    return shapely.Polygon(row.polygon[0], row.polygon[1:])


def bounds(row: Grid) -> tuple[float, float, float, float]:
    """West, south, east, north of the outer ring, in degrees."""
    lons, lats = zip(*row.polygon[0], strict=True)
    return min(lons), min(lats), max(lons), max(lats)


def _trouble(polygon: shapely.Polygon) -> str:
    if (why := explain_validity(polygon)) != "Valid Geometry":
        return why
    return "" if polygon.area > 0 else "No area"


def _ring(row_id: str, number: int, ring: list[Point]) -> Iterator[Flaw]:
    field = f"polygon[{number}]"
    if len(ring) < 4:
        text = f"环只有 {len(ring)} 个点，至少 4 个", f"a ring of {len(ring)} points: it takes 4, the last as the first"
        yield flaw("grid", row_id, field, "bad_polygon", *text)
    elif ring[0] != ring[-1]:
        text = "环没有闭合；末点须与首点相同", "is not closed: end it with the point it begins with"
        yield flaw("grid", row_id, field, "bad_polygon", *text)
    for index, (lon, lat) in enumerate(ring):
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            text = (
                f"{lon}, {lat} 不是经度、纬度",
                f"{lon}, {lat} are no lon, lat in degrees: is it the other way round?",
            )
            yield flaw("grid", row_id, f"{field}[{index}]", "bad_polygon", *text)
