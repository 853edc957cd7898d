"""Every answer of GET /v1/rates beside the recount."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from .figures import GROUPS, answered, figures
from .recount import Json, Recount
from .table import COUNTED_AS

RATES = (
    ("handled", "cohort"), ("replied", "cohort"), ("on_time", "due"), ("satisfied", "cohort"), ("satisfied", "flow"),
    *((f"{kind}_count", "flow") for kind in ("received", *COUNTED_AS.values())),
)  # fmt: skip

AT_ONCE = 4
"""Questions under way."""


def questions() -> Iterator[dict[str, str]]:
    """The parameters of every question: 22 rates and bases by 7 groupings."""
    for rate, basis in RATES:
        for group_by in GROUPS:
            yield {"rate": rate, "basis": basis, "group_by": ",".join(group_by)}


def differences(
    recounted: Recount, ask: Callable[[dict[str, str]], Json], *, until: datetime | None = None
) -> list[str]:
    """One line for each group that is not as recounted; [] where all is equal. `ask` gives an answer's body; it is
    called from several threads."""
    expected = figures(recounted, until=until)
    found: list[str] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        bodies = list(pool.map(ask, questions()))
    for asked, body in zip(questions(), bodies, strict=True):
        group_by = tuple(name for name in asked["group_by"].split(",") if name)
        mine = expected.get((asked["rate"], asked["basis"], group_by), {})
        theirs = answered(body)
        for group in sorted(mine.keys() | theirs.keys()):
            if mine.get(group) != theirs.get(group):
                found.append(f"{asked} {group}: recounted {mine.get(group)}, answered {theirs.get(group)}")
    return found
