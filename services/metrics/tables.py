"""An answer as a table for people: what a spreadsheet shows of it, every figure with what explains it."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Literal

import msgspec
from msgspec import UNSET

from .domain.figures import Figure
from .domain.measures import Basis, Scope
from .domain.receipts import Side, Why
from .explaining import Listed
from .handlers import Answer
from .naming import Given

Language = Literal["zh", "en"]
Cell = str | int | float | None
Row = list[Cell]
Column = tuple[str, bool, Callable[[Figure], Cell]]
"""Its name, whether it holds shares, and what it shows of a row."""
_DIMENSIONS: Mapping[str, tuple[str, str]] = {
    "channel": ("渠道", "Channel"),
    "department": ("部门", "Department"),
    "category": ("类别", "Category"),
    "grid": ("网格", "Grid"),
    "urgency": ("紧急程度", "Urgency"),
    "community": ("社区", "Community"),
    "street": ("街道", "Street"),
    "category_1": ("一级类别", "Category, first level"),
    "category_2": ("二级类别", "Category, second level"),
}
_BASES: Mapping[Basis, tuple[str, str]] = {
    "cohort": ("按登记日", "by the day received"),
    "due": ("按到期时间", "by the due time"),
    "flow": ("按发生时间", "by when it happened"),
}
_READINGS: Mapping[Scope, tuple[str, str]] = {"full": ("全口径", "full"), "assessed": ("考核口径", "assessed")}
_CASE_HEAD = (
    ("编号", "Number"),
    ("标题", "Title"),
    ("部门", "Department"),
    ("到期", "Due"),
    ("逾期天数", "Days late"),
    ("件", "Case"),
    ("分子", "Numerator"),
    ("分母", "Denominator"),
    ("状态", "Standing"),
    ("为何不计", "Left out because"),
)
_SIDES: Mapping[Side, tuple[str, str]] = {
    "numerator": ("分子", "numerator"),
    "denominator": ("分母", "denominator"),
    "rest": ("未达标", "the rest"),
    "left_out": ("不计", "left out"),
}
_STANDINGS: Mapping[str, tuple[str, str]] = {
    "open": ("在办", "open"),
    "closed": ("已办结", "closed"),
    "rejected": ("不予受理", "rejected"),
    "void": ("作废", "void"),
    "merged": ("并单", "merged"),
    "returned": ("已退回", "returned"),
}
_WHY: Mapping[Why, tuple[str, str]] = {
    "excluded": ("已剔除", "excluded"),
    "not_valid": ("不是有效件", "not a valid case"),
    "has_none": ("没有这一项可计", "has nothing of it to count"),
}
_REASONS: Mapping[str, tuple[str, str]] = {
    "nothing_to_divide_by": ("无可计算的件", "nothing to divide by"),
    "not_a_part": ("分子不是分母的一部分", "the numerator is no part of the denominator"),
}


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is the figure's, `id` one for file names in ASCII. `shares` are the places of columns that hold shares of
    one, to be shown as percentages; `about` says how to read it: name → words."""

    id: str
    name: str
    head: list[str]
    rows: list[Row]
    shares: frozenset[int]
    about: list[tuple[str, str]]


def table(answer: Answer, language: Language) -> Table:
    """Groups first, each with its name and its id, then the figure and what it is made of."""
    pick = _pick(language)
    row = answer.definition
    columns = [*_groups(answer.group_by, language), *_figures(answer, pick)]
    return Table(
        id=row.id,
        name=(row.name, row.name_en)[pick],
        head=[name for name, _, _ in columns],
        rows=[[value(one) for _, _, value in columns] for one in answer.rows],
        shares=frozenset(place for place, (_, share, _) in enumerate(columns) if share),
        about=_about(answer, pick),
    )


def receipt_table(cases: Listed, language: Language) -> Table:
    """The cases of one side, and what each gives; of those left out, why. Its rows are those of `share_rows`."""
    pick = _pick(language)
    row = cases.definition
    side = _SIDES[cases.side][pick]
    return Table(
        id=f"{row.id}-{cases.side}",
        name=f"{(row.name, row.name_en)[pick]}-{side}",
        head=[names[pick] for names in _CASE_HEAD],
        rows=[],
        shares=frozenset(),
        about=[*_about(cases, pick), (("明细", "Cases")[pick], side)],
    )


async def share_rows(parts: AsyncGenerator[list[Given], None], language: Language) -> AsyncGenerator[list[Row], None]:
    """The rows of `receipt_table`, part by part."""
    pick = _pick(language)
    async with aclosing(parts):
        async for part in parts:
            yield [
                [
                    one.number,
                    one.title,
                    one.labels.get(language) or one.department,
                    None if one.due_at is None else f"{one.due_at:%Y-%m-%d %H:%M}",
                    one.days_late,
                    one.case_id,
                    one.numerator,
                    one.denominator,
                    _STANDINGS[one.standing][pick],
                    _WHY[one.why][pick] if one.why else None,
                ]
                for one in part
            ]


def _pick(language: Language) -> int:
    return 0 if language == "zh" else 1


def _groups(group_by: Sequence[str], language: Language) -> list[Column]:
    pick, found = _pick(language), list[Column]()
    for name in group_by:
        zh_en = _DIMENSIONS[name]
        found.append((zh_en[pick], False, _label(name, language)))
        found.append((zh_en[pick] + ("代码", " id")[pick], False, _group(name)))
    return found


def _figures(answer: Answer, pick: int) -> list[Column]:
    row, name = answer.definition, (answer.name, answer.name_en)[pick]
    found: list[Column] = []
    if row.quantiles is not UNSET:
        found.append((("件数", "Cases")[pick], False, lambda one: one.denominator))
        for share in row.quantiles.at:
            key = f"p{share * 100:g}"
            found.append((f"{name} {key}{('（天）', ' (days)')[pick]}", False, _in_days(key)))
            found.append((f"{name} {key}{('（秒）', ' (seconds)')[pick]}", False, _quantile(key)))
    elif row.denominator is None:
        found.append((name, False, lambda one: one.value))
        if any(one.per_10000 is not UNSET for one in answer.rows):
            found.append((("每万人", "Per 10,000")[pick], False, lambda one: one.per_10000 or None))
    else:
        found += [
            (name, True, lambda one: one.value),
            (("分子", "Numerator")[pick], False, lambda one: one.numerator),
            (("分母", "Denominator")[pick], False, lambda one: one.denominator),
            (("95% 区间下限", "95 % interval from")[pick], True, lambda one: one.interval[0] if one.interval else None),
            (("95% 区间上限", "95 % interval to")[pick], True, lambda one: one.interval[1] if one.interval else None),
        ]
    if row.coverage is not None:
        found.append((("覆盖率", "Coverage")[pick], True, lambda one: one.coverage.value if one.coverage else None))
    found.append((("说明", "Note")[pick], False, lambda one: _REASONS[one.reason][pick] if one.reason else None))
    return found


def _about(answer: Answer | Listed, pick: int) -> list[tuple[str, str]]:
    row = answer.definition
    open_end = ("不限", "open")[pick]
    return [
        (("指标", "Figure")[pick], f"{(row.name, row.name_en)[pick]} ({row.id})"),
        (("定义版本", "Definition's version")[pick], str(row.version)),
        (("含义", "Meaning")[pick], (row.meaning, row.meaning_en)[pick]),
        (("出处", "Source")[pick], row.source),
        (("基准", "Basis")[pick], _BASES[answer.basis][pick]),
        (("口径", "Reading")[pick], _READINGS[answer.reading][pick]),
        (("时段", "Period")[pick], (answer.period.zh, answer.period.en)[pick]),
        (("统计截至", "Counted up to")[pick], _upto(answer, pick)),
        (("起（含）", "From (included)")[pick], answer.begin or open_end),
        (("止（不含）", "To (not included)")[pick], answer.end or open_end),
        (
            ("计至（分区:序号）", "Counts up to (partition:sequence)")[pick],
            " ".join(f"{partition}:{seq}" for partition, seq in answer.position.items()),
        ),
    ]


def _upto(answer: Answer | Listed, pick: int) -> str:
    at = answer.counted_up_to
    said = ("未知", "not known")[pick] if at is None else f"{at:%Y-%m-%d %H:%M:%S}"
    return said if answer.complete else said + ("，尚未计全", ", not complete")[pick]


def _label(dimension: str, language: Language) -> Callable[[Figure], Cell]:
    return lambda one: one.labels[dimension].get(language) or one.group[dimension]


def _group(dimension: str) -> Callable[[Figure], Cell]:
    return lambda one: one.group[dimension]


def _quantile(key: str) -> Callable[[Figure], Cell]:
    return lambda one: one.quantiles.get(key) if one.quantiles is not UNSET else None


def _in_days(key: str) -> Callable[[Figure], Cell]:
    """To a hundredth: a quarter of an hour."""
    seconds = _quantile(key)

    def days(one: Figure) -> Cell:
        found = seconds(one)
        return round(found / 86_400, 2) if isinstance(found, int | float) else None

    return days
