"""Alerts (预警): judged from one reading of the figures, kept, told once each; and what stands, for whoever looks.

What is kept is published before anything new is judged: no change is lost in a crash, none overtakes another, and one
that is published again has the id and version that it had. ADR 0017.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from services.contracts.alerts import AlertChanged, AlertFigure, AlertKind
from services.contracts.directory import Alert

from .alert_rules import Broken, planned, sights
from .domain.alerts import Seen, alert_id, behind, changes
from .domain.rates import CATALOGUE
from .domain.spans import Turn
from .domain.watermark import Counted, Watermark
from .handlers import answers
from .ports import AlertBook, AlertTopic, CellReader, KeptAlerts, Names

LATELY = timedelta(days=7)
"""So long what is over is still shown."""


class AlertShown(msgspec.Struct, frozen=True, kw_only=True):
    """An alert with names. `figure` is what was seen last while it stands, and by which it was cleared after that; its
    `rate`, `basis`, `reading`, `group`, `from` and `to` ask for its receipt."""

    id: str
    rule: str
    kind: AlertKind
    name: str
    name_en: str
    rate_name: str
    rate_name_en: str
    labels: Mapping[str, Mapping[str, str]]
    state: str
    since: datetime
    cleared_at: datetime | None
    why: str | None
    figure: AlertFigure


class AlertBoard(Counted, frozen=True, kw_only=True):
    """What stands, the newest first; what was cleared in seven days; rules that cannot be judged. While counting
    is behind (not `complete`) nothing is judged, raised or cleared: it `waits`. `judged_at` is when
    all others were judged last, None before the first time; `rules` is how many there are."""

    at: datetime
    judged_at: datetime | None
    rules: int
    standing: list[AlertShown]
    cleared: list[AlertShown]
    broken: list[Broken]
    waits: bool


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Rule → how many of its alerts stand, 0 too; how many rules are broken; when they were judged last."""

    standing: Mapping[str, int]
    broken: int
    judged_at: datetime | None


async def check(
    rules: Mapping[str, Alert],
    turns: Mapping[str, Turn],
    *,
    book: AlertBook,
    topic: AlertTopic,
    cells: CellReader,
    names: Names,
    zone: ZoneInfo,
    now: datetime,
) -> bool:
    """Judge all rules (id → row) at `now`, up to which all is counted. False where figures are being counted again, and
    are older than those judged before: nothing is raised or cleared by them. CellsAway, and what the topic raises."""
    kept = await book.load()
    await _tell(kept.untold, book, topic)
    plans, _ = planned(rules, turns, zone, now)
    overview = await answers(
        [one for plan in plans for one in plan.asked],
        cells=cells,
        names=names,
        zone=zone,
        mark=Watermark(asked_at=now, counted_up_to=now),
    )
    if behind(overview.position, kept.position):
        return False
    standing = _groups(kept)
    seen, rest = list[tuple[str, Seen]](), iter(overview.answers)
    for plan in plans:
        told = [next(rest) for _ in plan.asked]
        seen += [(plan.rule, one) for one in sights(plan, told, standing.get(plan.rule, ()))]
    found = changes(kept.changes, seen, rules, now.astimezone(zone))
    await _tell([one for one in found if await book.change(one)], book, topic)
    figures = {alert_id(rule, one.figure.group): one.figure for rule, one in seen if one.stands}
    moved = {name: figure for name, figure in figures.items() if kept.figures.get(name) != figure}
    await book.judged(moved, overview.position, now)
    return True


async def board(
    rules: Mapping[str, Alert],
    turns: Mapping[str, Turn],
    *,
    book: AlertBook,
    names: Names,
    zone: ZoneInfo,
    mark: Watermark,
) -> AlertBoard:
    """As it was judged last. CellsAway."""
    kept, now = await book.load(), mark.asked_at
    _, broken = planned(rules, turns, zone, now)
    newest = sorted(kept.changes.values(), key=lambda one: (one.at, one.id), reverse=True)
    return AlertBoard(
        **mark.told(zone),
        waits=not mark.complete,
        at=now.astimezone(zone),
        judged_at=kept.at.astimezone(zone) if kept.at else None,
        rules=len(rules),
        standing=[_told(one, kept, rules, names) for one in newest if one.state == "raised"],
        cleared=[_told(one, kept, rules, names) for one in newest if one.state == "cleared" and one.at > now - LATELY],
        broken=broken,
    )


async def summary(
    rules: Mapping[str, Alert], turns: Mapping[str, Turn], *, book: AlertBook, zone: ZoneInfo, now: datetime
) -> Summary:
    """The same in numbers. CellsAway."""
    kept = await book.load()
    standing = dict.fromkeys(rules, 0)
    for one in kept.changes.values():
        if one.state == "raised":
            standing[one.rule] = standing.get(one.rule, 0) + 1
    return Summary(standing=standing, broken=len(planned(rules, turns, zone, now)[1]), judged_at=kept.at)


async def _tell(told: Sequence[AlertChanged], book: AlertBook, topic: AlertTopic) -> None:
    if told:
        await topic.publish(told)
        for one in told:
            await book.told(one)


def _groups(kept: KeptAlerts) -> Mapping[str, list[Mapping[str, str]]]:
    """Rule → the groups in which it stands."""
    found: dict[str, list[Mapping[str, str]]] = {}
    for one in kept.changes.values():
        if one.state == "raised":
            found.setdefault(one.rule, []).append(one.figure.group)
    return found


def _told(one: AlertChanged, kept: KeptAlerts, rules: Mapping[str, Alert], names: Names) -> AlertShown:
    stands, row, rate = one.state == "raised", rules.get(one.rule, one), CATALOGUE.get(one.figure.rate)
    figure = kept.figures.get(one.id, one.figure) if stands else one.figure
    return AlertShown(
        id=one.id,
        rule=one.rule,
        kind=one.kind,
        name=row.name,
        name_en=row.name_en,
        rate_name=rate.name if rate else one.figure.rate,
        rate_name_en=rate.name_en if rate else one.figure.rate,
        labels={name: names.label(name, value) for name, value in figure.group.items()},
        state=one.state,
        since=one.since,
        cleared_at=None if stands else one.at,
        why=None if stands else one.why,
        figure=figure,
    )
