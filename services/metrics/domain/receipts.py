"""The receipt of a figure: what each case gave to its numerator and denominator, and what left out the others.

Read from evidence, at one position of the log; what all cases give adds up to the figure that the cells show there.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec import UNSET

from .cells import DEPARTMENT, Tally, add
from .evidence import Behind, Piece
from .figures import total
from .measures import EXCLUDED, Basis, Scope, needed, read_as
from .periods import Period
from .rates import Definition
from .rollups import Among, holds

Side = Literal["numerator", "denominator", "rest", "left_out"]
"""In the numerator; in the denominator (the numerator's are mostly among them); in the denominator and not, or not
wholly, in the numerator (未达标: the late, the dissatisfied, the unsolved); in neither."""
Why = Literal["excluded", "not_valid", "has_none"]
"""剔除, where the reading leaves it out; rejected, void, merged or returned; it has nothing that this figure counts."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Whose receipt: the figure's row on one basis in one reading, of a period; of each dimension in `only` these
    values."""

    row: Definition
    basis: Basis
    scope: Scope
    period: Period
    only: Mapping[str, Among] = {}


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """What one case gives, and in which department's figure. Of one that is left out `why`, and how it stands."""

    case_id: str
    numerator: int | float
    denominator: int | float
    standing: str
    department: str
    why: Why | None = None

    @property
    def sides(self) -> frozenset[Side]:
        """Where it is to be found. A count has no denominator, its cases are all in the numerator."""
        if self.why is not None:
            return frozenset(("left_out",))
        named: dict[Side, int | float] = {"numerator": self.numerator, "denominator": self.denominator}
        found: set[Side] = {side for side, given in named.items() if given}
        return frozenset(found | {"rest"} if self.numerator < self.denominator else found)


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """The pieces of one case that are asked about, and their sum."""

    case_id: str
    pieces: Sequence[Piece]
    sums: Mapping[str, int]


def look(case: Behind, asked: Asked, seq: int) -> Look | None:
    """Those that stood once the facts of the case's partition up to `seq` were counted; None where there is none."""
    pieces = [piece for piece in case.pieces if piece.stood(seq) and _meant(piece, asked)]
    if not pieces:
        return None
    sums = dict[str, int]()
    for piece in pieces:
        add(sums, piece.tally)
    return Look(case_id=case.case_id, pieces=pieces, sums=sums)


def share(found: Look, asked: Asked) -> Share | None:
    """What the case gives; None where it has nothing to do with the figure."""
    pieces, sums = found.pieces, found.sums
    numerator, denominator = _parts(asked.row, read_as(asked.scope, sums))
    given = numerator or denominator
    if not given and asked.basis == "flow":
        return None  # other things happened in that time, which leaves nothing out
    return Share(
        case_id=found.case_id,
        numerator=numerator,
        denominator=denominator,
        standing=pieces[-1].standing,
        department=pieces[-1].values[DEPARTMENT],
        why=None if given else _why(asked, pieces, sums),
    )


def compared(sums: Tally, asked: Asked) -> dict[str, int]:
    """Of these sums what cells and cases must agree on: the figure's own measures, each with its excluded part."""
    if asked.row.quantiles is not UNSET:
        begin = asked.row.quantiles.histogram + ":"
        wanted = {name for name in sums if name.removeprefix(EXCLUDED).startswith(begin)}
    else:
        wanted = set(needed(asked.row.measures, "assessed")) & sums.keys()
    return {name: sums[name] for name in sorted(wanted) if sums[name]}


def _meant(piece: Piece, asked: Asked) -> bool:
    wanted = asked.row.cells(asked.basis)
    # a case that does not count at all stands in no cell of durations: its absence is the cohort's
    if piece.basis != wanted and not (wanted == "durations" and piece.basis == "cohort"):
        return False
    return asked.period.holds(piece.bucket) and holds(asked.only, piece.values)


def _parts(row: Definition, sums: Mapping[str, int]) -> tuple[int | float, int | float]:
    if row.quantiles is not UNSET:
        begin = f"{row.quantiles.histogram}:"
        return 0, sum(count for measure, count in sums.items() if measure.startswith(begin))
    return total(row.numerator, sums), total(row.denominator, sums)


def _why(asked: Asked, pieces: Sequence[Piece], sums: Mapping[str, int]) -> Why:
    if pieces[-1].standing not in ("open", "closed"):
        return "not_valid"
    return "excluded" if asked.scope == "assessed" and any(_parts(asked.row, sums)) else "has_none"
