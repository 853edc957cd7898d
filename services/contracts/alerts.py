"""预警: the rules of the directory, and that an alert begins to stand or stands no more."""

from typing import Annotated, Literal

import msgspec

from .limits import whole
from .times import Instant

Basis = Literal["cohort", "due", "flow"]
Reading = Literal["full", "assessed"]
Part = Literal["numerator", "denominator", "rest"]
Dimension = Literal[
    "channel", "department", "category", "grid", "urgency", "community", "street", "category_1", "category_2"
]
RateId = Annotated[str, msgspec.Meta(pattern=whole("[a-z][a-z0-9_]{0,62}"))]
Groups = Annotated[tuple[Dimension, ...], msgspec.Meta(max_length=2)]
SlidingPeriod = Annotated[
    str,
    msgspec.Meta(
        pattern=whole("(all|today|week|month|year|days[1-9][0-9]{0,2}|[0-9]{4}(-W[0-9]{2}|-[0-9]{2}(-[0-9]{2})?)?)"),
        description="`today`, `week`, `month`, `year`: the one that is now; `days30`: today and the 29 days before; "
        "`all`; or one by its name, such as 2026-11 or 2026-W48",
    ),
]
AssessmentId = Annotated[str, msgspec.Meta(pattern=whole("[a-z0-9][a-z0-9-]{0,62}"))]


class RateBelow(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="rate_below"
):
    """比率偏低: a share of `least` cases or more is less than `threshold`, a part of one. `assessment` is whose months
    and years those of `period` are; without it the calendar's."""

    rate: RateId
    basis: Basis | None = None
    reading: Reading = "full"
    group_by: Groups = ()
    period: SlidingPeriod
    assessment: AssessmentId | None = None
    threshold: Annotated[float, msgspec.Meta(gt=0, le=1)]
    least: Annotated[int, msgspec.Meta(ge=1)]


class CountAbove(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="count_above"
):
    """数量超限: more than `threshold`. Of a plain count its number; of a share the `part` named: its numerator, its
    denominator, or the `rest`, which is what of the denominator is not in the numerator (such as overdue cases)."""

    rate: RateId
    part: Part = "numerator"
    basis: Basis | None = None
    reading: Reading = "full"
    group_by: Groups = ()
    period: SlidingPeriod
    assessment: AssessmentId | None = None
    threshold: Annotated[float, msgspec.Meta(ge=0)]


class Rise(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind", tag="rise"):
    """突增: a plain count of some `hours` is `least` or more, and at least `factor` times the mean of the same hours of
    the `days` before."""

    rate: RateId
    reading: Reading = "full"
    group_by: Groups = ()
    hours: Annotated[int, msgspec.Meta(ge=1, le=24)]
    days: Annotated[int, msgspec.Meta(ge=1, le=28)]
    factor: Annotated[float, msgspec.Meta(gt=1)]
    least: Annotated[int, msgspec.Meta(ge=1)]


AlertRule = RateBelow | CountAbove | Rise
AlertKind = Literal["rate_below", "count_above", "rise"]


class AlertFigure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a rule saw in one group: enough to ask for the figure's receipt.

    `value` is the share, or the count (of a share that of its `part`), None where there was nothing to divide by; `n`
    is of how many cases or occurrences. `threshold` is what the rule compares with (of a rise its factor), `mean` that
    of a rise's days before. `begin` and `end` are half-open, None where unbounded. `position` is partition → number of
    the last fact that counts.
    """

    rate: str
    definition: int
    basis: Basis
    reading: Reading
    group: dict[str, str] = {}
    value: float | int | None
    n: float | int
    part: Part | None = None
    threshold: float
    mean: float | None = None
    begin: Instant | None = msgspec.field(name="from", default=None)
    end: Instant | None = msgspec.field(name="to", default=None)
    position: dict[str, int]


class AlertChanged(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An alert was raised: it stands since `at`; or cleared: it stands no more.

    `id` is the rule with its group, and the record's key. `version` counts the changes of this alert from 1 without
    gaps: one that is not above the last seen is a repeat. `why` says whether the figure moved, or the rule: changed,
    removed, or none that can be judged any more; then `figure` is the last one that was seen.
    """

    id: str
    version: Annotated[int, msgspec.Meta(ge=1)]
    state: Literal["raised", "cleared"]
    at: Instant
    since: Instant
    why: Literal["figure", "rule"] = "figure"
    rule: str
    kind: AlertKind
    name: str
    name_en: str = ""
    figure: AlertFigure
