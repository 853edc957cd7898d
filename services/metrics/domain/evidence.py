"""What stands behind figures, case by case: each piece that counted, from which fact on and up to which.

Made from summaries as they stand, never from differences, so that cells can be counted again by it: at any position of
the log the pieces that stood then add up to the cells of then.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.cases import NOT_VALID, NOW_CLOSED, CaseFact, CaseSummary
from services.contracts.rates import CellBasis

from .bounds import bounded
from .cells import Place, Tally, Values, values_of
from .measures import with_excluded
from .standing import PARTS, reply_stands, standing
from .units import bucket_of, marks

_replace = msgspec.structs.replace
MOST_PIECES = 20_000
"""Some megabytes: a document of MongoDB holds 16."""


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


class Step(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A move of the case: what was done, when, by whom, and where the case stood then."""

    seq: int
    action: str
    at: datetime
    by: str
    state: str
    department: str | None = None


class About(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The case as people know it, and as it stands: its source's number, its title (masked; None of a confidential
    one), until when it is due, since when it is answered (a reply that was taken back is none), since when it is
    closed."""

    number: str | None = None
    title: str | None = None
    due_at: datetime
    answered_at: datetime | None = None
    closed_at: datetime | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All pieces of one case, and its moves; `seq` is the newest fact that changed it.

    `awaited` are occurrences that were taken back before they came (id → the fact that took them back): a fact that had
    been set aside may be counted long after those that followed it.
    """

    case_id: str
    seq: int
    pieces: tuple[Piece, ...]
    awaited: Mapping[str, int] = {}
    steps: tuple[Step, ...] = ()
    about: About | None = None


class Behind(msgspec.Struct, frozen=True, kw_only=True):
    """What one case counts for on the bases that were asked about; and the partition of whose facts it is made."""

    case_id: str
    partition: int
    pieces: Sequence[Piece]


def after(kept: Evidence | None, fact: CaseFact, zone: ZoneInfo) -> Evidence | None:
    """The evidence once `fact` is counted; what was there where it changes nothing, or was counted already."""
    if fact.after is None or fact.outcome != "applied":
        return kept
    before = kept or Evidence(case_id=fact.case_id, seq=0, pieces=())
    pieces, awaited = _happened(before, fact, zone)
    # how the case stands is said by its newest fact alone
    if fact.seq > before.seq:
        pieces = _standing(pieces, list(_units(fact.after, fact.seq, zone)), fact.seq)
    if len(pieces) > MOST_PIECES:
        raise ValueError(f"more than {MOST_PIECES} things happened to one case: its evidence would not fit")
    steps, about = _steps(before.steps, fact, fact.after), _about(before, fact, fact.after)
    if (pieces, awaited, steps, about) == (before.pieces, before.awaited, before.steps, before.about):
        return kept
    return Evidence(
        case_id=fact.case_id,
        seq=max(before.seq, fact.seq),
        pieces=pieces,
        awaited=awaited,
        steps=steps,
        about=about,
    )


def _about(before: Evidence, fact: CaseFact, now: CaseSummary) -> About:
    """As the newest fact says; number and title as the submission did."""
    old, told = before.about, fact.submission
    number, title = (old.number, old.title) if old else (None, None)
    if told is not None:
        number, title = told.source_id, None if told.confidential else told.title
    if old is not None and fact.seq < before.seq:
        return _replace(old, number=number, title=title)
    return About(
        number=number,
        title=title,
        due_at=bounded(now.due_at),
        answered_at=bounded(now.replied_at) if now.replied_at and reply_stands(now) else None,
        closed_at=bounded(now.closed_at) if now.closed_at and now.state in NOW_CLOSED else None,
    )


def _steps(steps: tuple[Step, ...], fact: CaseFact, now: CaseSummary) -> tuple[Step, ...]:
    """In the order of the log, each once."""
    if any(one.seq == fact.seq for one in reversed(steps)):
        return steps
    made = Step(
        seq=fact.seq,
        action=fact.action,
        at=bounded(fact.at),
        by=fact.actor.sender,
        state=now.state,
        department=now.dims.department,
    )
    if steps and fact.seq < steps[-1].seq:
        return tuple(sorted((*steps, made), key=lambda one: one.seq))
    return (*steps, made)


def _standing(pieces: tuple[Piece, ...], wanted: list[Piece], seq: int) -> tuple[Piece, ...]:
    """Units that are still so go on, others end, new ones begin."""
    stays = list[Piece]()
    for piece in pieces:
        if piece.until is None and piece.id is None:
            same = next((one for one in wanted if _replace(one, since=piece.since) == piece), None)
            if same is None:
                piece = _replace(piece, until=seq)
            else:
                wanted.remove(same)
        stays.append(piece)
    return (*stays, *wanted)


def _happened(before: Evidence, fact: CaseFact, zone: ZoneInfo) -> tuple[tuple[Piece, ...], Mapping[str, int]]:
    """Occurrences that the fact takes back end, those that it adds begin, each once."""
    gone, stays = {one.id for one in fact.removed}, list[Piece]()
    there = {(piece.id, piece.since) for piece in before.pieces}
    came = {piece.id for piece in before.pieces if piece.since < fact.seq}
    for piece in before.pieces:
        ends = piece.id in gone and piece.until is None and piece.since < fact.seq
        stays.append(_replace(piece, until=fact.seq) if ends else piece)
    awaited = {**before.awaited, **dict.fromkeys(gone - came, fact.seq)}
    for piece in _occurrences(fact, zone):
        if (piece.id, piece.since) in there:
            continue
        # what is taken back and comes again changed, in one fact, has the same id
        taken_back = awaited.get(piece.id or "", 0)
        stays.append(_replace(piece, until=taken_back) if taken_back > fact.seq else piece)
    return tuple(stays), awaited


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
            tally={measure: count for measure, count in marks(happened, fact.after).items() if count},
            standing=standing(fact.after.state),
            since=fact.seq,
            id=happened.id,
        )
