"""Every answer of GET /v1/rates/several beside the recount."""

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
    """The parameters of every question: all rates of each basis by the groupings of each reading."""
    by_basis: dict[str, list[str]] = {}
    for rate, basis in RATES:
        by_basis.setdefault(basis, []).append(rate)
    for reading, groupings in ASKED.items():
        for basis, rates in by_basis.items():
            for group_by in groupings:
                yield {"rates": ",".join(rates), "basis": basis, "group_by": ",".join(group_by), "reading": reading}


def differences(
    recounted: Recount, ask: Callable[[dict[str, str]], Json], *, until: datetime | None = None
) -> list[str]:
    """One line for each group that is not as recounted; [] where all is equal. `ask` gives the answers' body; it is
    called from several threads."""
    expected = {reading: figures(recounted, until=until, reading=reading) for reading in ASKED}
    found: list[str] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        bodies = list(pool.map(ask, questions()))
    for asked, body in zip(questions(), bodies, strict=True):
        group_by = tuple(name for name in asked["group_by"].split(",") if name)
        answers = {one["rate"]: one for one in body["answers"]}
        assert list(answers) == asked["rates"].split(",")
        for rate, told in answers.items():
            mine = expected[asked["reading"]].get((rate, asked["basis"], group_by), {})
            theirs = answered(told)
            where = f"{rate} {asked['basis']} {asked['group_by']} {asked['reading']}"
            for group in sorted(mine.keys() | theirs.keys()):
                if mine.get(group) != theirs.get(group):
                    found.append(f"{where} {group}: recounted {mine.get(group)}, answered {theirs.get(group)}")
    return found
