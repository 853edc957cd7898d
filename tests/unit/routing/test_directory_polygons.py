"""The directory's ground: a grid's polygon encloses something once, and no two grids share any of it."""

from typing import Any

import pytest

from tests.unit.routing.test_directory_check import SQUARE, THERE, changes, flaws, grid, moved


@pytest.mark.parametrize(
    ("rings", "field"),
    [
        ([], "polygon"),
        ([[]], "polygon[0]"),
        ([SQUARE[:3]], "polygon[0]"),
        ([SQUARE[:4]], "polygon[0]"),
        ([[[5.0, 5.0], [181.0, 5.0], [6.0, 6.0], [5.0, 5.0]]], "polygon[0][1]"),
        ([[[5.0, 5.0], [6.0, 5.0], [39.9, 116.3], [5.0, 5.0]]], "polygon[0][2]"),
        ([[[5.0, 5.0], [6.0, 6.0], [6.0, 5.0], [5.0, 6.0], [5.0, 5.0]]], "polygon"),  # crosses itself
        ([[[5.0, 5.0], [6.0, 6.0], [7.0, 7.0], [5.0, 5.0]]], "polygon"),  # encloses nothing
        ([[[0.0, 0.0], [1e-200, 0.0], [0.0, 1e-200], [0.0, 0.0]]], "polygon"),  # nor does this
        ([moved(5), moved(8)], "polygon"),  # a hole outside
        ([moved(5), SQUARE[:2]], "polygon[1]"),
    ],
)
def test_a_polygon_encloses_something_once(rings: list[Any], field: str) -> None:
    assert flaws({"grid": {"g2": grid(*rings)}}) == [("grid", "g2", field, "bad_polygon")]


def test_grids_share_edges_and_slivers_and_no_ground() -> None:
    for by in (1.0, 0.995):
        assert changes({"grid": {"g2": grid(moved(by))}})
    assert flaws({"grid": {"g2": grid(moved(0.9))}}) == [("grid", "g2", "polygon", "overlap")]
    assert flaws({"grid": {"g2": grid(SQUARE)}}) == [("grid", "g2", "polygon", "overlap")]
    inside = [[0.2, 0.2], [0.4, 0.2], [0.4, 0.4], [0.2, 0.2]]
    assert flaws({"grid": {"g2": grid(inside)}}) == [("grid", "g2", "polygon", "overlap")]
    both = {"g2": grid(moved(3)), "g3": grid(moved(3.5))}
    assert flaws({"grid": both}) == [("grid", "g2", "polygon", "overlap")], "a pair is told once"
    hole = [[0.1, 0.1], [0.1, 0.9], [0.9, 0.9], [0.9, 0.1], [0.1, 0.1]]
    assert changes({"grid": {"g1": grid(SQUARE, hole), "g2": grid(inside)}}), "in a hole there is room"


def test_a_grid_that_moves_is_compared_with_where_the_others_are() -> None:
    there = THERE | {"grid": {"g1": grid(SQUARE), "g2": grid(moved(2))}}
    assert flaws({"grid": {"g2": grid(moved(0.5))}}, there) == [("grid", "g2", "polygon", "overlap")]
    assert changes({"grid": {"g2": grid(moved(0.5)), "g1": None}}, there)
