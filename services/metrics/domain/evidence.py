"""What stands behind figures, case by case: each piece that counted, from which fact on and up to which.

Made from summaries as they stand, never from differences, so that cells can be counted again by it: at any position of
the log the pieces that stood then add up to the cells of then.
"""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.cases import NOT_VALID, CaseFact, CaseSummary

from .cells import Place, Tally, Values, values_of
from .measures import CellBasis, with_excluded
from .standing import PARTS, standing
from .units import bucket_of, marks

_replace = msgspec.structs.replace


class Piece(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A unit, or an occurrence (`id`), that counted where it says, since the fact `since` and before the fact `until`.

    `standing` is how the case stood as far as figures tell states apart. The tally is empty where the case would count
    but for that: it is left out there.
    """

    basis: CellBasis
    bucket: datetime
    values: Values
    tally: Tally
    standing: str
    since: int
    until: int | None = None
    id: str | None = None

    @property
    def place(self) -> Place:
        """The cell, with all its dimensions."""
        return Place(self.basis, self.bucket, self.values)

    def stood(self, seq: int) -> bool:
        """Whether it counted once all facts of its partition up to `seq` were."""
        return self.since <= seq and (self.until is None or seq < self.until)


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """All pieces of one case, in the order in which they began; `seq` is the last fact that changed them."""

    case_id: str
    seq: int
    pieces: tuple[Piece, ...]


def after(kept: Evidence | None, fact: CaseFact, zone: ZoneInfo) -> Evidence | None:
    """The evidence once `fact` is counted; what was there where it changes nothing, or was counted already."""
    if fact.after is None or fact.outcome != "applied" or (kept is not None and fact.seq <= kept.seq):
        return kept
    pieces = kept.pieces if kept else ()
    wanted = list(_units(fact.after, fact.seq, zone))
    gone, stays = {one.id for one in fact.removed}, list[Piece]()
    for piece in pieces:
        if piece.until is None and piece.id is None:
            same = next((one for one in wanted if _replace(one, since=piece.since) == piece), None)
            if same is None:
                piece = _replace(piece, until=fact.seq)
            else:
                wanted.remove(same)
        elif piece.until is None and piece.id in gone:
            piece = _replace(piece, until=fact.seq)
        stays.append(piece)
    made = (*stays, *wanted, *_occurrences(fact, zone))
    return Evidence(case_id=fact.case_id, seq=fact.seq, pieces=made) if made != pieces else kept


def _units(case: CaseSummary, seq: int, zone: ZoneInfo) -> Iterator[Piece]:
    if case.state == "void":
        yield _left_out(case, "cohort", case.received_at, seq, zone)
    else:
        for part in PARTS:
            for (basis, at, values), counted in part.counted(case):
                tally = with_excluded(counted) if case.excluded else counted
                yield Piece(
                    basis=basis,
                    bucket=bucket_of(basis, at, zone),
                    values=values,
                    tally={measure: count for measure, count in tally.items() if count},
                    standing=standing(case.state),
                    since=seq,
                )
    if case.state in NOT_VALID:
        yield _left_out(case, "due", case.due_at, seq, zone)


def _left_out(case: CaseSummary, basis: CellBasis, at: datetime, seq: int, zone: ZoneInfo) -> Piece:
    return Piece(
        basis=basis,
        bucket=bucket_of(basis, at, zone),
        values=values_of(case.dims),
        tally={},
        standing=standing(case.state),
        since=seq,
    )


def _occurrences(fact: CaseFact, zone: ZoneInfo) -> Iterator[Piece]:
    assert fact.after is not None
    for happened in fact.added:
        yield Piece(
            basis="flow",
            bucket=bucket_of("flow", happened.at, zone),
            values=values_of(happened.dims),
            tally={measure: count for measure, count in marks(happened).items() if count},
            standing=standing(fact.after.state),
            since=fact.seq,
            id=happened.id,
        )
