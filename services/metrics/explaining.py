"""A figure's receipt: which cases gave what, counted again from evidence, and compared with the cells.

Both are read at one position of the log, partition by partition. A difference means that one of the two was counted
wrongly, or that one has set a fact aside (its dead letters) and the other has not.
"""

from collections.abc import AsyncGenerator, Mapping
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from .domain.cells import Tally, add
from .domain.figures import Figure, figure
from .domain.measures import read_as
from .domain.periods import shown
from .domain.receipts import Asked as Whose
from .domain.receipts import Side, compared
from .domain.recounts import Recount
from .domain.watermark import Watermark
from .handlers import Asked, Heading, heading, peopled, query_of, until_now
from .naming import Given, all_named, named
from .past import AsOf, caught_up
from .ports import EvidenceReader, Names, Parted, PartedReader
from .recounts import Recounts


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases are wanted: of one side, at most `limit`, those after `after` in the order of their ids."""

    side: Side
    limit: int
    after: str = ""


class PartitionComparison(msgspec.Struct, frozen=True, kw_only=True):
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
    partitions: list[PartitionComparison] | None
    counts: Mapping[Side, int]
    side: Side
    cases: list[Given]
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
    recounts: Recounts,
    names: Names,
    zone: ZoneInfo,
    as_of: AsOf | None,
    mark: Watermark,
) -> Explained:
    """Of now, compared with the cells, or `as_of` an earlier position. CellsAway, EvidenceBehind."""
    mark = as_of.mark if as_of else mark
    asked = until_now(asked, zone, mark.until)
    whose = _whose(asked, names)
    held = await cells.parted(query_of(asked, names.rollups())) if as_of is None else None
    if as_of is None:
        assert held is not None
        as_of = AsOf(position=held.position, mark=mark)
    await caught_up(evidence, as_of.position)

    def agrees(counted: Recount) -> bool:
        return held is None or all(one.agrees for one in _compare(held, counted, whose))

    # a count that was kept and does not agree may be of before a dead letter was replayed
    counted = await recounts.of(whose, as_of.position, agrees)
    partitions = None if held is None else _compare(held, counted, whose)
    first = await recounts.page(counted, whose, as_of.position, page.side, page.after, page.limit + 1)
    more = len(first) > page.limit
    receipt = Receipt(
        **heading(asked, mark, zone),
        only=asked.only,
        begin=shown(asked.period.begin, zone),
        end=shown(asked.period.end, zone),
        position=_told(as_of.position),
        recounted=_figure(asked, whose, counted.sums, names),
        figure=None if held is None else _figure(asked, whose, held.sums, names),
        agrees=None if partitions is None else all(one.agrees for one in partitions),
        partitions=partitions,
        counts=counted.counts,
        side=page.side,
        cases=await named(first[: page.limit], evidence=evidence, names=names, zone=zone, mark=mark),
    )
    return Explained(receipt=receipt, as_of=as_of, following=first[page.limit - 1].case_id if more else None)


class Listed(Heading, frozen=True, kw_only=True):
    """All cases of one side at one position, part by part, in no order; nothing is compared."""

    position: Mapping[str, int]
    side: Side
    begin: str | None = msgspec.field(name="from")
    end: str | None = msgspec.field(name="to")
    parts: AsyncGenerator[list[Given], None]


async def listed(
    asked: Asked,
    side: Side,
    *,
    evidence: EvidenceReader,
    recounts: Recounts,
    names: Names,
    zone: ZoneInfo,
    as_of: AsOf,
) -> Listed:
    """However many there are. CellsAway, EvidenceBehind; CellsAway from the parts."""
    asked = until_now(asked, zone, as_of.mark.until)
    await caught_up(evidence, as_of.position)
    return Listed(
        **heading(asked, as_of.mark, zone),
        position=_told(as_of.position),
        side=side,
        begin=shown(asked.period.begin, zone),
        end=shown(asked.period.end, zone),
        parts=all_named(
            recounts.shares(_whose(asked, names), as_of.position, side),
            evidence=evidence,
            names=names,
            zone=zone,
            mark=as_of.mark,
        ),
    )


def _whose(asked: Asked, names: Names) -> Whose:
    only = dict(query_of(asked, names.rollups()).only)
    return Whose(row=asked.row, basis=asked.basis, scope=asked.reading, period=asked.period, only=only)


def _told(position: Mapping[int, int]) -> dict[str, int]:
    return {str(partition): seq for partition, seq in sorted(position.items())}


def _compare(held: Parted, counted: Recount, whose: Whose) -> list[PartitionComparison]:
    found = []
    for partition, seq in sorted(held.position.items()):
        cells, cases = compared(held.sums[partition], whose), compared(counted.sums.get(partition, {}), whose)
        found.append(PartitionComparison(partition=partition, seq=seq, cells=cells, cases=cases, agrees=cells == cases))
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
