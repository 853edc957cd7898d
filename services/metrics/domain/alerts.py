"""Which alerts stand (预警), and what is to be told of it. Pure: figures in, changes out; no state of its own.

An alert is a rule in one group. It is raised when its figure crosses the threshold and cleared when it is back, each
once; there is nothing in between, so that the figure alone says whether it stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from services.contracts.alerts import AlertChanged, AlertFigure, CountAbove, RateBelow, Rise
from services.contracts.directory import Alert

from .figures import Figure


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule sees in one group now."""

    figure: AlertFigure
    stands: bool


def alert_id(rule: str, group: Mapping[str, str]) -> str:
    """`on-time-low`, or with the group `on-time-low/department=roads`."""
    return "/".join((rule, *(f"{name}={value}" for name, value in group.items())))


def below(rule: RateBelow, figure: Figure) -> bool:
    """Enough cases, and a smaller share of them."""
    enough = (figure.denominator or 0) >= rule.least
    return enough and figure.value is not None and figure.value < rule.threshold


def counted(rule: CountAbove, figure: Figure) -> float | int:
    """The part that the rule counts. Of a plain count there is the numerator alone."""
    numerator, denominator = figure.numerator or 0, figure.denominator or 0
    return {"numerator": numerator, "denominator": denominator, "rest": denominator - numerator}[rule.part]


def above(rule: CountAbove, figure: Figure) -> bool:
    """More than the rule allows."""
    return counted(rule, figure) > rule.threshold


def risen(rule: Rise, count: float, before: Sequence[float]) -> bool:
    """`before` are the counts of the same hours of each of the rule's days before, 0 where nothing happened."""
    return count >= rule.least and count >= rule.factor * sum(before) / len(before)


def changes(
    kept: Mapping[str, AlertChanged], seen: Iterable[tuple[str, Seen]], rules: Mapping[str, Alert], at: datetime
) -> list[AlertChanged]:
    """What changed, by alert. `kept` is each alert's last change, `seen` pairs of a rule's id and what it saw in a
    group: of every group that has a figure, and of every other in which the rule stands. A standing alert of which
    nothing is seen is cleared with its rule."""
    found, looked_at = list[AlertChanged](), set[str]()
    for rule, one in seen:
        name = alert_id(rule, one.figure.group)
        looked_at.add(name)
        before = kept.get(name)
        stood = before is not None and before.state == "raised"
        if one.stands is not stood:
            row = rules[rule]
            found.append(
                AlertChanged(
                    id=name,
                    version=before.version + 1 if before else 1,
                    state="raised" if one.stands else "cleared",
                    at=at,
                    since=before.since if before and stood else at,
                    rule=rule,
                    kind=row.rule.__struct_config__.tag,  # type: ignore[arg-type]
                    name=row.name,
                    name_en=row.name_en,
                    figure=one.figure,
                )
            )
    gone = (one for name, one in kept.items() if one.state == "raised" and name not in looked_at)
    found += [msgspec.structs.replace(one, version=one.version + 1, state="cleared", at=at, why="rule") for one in gone]
    return found


def behind(position: Mapping[str, int], judged: Mapping[str, int]) -> bool:
    """Whether figures at `position` are older than those that were judged last: they are being counted again."""
    return any(position.get(partition, 0) < seq for partition, seq in judged.items())
