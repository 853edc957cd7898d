"""Every answer of GET /v1/rates beside the recount."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from .case import Json
from .figures import GROUPS, answered, figures
from .points import RATES
from .recount import Recount

ASKED: Mapping[str, tuple[tuple[str, ...], ...]] = {"full": GROUPS, "assessed": ((), ("channel",), ("department",))}
"""Reading → groupings: the assessed one is made of the same cells, some groupings show it."""
AT_ONCE = 4
"""Questions under way."""


def questions() -> Iterator[dict[str, str]]:
    """The parameters of every question: all rates and bases by the groupings of each reading."""
    for reading, groupings in ASKED.items():
        for rate, basis in RATES:
            for group_by in groupings:
                yield {"rate": rate, "basis": basis, "group_by": ",".join(group_by), "reading": reading}


def differences(
    recounted: Recount, ask: Callable[[dict[str, str]], Json], *, until: datetime | None = None
) -> list[str]:
    """One line for each group that is not as recounted; [] where all is equal. `ask` gives an answer's body; it is
    called from several threads."""
    expected = {reading: figures(recounted, until=until, reading=reading) for reading in ASKED}
    found: list[str] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        bodies = list(pool.map(ask, questions()))
    for asked, body in zip(questions(), bodies, strict=True):
        group_by = tuple(name for name in asked["group_by"].split(",") if name)
        mine = expected[asked["reading"]].get((asked["rate"], asked["basis"], group_by), {})
        theirs = answered(body)
        for group in sorted(mine.keys() | theirs.keys()):
            if mine.get(group) != theirs.get(group):
                found.append(f"{asked} {group}: recounted {mine.get(group)}, answered {theirs.get(group)}")
    return found
