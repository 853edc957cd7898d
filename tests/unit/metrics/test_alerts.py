"""Alerts (预警): raised once, cleared once, told at least once under the same id; judged by the figures alone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

import msgspec
import pytest

from services.contracts.alerts import AlertChanged, Basis, Dimension, Reading
from services.contracts.cases import CaseFact
from services.contracts.directory import Alert
from services.metrics.adapters.alert_topic import record
from services.metrics.alert_rules import planned
from services.metrics.alerts import check
from services.metrics.domain import measures
from services.metrics.domain.rollups import ALL

from .cases import at
from .memory import MemoryAlerts, MemoryCells, PlainNames
from .test_series import received
from .test_worked_example import SHANGHAI

NOW = at("04-11 09:30")
HANDLED: dict[str, Any] = {
    "kind": "rate_below", "rate": "handled", "group_by": ["channel"], "period": "month", "threshold": 0.5, "least": 3
}  # fmt: skip
RISE: dict[str, Any] = {"kind": "rise", "rate": "received_count", "hours": 2, "days": 3, "factor": 2, "least": 3}


def rows(**rules: Mapping[str, Any]) -> dict[str, Alert]:
    found = {name: {"name": f"规则 {name}", "name_en": name, "rule": rule} for name, rule in rules.items()}
    return msgspec.convert(found, dict[str, Alert])


class Judge:
    """One process's; `cells` may change between two judgements."""

    def __init__(self, rules: Mapping[str, Alert], facts: Sequence[CaseFact] = ()) -> None:
        self.rules = rules
        self.book = MemoryAlerts()
        self.cells = MemoryCells(facts)

    async def __call__(self, now: datetime = NOW) -> list[tuple[str, str, int]]:
        """What was published by this judgement: alert, state, version."""
        before = len(self.book.published)
        self.went_on = await check(
            self.rules,
            {},
            book=self.book,
            topic=self.book,
            cells=self.cells,
            names=PlainNames(),
            zone=SHANGHAI,
            now=now,
        )
        return [(one.id, one.state, one.version) for one in self.book.published[before:]]

    @property
    def last(self) -> AlertChanged:
        return self.book.published[-1]


def cases(number: int, when: str, closed: int, channel: str = "hotline") -> list[CaseFact]:
    """So many cases of then, of which some are closed."""
    first = sum(map(ord, channel))
    return [fact for one in range(number) for fact in received(when, first + one, channel, closed=one < closed)]


async def test_a_share_that_falls_is_raised_once_with_its_figure_and_cleared_once() -> None:
    judge = Judge(rows(low=HANDLED), cases(4, "04-10 08:00", 1) + cases(4, "04-10 08:00", 3, "grid"))
    assert await judge() == [("low/channel=hotline", "raised", 1)]
    raised = judge.last
    assert (raised.name, raised.kind, raised.at, raised.since) == ("规则 low", "rate_below", NOW, NOW)
    assert msgspec.to_builtins(raised.figure) == {
        "rate": "handled",
        "definition": 1,
        "basis": "cohort",
        "reading": "full",
        "group": {"channel": "hotline"},
        "value": 0.25,
        "n": 4,
        "threshold": 0.5,
        "from": "2026-04-01T00:00:00+08:00",
        "to": "2026-05-01T00:00:00+08:00",
        "position": {"0": len(judge.cells.facts), "1": 0},
    }
    assert await judge() == []
    judge.cells.facts += cases(4, "04-10 09:00", 4)
    assert await judge(at("04-11 10:00")) == [("low/channel=hotline", "cleared", 2)]
    assert (judge.last.at, judge.last.since, judge.last.why) == (at("04-11 10:00"), NOW, "figure")
    assert (judge.last.figure.value, judge.last.figure.n) == (5 / 8, 8)
    assert await judge() == []
    judge.cells.facts += cases(9, "04-10 10:00", 0)
    assert await judge(at("04-11 11:00")) == [("low/channel=hotline", "raised", 3)]
    assert judge.last.since == at("04-11 11:00")


@pytest.mark.parametrize(("number", "closed", "stands"), [(2, 0, False), (3, 0, True), (4, 2, False), (0, 0, False)])
async def test_a_share_stands_under_its_threshold_and_of_enough_cases(number: int, closed: int, stands: bool) -> None:
    judge = Judge(rows(low={**HANDLED, "group_by": []}), cases(number, "04-10 08:00", closed))
    assert bool(await judge()) is stands


async def test_an_alert_whose_group_has_nothing_left_to_count_is_cleared() -> None:
    judge = Judge(rows(low=HANDLED), cases(4, "04-10 08:00", 0))
    await judge()
    assert await judge(at("05-01 00:00")) == [("low/channel=hotline", "cleared", 2)]
    figure = judge.last.figure
    assert (figure.value, figure.n, figure.group) == (None, 0, {"channel": "hotline"})
    assert figure.begin == at("05-01 00:00")


@pytest.mark.parametrize(("threshold", "stands"), [(3, False), (2, True)])
async def test_the_rest_of_a_share_is_counted_and_stands_above_its_threshold(threshold: int, stands: bool) -> None:
    # received on 30 March, due on 6 April
    rule = {"kind": "count_above", "rate": "handled_due", "part": "rest", "period": "all", "threshold": threshold}
    judge = Judge(rows(open=rule), cases(5, "03-30 08:00", 2))
    assert bool(await judge()) is stands
    if stands:
        assert (judge.last.figure.value, judge.last.figure.n, judge.last.figure.threshold) == (3, 5, 2)
        assert (judge.last.figure.part, judge.last.figure.begin, judge.last.figure.end) == (
            "rest",
            None,
            at("04-11 09:00"),
        )


async def test_a_rise_is_seen_against_the_same_hours_of_the_days_before() -> None:
    usual = [fact for day in ("04-08", "04-09", "04-10") for fact in cases(2, f"{day} 08:30", 0)]
    elsewhere = cases(9, "04-10 12:00", 0) + cases(9, "04-07 08:30", 0)
    judge = Judge(rows(rise=RISE), usual + elsewhere + cases(3, "04-11 09:10", 0))
    assert await judge() == []
    judge.cells.facts += received("04-11 09:20", 77)
    assert await judge() == [("rise", "raised", 1)]
    figure = judge.last.figure
    assert (figure.value, figure.n, figure.mean, figure.threshold) == (4, 4, 2, 2)
    assert (figure.begin, figure.end) == (at("04-11 08:00"), at("04-11 10:00"))


async def test_a_rise_stays_while_its_hours_hold_and_does_not_come_and_go_with_the_full_hour() -> None:
    judge = Judge(rows(rise=RISE), cases(3, "04-11 08:10", 0))
    told = [(now, await judge(at(f"04-11 {now}"))) for now in ("08:59", "09:00", "09:59", "10:00", "10:59", "11:00")]
    assert told == [
        ("08:59", [("rise", "raised", 1)]),
        ("09:00", []),
        ("09:59", []),
        ("10:00", []),
        ("10:59", []),
        ("11:00", [("rise", "cleared", 2)]),
    ]


async def test_where_nothing_happened_on_the_days_before_the_least_count_alone_decides() -> None:
    judge = Judge(rows(rise={**RISE, "group_by": ["category", "grid"]}), cases(2, "04-11 09:10", 0))
    assert await judge() == []
    judge.cells.facts += received("04-11 09:20", 77)
    assert await judge() == [("rise/category=noise/grid=none", "raised", 1)]


async def test_what_was_kept_and_not_told_is_told_first_and_is_the_same_to_the_byte() -> None:
    judge = Judge(rows(low=HANDLED), cases(4, "04-10 08:00", 0))
    judge.book.away = True
    with pytest.raises(ConnectionError):
        await judge()
    (kept,) = (await judge.book.load()).untold
    judge.cells.facts += cases(8, "04-10 09:00", 8)
    with pytest.raises(ConnectionError):
        await judge(at("04-11 10:00"))
    assert (await judge.book.load()).changes == {kept.id: kept}, "nothing new is judged before it is told"
    judge.book.away = False
    assert await judge(at("04-11 10:01")) == [
        ("low/channel=hotline", "raised", 1),
        ("low/channel=hotline", "cleared", 2),
    ]
    assert record(judge.book.published[0]) == record(kept)
    assert await judge() == []


async def test_of_two_who_judge_at_once_one_tells() -> None:
    judge = Judge(rows(low=HANDLED), cases(4, "04-10 08:00", 0))
    seen_by_the_other = await judge.book.load()
    assert await judge() == [("low/channel=hotline", "raised", 1)]

    async def as_it_was() -> Any:
        return seen_by_the_other

    judge.book.load = as_it_was  # type: ignore[method-assign]
    assert await judge() == []


@pytest.mark.parametrize(
    "later",
    [
        {},
        rows(low={**HANDLED, "group_by": ["department"], "least": 99}),
        rows(low={**HANDLED, "rate": "no_such_rate"}),
    ],
)
async def test_an_alert_whose_rule_is_gone_changed_or_broken_is_cleared_and_says_so(later: dict[str, Alert]) -> None:
    judge = Judge(rows(low=HANDLED), cases(4, "04-10 08:00", 0))
    await judge()
    figure, judge.rules = judge.last.figure, later
    assert await judge() == [("low/channel=hotline", "cleared", 2)]
    assert (judge.last.why, judge.last.figure, judge.last.name) == ("rule", figure, "规则 low")
    assert await judge() == []


async def test_figures_that_are_being_counted_again_raise_and_clear_nothing() -> None:
    judge = Judge(rows(low=HANDLED), cases(4, "04-10 08:00", 0) + cases(8, "04-10 08:30", 8, "grid"))
    await judge()
    facts, judge.cells.facts = judge.cells.facts, judge.cells.facts[4:8]
    assert await judge() == []
    assert judge.went_on is False
    judge.cells.facts = facts
    assert await judge() == []
    assert judge.went_on is True


BROKEN = [
    ({**HANDLED, "rate": "no_such"}, "unknown_rate", "rule.rate"),
    ({**HANDLED, "basis": "due"}, "unknown_basis", "rule.basis"),
    ({**HANDLED, "group_by": ["grid", "urgency"]}, "unsupported_dimensions", "rule.group_by"),
    ({**HANDLED, "period": "2026-13"}, "bad_period", "rule.period"),
    ({**HANDLED, "assessment": "moon"}, "unknown_assessment", "rule.assessment"),
    ({**HANDLED, "rate": "closed_count"}, "not_a_share", "rule.rate"),
    ({**HANDLED, "rate": "speed_closed"}, "not_a_share", "rule.rate"),
    ({**RISE, "rate": "handled"}, "not_a_count", "rule.rate"),
    ({**RISE, "rate": "speed_closed"}, "not_a_count", "rule.rate"),
    (
        {"kind": "count_above", "rate": "closed_count", "part": "rest", "period": "all", "threshold": 1},
        "no_such_part",
        "rule.part",
    ),
    ({"kind": "count_above", "rate": "speed_closed", "period": "all", "threshold": 1}, "no_such_part", "rule.part"),
]


@pytest.mark.parametrize(("rule", "code", "field"), BROKEN, ids=lambda one: one if isinstance(one, str) else "")
async def test_a_rule_that_cannot_be_judged_is_said_and_keeps_no_other_from_being_judged(
    rule: dict[str, Any], code: str, field: str
) -> None:
    rules = rows(bad=rule, low=HANDLED)
    plans, (broken,) = planned(rules, {}, SHANGHAI, NOW)
    assert [plan.rule for plan in plans] == ["low"]
    assert (broken.rule, broken.code, broken.field) == ("bad", code, field)
    assert broken.reason["en"]
    assert broken.reason["zh"] != "这条规则判断不了", "every reason has its words"
    judge = Judge(rules, cases(4, "04-10 08:00", 0))
    assert await judge() == [("low/channel=hotline", "raised", 1)]


@pytest.mark.parametrize(
    ("period", "begin", "end"),
    [
        ("all", None, None),
        ("today", "04-11 00:00", "04-12 00:00"),
        ("week", "04-06 00:00", "04-13 00:00"),
        ("month", "04-01 00:00", "05-01 00:00"),
        ("days1", "04-11 00:00", "04-12 00:00"),
        ("days30", "03-13 00:00", "04-12 00:00"),
        ("2026-03", "03-01 00:00", "04-01 00:00"),
        ("2026-W14", "03-30 00:00", "04-06 00:00"),
        ("2026-04-02", "04-02 00:00", "04-03 00:00"),
    ],
)
def test_periods_slide_with_the_day_or_are_named(period: str, begin: str | None, end: str | None) -> None:
    ((plan,), broken) = planned(rows(low={**HANDLED, "period": period}), {}, SHANGHAI, NOW)
    assert not broken
    found = plan.asked[0].period
    assert (found.begin, found.end) == (begin and at(begin), end and at(end))


def test_what_rules_may_name_is_what_figures_have() -> None:
    assert set(get_args(Dimension)) == set(ALL)
    assert get_args(Basis) == get_args(measures.Basis)
    assert get_args(Reading) == measures.SCOPES
