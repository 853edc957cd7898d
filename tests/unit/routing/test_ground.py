"""网格: a place that names none is in the one that its point lies in."""

import msgspec
import pytest

from services.contracts.directory import Grid
from services.contracts.submissions import Place
from services.routing.domain.ground import Ground
from services.routing.domain.rules import Rules, rules_of
from services.routing.domain.state import CaseState
from tests.unit.routing.street import RULES, after, ask, one, submission


def square(west: float, south: float, east: float, north: float) -> list[tuple[float, float]]:
    return [(west, south), (east, south), (east, north), (west, north), (west, south)]


def grid(*rings: list[tuple[float, float]]) -> Grid:
    return Grid(name="格", community="c", polygon=list(rings))


GRIDS = {
    "west": grid(square(0, 0, 4, 4)),
    "east": grid(square(4, 0, 8, 4), square(5, 1, 7, 3)),
    "yard": grid(square(5, 1, 7, 3)),
}
THERE = msgspec.structs.replace(RULES, ground=Ground(GRIDS))


@pytest.mark.parametrize(
    ("lon", "lat", "expected"),
    [
        (1, 1, "west"), (4.5, 2, "east"), (6, 2, "yard"), (9, 2, None), (2, 4.000001, None),
        (4, 2, "east"), (4, 0, "east"), (0, 0, "west"), (5, 2, "east"), (7, 3, "east"),
    ],
)  # fmt: skip
def test_a_point_is_in_the_polygon_around_it_and_a_border_is_the_smaller_id_s(
    lon: float, lat: float, expected: str | None
) -> None:
    for grids in (GRIDS, dict(reversed(GRIDS.items()))):
        assert Ground(grids).of(Place(lon=lon, lat=lat)) == expected


def test_a_grid_that_is_named_stays_whatever_the_point_says() -> None:
    assert Ground(GRIDS).of(Place(lon=1, lat=1, grid="yard")) == "yard"
    assert Ground({"drawn-later": grid()}).of(Place(grid="drawn-later")) == "drawn-later"


def test_a_grid_that_nobody_knows_is_no_grid() -> None:
    assert Ground(GRIDS).of(Place(grid="of-another-street")) is None
    assert Ground(GRIDS).of(Place(lon=1, lat=1, grid="of-another-street")) == "west", "its point is known"
    assert grid_of(after(submission(place=Place(grid="nonexist")), rules=THERE)) is None


def test_without_a_point_or_without_grids_there_is_none() -> None:
    for place in (None, Place(), Place(address="某路 1 号"), Place(lon=1), Place(lat=1)):
        assert Ground(GRIDS).of(place) is None
    assert Rules().ground.of(Place(lon=1, lat=1)) is None
    assert Ground({"drawn-later": grid()}).of(Place(lon=1, lat=1)) is None


def grid_of(case: CaseState) -> str | None:
    return case.summary.dims.grid


def test_a_case_has_it_from_its_first_fact_on_and_so_has_what_happened() -> None:
    case = after(submission(place=Place(lon=1, lat=1)), rules=THERE)
    assert grid_of(case) == "west"
    assert {one.dims.grid for step in case.steps for one in step.occurrences} == {"west"}
    assert grid_of(after(submission(place=Place(lon=50, lat=1)), rules=THERE)) is None


def test_an_amended_point_moves_the_case_and_what_it_does_not_say_stays() -> None:
    def amended(**place: object) -> str | None:
        told = ask("amend", "source", fields={"place": place})
        return grid_of(after(submission(place=Place(lon=1, lat=1)), told, rules=THERE))

    assert amended(lon=6, lat=2) == "yard"
    assert amended(lon=6, lat=2, grid="east") == "east"
    assert amended(address="某路 1 号") == "west"
    assert amended(lon=50, lat=2) is None, "in no grid"
    assert amended(grid="nonexist") is None
    assert amended(grid="yard") == "yard"
    assert amended(lon=6, lat=2, grid=None) is None


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ({"lon": 1}, "lat"), ({"lat": 1}, "lon"), ({"lon": 1, "lat": None}, "lat"), ({"lon": 181, "lat": 1}, "lon"),
        ({"lon": 1, "lat": -90.5}, "lat"), ({"lon": 1e308, "lat": 1}, "lon"),
    ],
)  # fmt: skip
def test_half_a_point_and_one_that_is_nowhere_are_refused_by_name(place: dict[str, object], field: str) -> None:
    decision = one(after(submission()), ask("amend", "source", fields={"place": place}))
    assert decision.refusal is not None
    assert (decision.refusal.code, decision.refusal.fields) == ("bad_place", (f"fields.place.{field}",))


def test_the_rules_of_a_directory_know_its_grids() -> None:
    assert rules_of(3, {"grid": GRIDS}).ground.of(Place(lon=1, lat=1)) == "west"
