"""The receipt of a figure: what each case gave to its numerator and denominator, and what left out the others.

Read from evidence, at one position of the log; what all cases give adds up to the figure that the cells show there.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from .cells import DIMENSIONS
from .evidence import Evidence, Piece
from .figures import total
from .measures import Basis, Scope, read_as
from .periods import Period
from .rates import Definition

Side = Literal["numerator", "denominator", "left_out"]
"""In the numerator; in the denominator (the numerator's are mostly among them); in neither."""
Why = Literal["excluded", "not_valid", "has_none"]
"""剔除, where the reading leaves it out; rejected, void, merged or returned; it has nothing that this figure counts."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Whose receipt: the figure's row on one basis in one reading, of a period and of these values of dimensions."""

    row: Definition
    basis: Basis
    scope: Scope
    period: Period
    only: Mapping[str, str] = {}


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one case gives. Of one that is left out `why`, and how it stands."""

    case_id: str
    numerator: int | float
    denominator: int | float
    standing: str
    why: Why | None = None

    @property
    def sides(self) -> frozenset[Side]:
        """Where it is to be found. A count has no denominator, its cases are all in the numerator."""
        if self.why is not None:
            return frozenset(("left_out",))
        named: dict[Side, int | float] = {"numerator": self.numerator, "denominator": self.denominator}
        return frozenset(side for side, given in named.items() if given)


def share(evidence: Evidence, asked: Asked, seq: int) -> Share | None:
    """What the case gave once the facts of its partition up to `seq` were counted; None where it is not asked about."""
    pieces = [piece for piece in evidence.pieces if piece.stood(seq) and _meant(piece, asked)]
    if not pieces:
        return None
    sums = dict[str, int]()
    for piece in pieces:
        for measure, count in piece.tally.items():
            sums[measure] = sums.get(measure, 0) + count
    numerator, denominator = _parts(asked.row, read_as(asked.scope, sums))
    given = numerator or denominator
    if not given and asked.basis == "flow":
        return None  # other things happened in that time, which leaves nothing out
    return Share(
        case_id=evidence.case_id,
        numerator=numerator,
        denominator=denominator,
        standing=pieces[-1].standing,
        why=None if given else _why(asked, pieces, sums),
    )


def _meant(piece: Piece, asked: Asked) -> bool:
    begin, end, wanted = asked.period.begin, asked.period.end, asked.row.cells(asked.basis)
    # a case that does not count at all stands in no cell of durations: its absence is the cohort's
    if piece.basis != wanted and not (wanted == "durations" and piece.basis == "cohort"):
        return False
    if (begin is not None and piece.bucket < begin) or (end is not None and piece.bucket >= end):
        return False
    values = dict(zip(DIMENSIONS, piece.values, strict=True))
    return all(values[name] == value for name, value in asked.only.items())


def _parts(row: Definition, sums: Mapping[str, int]) -> tuple[int | float, int | float]:
    if row.quantiles:
        begin = f"{row.quantiles.histogram}:"
        return 0, sum(count for measure, count in sums.items() if measure.startswith(begin))
    return total(row.numerator, sums), total(row.denominator, sums)


def _why(asked: Asked, pieces: Sequence[Piece], sums: Mapping[str, int]) -> Why:
    if pieces[-1].standing not in ("open", "closed"):
        return "not_valid"
    return "excluded" if asked.scope == "assessed" and any(_parts(asked.row, sums)) else "has_none"
