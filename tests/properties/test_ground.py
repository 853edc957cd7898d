"""The index over polygons finds what counting out each of them in exact fractions finds, on lines and corners too."""

from hypothesis import example, given
from hypothesis import strategies as st

from services.contracts.directory import Grid
from services.contracts.submissions import Place
from services.routing.domain.ground import Ground
from tests.properties.test_figures import STREET
from tests.recount.places import grid_of

TENTHS = st.integers(-2, 22).map(lambda number: number / 10)
Ring = list[tuple[float, float]]


@st.composite
def rings(draw: st.DrawFn) -> Ring:
    """A triangle or a slanted quadrangle on a coarse lattice of numbers that are no exact binary ones."""
    west, south = draw(st.integers(0, 15)), draw(st.integers(0, 15))
    width, height, slant = draw(st.integers(1, 6)), draw(st.integers(1, 6)), draw(st.integers(0, 3))
    corners = [(west, south), (west + width, south), (west + width + slant, south + height), (west, south + height)]
    ring = [(lon / 10, lat / 10) for lon, lat in (corners if draw(st.booleans()) else corners[:3])]
    return [*ring, ring[0]]


@given(polygons=st.lists(rings(), max_size=6), lon=TENTHS, lat=TENTHS)
@example(polygons=[[(0.1, 0.1), (0.4, 0.1), (0.7, 0.4), (0.1, 0.1)]], lon=0.5, lat=0.2)
def test_overlapping_or_not_the_smallest_id_that_holds_the_point(polygons: list[Ring], lon: float, lat: float) -> None:
    grids = {f"g{number}": [ring] for number, ring in enumerate(polygons)}
    ground = Ground({name: Grid(name="格", community="c", polygon=polygon) for name, polygon in grids.items()})
    expected = grid_of({"lon": lon, "lat": lat}, {name: {"polygon": polygon} for name, polygon in grids.items()})
    assert ground.of(Place(lon=lon, lat=lat)) == expected


GROUND = Ground({name: Grid(**row) for name, row in STREET["grid"].items()})
CORNERS = sorted({(lon, lat) for row in STREET["grid"].values() for ring in row["polygon"] for lon, lat in ring})


@given(lon=st.floats(116.195, 116.24), lat=st.floats(39.795, 39.82))
def test_anywhere_on_the_reference_street(lon: float, lat: float) -> None:
    assert GROUND.of(Place(lon=lon, lat=lat)) == grid_of({"lon": lon, "lat": lat}, STREET["grid"])


@given(at=st.sampled_from(CORNERS))
def test_on_the_reference_street_s_corners(at: tuple[float, float]) -> None:
    lon, lat = at
    assert GROUND.of(Place(lon=lon, lat=lat)) == grid_of({"lon": lon, "lat": lat}, STREET["grid"]) is not None
