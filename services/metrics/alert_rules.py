"""A rule of the directory (预警) becomes questions about figures, and their answers what it sees in each group."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.alerts import AlertFigure, AlertRule, CountAbove, Part, RateBelow, Rise
from services.contracts.directory import Alert

from .domain.alerts import Seen, above, below, counted, risen
from .domain.figures import Figure
from .domain.periods import BadPeriod, Period, day, hour_of, shown
from .domain.rates import CATALOGUE
from .domain.spans import CALENDAR, NOW, Turn, span, span_of
from .handlers import Answer, Asked, Question, Refused, understand

_WHY: Mapping[str, str] = {
    "unknown_rate": "指标目录里没有这个指标",
    "unknown_basis": "这个指标没有这个基准",
    "unknown_assessment": "目录里没有这个考核",
    "bad_period": "没有这样的时段",
    "unsupported_dimensions": "没有按这个组合保存数字",
    "not_a_share": "这个指标不是比率，比较不了高低",
    "not_a_count": "突增只看次数（…_count）",
    "no_such_part": "这个指标没有这一部分可数",
}


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that cannot be judged, and why; `code` is stable, `field` is the row's."""

    rule: str
    name: str
    name_en: str
    code: str
    field: str
    reason: Mapping[str, str]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that can be judged, and what it asks."""

    rule: str
    row: Alert
    asked: list[Asked]


def planned(
    rules: Mapping[str, Alert], turns: Mapping[str, Turn], zone: ZoneInfo, now: datetime
) -> tuple[list[Plan], list[Broken]]:
    """Each rule (id → row) is in one of the two. `turns`: assessment → when its months and years begin."""
    plans, broken = list[Plan](), list[Broken]()
    for name, row in sorted(rules.items()):
        try:
            _fits(row.rule)
            asked = [understand(one, zone) for one in _questions(row.rule, turns, zone, now)]
        except Refused as refused:
            reason = {"zh": _WHY.get(refused.code, "这条规则判断不了"), "en": str(refused)}
            found = {"rule": name, "name": row.name, "name_en": row.name_en, "field": f"rule.{refused.field}"}
            broken.append(Broken(**found, code=refused.code, reason=reason))
        else:
            plans.append(Plan(rule=name, row=row, asked=asked))
    return plans, broken


def sights(plan: Plan, answers: Sequence[Answer], standing: Iterable[Mapping[str, str]]) -> Iterator[Seen]:
    """What the rule sees: in each group that has a figure, and in those of `standing` that have none any more.
    `answers` are those of the plan's questions, in their order."""
    rule = plan.row.rule
    if isinstance(rule, Rise):
        yield from _rises(rule, answers, standing)
        return
    (answer,) = answers
    for row in _rows(answer, standing):
        if isinstance(rule, RateBelow):
            figure = _figure(answer, row, row.value, row.denominator or 0, rule.threshold)
            yield Seen(stands=below(rule, row), figure=figure)
        else:
            count = counted(rule, row)
            n, part = (count, None) if row.denominator is None else (row.denominator, rule.part)
            yield Seen(stands=above(rule, row), figure=_figure(answer, row, count, n, rule.threshold, part=part))


def _questions(rule: AlertRule, turns: Mapping[str, Turn], zone: ZoneInfo, now: datetime) -> Iterator[Question]:
    if isinstance(rule, Rise):
        for window in _windows(rule, zone, now):
            yield _question(rule, None, window, zone)
    else:
        yield _question(rule, rule.basis, _period(rule, turns, zone, now), zone)


def _question(rule: AlertRule, basis: str | None, period: Period, zone: ZoneInfo) -> Question:
    begin, end = shown(period.begin, zone), shown(period.end, zone)
    return Question(rate=rule.rate, basis=basis, reading=rule.reading, group_by=rule.group_by, begin=begin, end=end)


def _period(rule: RateBelow | CountAbove, turns: Mapping[str, Turn], zone: ZoneInfo, now: datetime) -> Period:
    turn = CALENDAR if rule.assessment is None else turns.get(rule.assessment)
    if turn is None:
        raise Refused("unknown_assessment", "assessment", f"there is no assessment {rule.assessment!r}")
    if rule.period == "all":
        return Period()
    if rule.period in NOW:
        return span_of(now, NOW[rule.period], zone, turn).period
    if rule.period.startswith("days"):
        before = timedelta(days=int(rule.period.removeprefix("days")) - 1)
        return Period(begin=day(_days_before(now, before, zone), zone).begin, end=day(now, zone).end)
    try:
        return span(rule.period, zone, turn).period
    except BadPeriod as error:
        raise Refused("bad_period", "period", str(error)) from error


def _windows(rule: Rise, zone: ZoneInfo, now: datetime) -> Iterator[Period]:
    """The hours up to now, and the same ones of each day before; then the same of an hour earlier, all of them over.

    The hour that runs is compared with whole ones, so what has risen in it has risen for sure; and when it is over, the
    first window has become the second: an alert does not come and go with the full hour.
    """
    end = hour_of(now, zone) + timedelta(hours=1)
    for until in (end, end - timedelta(hours=1)):
        for days in range(rule.days + 1):
            edge = _days_before(until, timedelta(days=days), zone)
            yield Period(begin=hour_of(edge - timedelta(hours=rule.hours), zone), end=hour_of(edge, zone))


def _days_before(at: datetime, days: timedelta, zone: ZoneInfo) -> datetime:
    """At the same time of day by the clocks of `zone`."""
    return at.astimezone(zone) - days


def _fits(rule: AlertRule) -> None:
    """Refused where the rule asks of the figure what it does not have."""
    row = CATALOGUE.get(rule.rate)
    if row is None:
        return  # which is said in the same words as to anybody who asks for it
    share, speed = row.denominator is not None, isinstance(row.quantiles, msgspec.Struct)
    if isinstance(rule, RateBelow) and not share:
        raise Refused("not_a_share", "rate", f"{row.id} ({row.name_en}) is no share")
    if isinstance(rule, Rise) and (share or speed):
        raise Refused("not_a_count", "rate", f"{row.id} ({row.name_en}) is no plain count")
    if isinstance(rule, CountAbove) and (speed or (not share and rule.part != "numerator")):
        raise Refused("no_such_part", "part", f"{row.id} ({row.name_en}) has no {rule.part} to be counted")


def _rises(rule: Rise, answers: Sequence[Answer], standing: Iterable[Mapping[str, str]]) -> Iterator[Seen]:
    size = rule.days + 1
    windows = [(answer, [_by_group(one) for one in before]) for answer, *before in (answers[:size], answers[size:])]
    found: dict[tuple[str, ...], list[Seen]] = {}
    for answer, before in windows:
        for row in _rows(answer, standing):
            group = tuple(row.group.values())
            counts = [counts_then.get(group, 0) for counts_then in before]
            count = row.value or 0
            figure = _figure(answer, row, count, count, rule.factor, mean=sum(counts) / len(counts))
            found.setdefault(group, []).append(Seen(stands=risen(rule, count, counts), figure=figure))
    for seen in found.values():
        yield next((one for one in seen if one.stands), seen[0])


def _by_group(answer: Answer) -> Mapping[tuple[str, ...], float]:
    return {tuple(row.group.values()): row.value or 0 for row in answer.rows}


def _rows(answer: Answer, standing: Iterable[Mapping[str, str]]) -> Iterator[Figure]:
    yield from answer.rows
    there = [row.group for row in answer.rows]
    for group in standing:
        if tuple(group) == answer.group_by and group not in there:
            empty = 0 if answer.definition.denominator is None else None
            yield Figure(group=group, labels={}, numerator=0, denominator=None if empty == 0 else 0, value=empty)


def _figure(
    answer: Answer,
    row: Figure,
    value: float | None,
    n: float,
    threshold: float,
    *,
    part: Part | None = None,
    mean: float | None = None,
) -> AlertFigure:
    begin, end = (None if edge is None else datetime.fromisoformat(edge) for edge in (answer.begin, answer.end))
    return AlertFigure(
        rate=answer.rate,
        definition=answer.definition.version,
        basis=answer.basis,
        reading=answer.reading,
        group=dict(row.group),
        value=value,
        n=n,
        part=part,
        threshold=threshold,
        mean=mean,
        begin=begin,
        end=end,
        position=dict(answer.position),
    )
