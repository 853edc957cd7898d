"""The catalogue of published figures, as data. A changed definition is a new version; DOMAIN.md has the sources."""

from collections.abc import Mapping
from typing import get_args

import msgspec

from services.contracts.cases import OccurrenceKind

from .units import Basis


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. A share where it has a denominator, of which the numerator is a part; else a plain count.

    `coverage` is the pair of measures that says how much of what could be asked was asked, for surveys.
    """

    id: str
    version: int
    name: str
    name_en: str
    numerator: str
    denominator: str | None = None
    bases: tuple[Basis, ...]
    coverage: tuple[str, str] | None = None
    meaning: str
    meaning_en: str
    source: str


class UnknownRate(ValueError):
    """No such figure in the catalogue."""


class UnknownBasis(ValueError):
    """The figure is not defined on this basis."""


_SHARES = (
    Definition(
        id="handled",
        version=1,
        name="办结率",
        name_en="Handled",
        numerator="closed",
        denominator="valid",
        bases=("cohort",),
        meaning="现已办结 / 有效件(含在办)",
        meaning_en="now closed / valid cases, the open ones too",
        source="open county code; the reference street",
    ),
    Definition(
        id="replied",
        version=1,
        name="回复率",
        name_en="Replied",
        numerator="replied",
        denominator="valid",
        bases=("cohort",),
        meaning="已有答复 / 有效件(重办不取消答复)",
        meaning_en="a reply stands / valid cases; a redo does not take it back",
        source="reading of the reference street's figure; county code divides by closed",
    ),
    Definition(
        id="on_time",
        version=1,
        name="按时办结率",
        name_en="On time",
        numerator="on_time",
        denominator="due",
        bases=("due",),
        meaning="现行答复不晚于现行期限 / 到期的有效件(含超期未办)",
        meaning_en="the standing reply by the current due time / valid cases due, the open and overdue ones too",
        source="city bulletins; county code's variant divides by closed only, and so hides the overdue",
    ),
    Definition(
        id="satisfied",
        version=1,
        name="满意率(含基本满意)",
        name_en="Satisfied",
        numerator="satisfied",
        denominator="evaluated",
        bases=("cohort", "flow"),
        coverage=("evaluated", "closed"),
        meaning="基本满意及以上 / 已评价; 覆盖率 = 已评价 / 已办结",
        meaning_en="basically satisfied or better / evaluated; coverage = evaluated / closed",
        source="bulletins; the reference street",
    ),
)
_COUNT_NAMES: dict[str, tuple[str, str]] = {
    "received": ("登记数", "Received"),
    "accepted": ("受理数", "Accepted"),
    "rejected": ("不予受理数", "Rejected"),
    "dispatched": ("派单数", "Dispatched"),
    "signed": ("签收数", "Signed"),
    "return_requested": ("退单申请数", "Returns asked"),
    "return_refused": ("驳回退单数", "Returns refused"),
    "handled_from": ("开始办理数", "Handling begun"),
    "held": ("挂账数", "Held"),
    "resumed": ("恢复办理数", "Resumed"),
    "replied": ("答复数", "Replies"),
    "closed": ("办结数", "Closings"),
    "redone": ("重办数", "Redos"),
    "followed_up": ("回访数", "Followed up"),
    "evaluated": ("评价数", "Evaluations"),
    "voided": ("作废数", "Voided"),
    "amended": ("补充数", "Amended"),
}


def _count(kind: str) -> Definition:
    name, name_en = _COUNT_NAMES[kind]
    return Definition(
        id=f"{kind}_count",
        version=1,
        name=name,
        name_en=name_en,
        numerator=kind,
        bases=("flow",),
        meaning="按发生时间计的次数",
        meaning_en="how often it happened, by the hour in which it did",
        source="plain count",
    )


CATALOGUE: Mapping[str, Definition] = {
    row.id: row for row in (*_SHARES, *(_count(kind) for kind in get_args(OccurrenceKind)))
}


def definition(rate: str, basis: str | None) -> tuple[Definition, Basis]:
    """The row and basis asked for; without a basis the row's first. UnknownRate, UnknownBasis."""
    row = CATALOGUE.get(rate)
    if row is None:
        raise UnknownRate(f"there is no rate {rate!r}; GET /v1/definitions lists them")
    if basis is None:
        return row, row.bases[0]
    for known in row.bases:
        if known == basis:
            return row, known
    raise UnknownBasis(f"{row.id} ({row.name}) is not defined on the basis {basis!r}; ask for {' or '.join(row.bases)}")
