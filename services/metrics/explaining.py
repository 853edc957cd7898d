"""A figure's receipt: which cases gave what, counted again from evidence, and compared with the cells.

Both are read at one position of the log, partition by partition. A difference means that one of the two was counted
wrongly, or that one has set a fact aside (its dead letters) and the other has not.
"""

import heapq
from collections.abc import Mapping
from datetime import datetime
from typing import get_args
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from .domain.cells import Tally, add
from .domain.figures import Figure, figure
from .domain.measures import read_as
from .domain.periods import shown
from .domain.receipts import Asked as Whose
from .domain.receipts import Share, Side, compared, look, share
from .handlers import Asked, Heading, heading, peopled, query_of, until_now
from .past import AsOf, caught_up, whole
from .ports import CellQuery, EvidenceReader, Names, Parted, PartedReader


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases are wanted: of one side, at most `limit`, those after `after` in the order of their ids."""

    side: Side
    limit: int
    after: str = ""


class Compared(msgspec.Struct, frozen=True, kw_only=True):
    """One partition: what its cells hold of the figure's measures, and what its cases add up to."""

    partition: int
    seq: int
    cells: Tally
    cases: Tally
    agrees: bool


class Receipt(Heading, frozen=True, kw_only=True):
    """`recounted` is what the cases add up to, `figure` what the cells show. `figure`, `agrees` and `partitions` are
    None where an earlier position was asked for: cells know only the present. `counts` has the cases of each side."""

    only: Mapping[str, str]
    position: Mapping[str, int]
    recounted: Figure
    figure: Figure | None
    agrees: bool | None
    partitions: list[Compared] | None
    counts: Mapping[Side, int]
    side: Side
    cases: list[Share]
    begin: str | None = msgspec.field(name="from")
    end: str | None = msgspec.field(name="to")


class Explained(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt, and where the next page begins; None after the last."""

    receipt: Receipt
    as_of: AsOf
    following: str | None


async def explain(
    asked: Asked,
    page: Page,
    *,
    cells: PartedReader,
    evidence: EvidenceReader,
    names: Names,
    zone: ZoneInfo,
    as_of: AsOf | None,
    now: datetime,
) -> Explained:
    """Of now, compared with the cells, or `as_of` an earlier position. CellsAway, EvidenceBehind, TooMany."""
    asked = until_now(asked, zone, as_of.now if as_of else now)
    query = query_of(asked, names.rollups())
    whose = Whose(row=asked.row, basis=asked.basis, scope=asked.reading, period=asked.period, only=dict(query.only))
    held = await cells.parted(query) if as_of is None else None
    if as_of is None:
        assert held is not None
        as_of = AsOf(position=held.position, now=now)
    await caught_up(evidence, as_of.position)
    counted = await _counted(evidence, query, whose, as_of.position)
    partitions = None if held is None else _compare(held, counted, whose)
    after = [one for one in counted.shares[page.side] if one.case_id > page.after]
    first = heapq.nsmallest(page.limit + 1, after, key=lambda one: one.case_id)
    more = len(first) > page.limit
    receipt = Receipt(
        **heading(asked),
        only=asked.only,
        begin=shown(asked.period.begin, zone),
        end=shown(asked.period.end, zone),
        position={str(partition): seq for partition, seq in sorted(as_of.position.items())},
        recounted=_figure(asked, whose, counted.sums, names),
        figure=None if held is None else _figure(asked, whose, held.sums, names),
        agrees=None if partitions is None else all(one.agrees for one in partitions),
        partitions=partitions,
        counts={side: len(given) for side, given in counted.shares.items()},
        side=page.side,
        cases=first[: page.limit],
    )
    return Explained(receipt=receipt, as_of=as_of, following=first[page.limit - 1].case_id if more else None)


class _Counted(msgspec.Struct, frozen=True):
    """Partition → what its cases add up to; and what each case gives, by side."""

    sums: dict[int, dict[str, int]]
    shares: dict[Side, list[Share]]


async def _counted(evidence: EvidenceReader, query: CellQuery, whose: Whose, position: Mapping[int, int]) -> _Counted:
    counted = _Counted({partition: {} for partition in position}, {side: [] for side in get_args(Side)})
    async for kept in whole(evidence, query, whose.only):
        found = look(kept.evidence, whose, position.get(kept.partition, 0))
        if found is None:
            continue
        add(counted.sums[kept.partition], found.sums)
        if (given := share(found, whose)) is not None:
            for side in given.sides:
                counted.shares[side].append(given)
    return counted


def _compare(held: Parted, counted: _Counted, whose: Whose) -> list[Compared]:
    found = []
    for partition, seq in sorted(held.position.items()):
        cells, cases = compared(held.sums[partition], whose), compared(counted.sums[partition], whose)
        found.append(Compared(partition=partition, seq=seq, cells=cells, cases=cases, agrees=cells == cases))
    return found


def _figure(asked: Asked, whose: Whose, by_partition: Mapping[int, Tally], names: Names) -> Figure:
    sums: dict[str, int] = {}
    for tally in by_partition.values():
        add(sums, compared(tally, whose))
    labels = {name: names.label(name, value) for name, value in asked.only.items()}
    # without a group there is always a figure; which values it is of stands beside it
    found = figure(whose.row, read_as(whose.scope, sums), {}, {})
    assert found is not None
    return peopled(replace(found, group=asked.only, labels=labels), names)
