"""Makes grids.yaml and grid-members.yaml: `python -m deploy.street.grids`, again after a change here.

A lattice of 10 × 6 cells, each corner and the middle of each edge moved a little; neighbours share the moved points,
so that they touch and never overlap. Blocks of cells are communities: three, two, two and three columns wide, two
rows high. The dice have a fixed seed, so the same files come out every time. The place is made up.
"""

import random
from pathlib import Path

WEST, SOUTH = 116.2, 39.8
CELL = (0.0036, 0.0027)
"""Lon and lat of a cell in degrees: about 300 m by 300 m."""
CORNER, MIDDLE = 0.22, 0.08
"""How far a point may be moved, as a share of the cell."""
WIDTHS, BANDS, BAND = (3, 2, 2, 3), 3, 2
COMMUNITIES = (
    ("lotus", "荷花"), ("willow", "柳荫"), ("pine", "松涛"), ("spring", "春泉"),
    ("plum", "梅园"), ("bamboo", "竹苑"), ("orchid", "兰亭"), ("sunrise", "晨光"),
    ("harmony", "和顺"), ("bridge", "石桥"), ("lake", "湖畔"), ("garden", "花园"),
)  # fmt: skip
NUMERALS = "一二三四五六"
Place = tuple[float, float]
HEAD = "# Made by deploy/street/grids.py: change that, and run it again.\n"


def files() -> dict[str, str]:
    """Name → text of the two files."""
    grids, members = [HEAD + "grid:"], [HEAD + "post:"]
    dice = random.Random("dawn")
    points: dict[Place, Place] = {}
    for index, (community, chinese) in enumerate(COMMUNITIES):
        band, block = divmod(index, len(WIDTHS))
        first = sum(WIDTHS[:block])
        cells = [(first + x, band * BAND + y) for y in range(BAND) for x in range(WIDTHS[block])]
        for number, cell in enumerate(cells, 1):
            name, english = f"{chinese}第{NUMERALS[number - 1]}网格", f"{community.capitalize()} grid {number}"
            ring = ", ".join(f"[{lon:.5f}, {lat:.5f}]" for lon, lat in _ring(cell, points, dice))
            row = f"name: {name}, name_en: {english}, community: {community}, polygon: [[{ring}]]"
            grids.append(f"  {community}-{number}: {{{row}}}")
            row = f"name: {name}网格员, name_en: {english} member, role: grid_member, of: {community}-{number}"
            members.append(f"  member-{community}-{number}: {{{row}}}")
    return {"grids.yaml": "\n".join(grids) + "\n", "grid-members.yaml": "\n".join(members) + "\n"}


def _ring(cell: tuple[int, int], points: dict[Place, Place], dice: random.Random) -> list[Place]:
    """Counterclockwise, closed: corner, middle, corner …"""
    x, y = cell
    way = [(0.0, 0.0), (0.5, 0.0), (1.0, 0.0), (1.0, 0.5), (1.0, 1.0), (0.5, 1.0), (0.0, 1.0), (0.0, 0.5), (0.0, 0.0)]
    return [_moved((x + dx, y + dy), points, dice) for dx, dy in way]


def _moved(at: Place, points: dict[Place, Place], dice: random.Random) -> Place:
    if at not in points:
        reach = CORNER if at[0] % 1 == at[1] % 1 == 0 else MIDDLE
        lon, lat = (share + dice.uniform(-reach, reach) for share in at)
        points[at] = (WEST + lon * CELL[0], SOUTH + lat * CELL[1])
    return points[at]


if __name__ == "__main__":
    for name, text in files().items():
        Path(__file__).with_name(name).write_text(text, encoding="utf-8")
