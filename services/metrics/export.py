"""Writes the catalogue of rates out for those who do not read Python: docs/rates.md.

`python -m services.metrics.export` writes it; with `--check` it says whether it is up to date.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import UNSET

from .domain.measures import Basis
from .domain.rates import THEMES, Definition, Sum

FILE = Path(__file__).parents[2] / "docs" / "rates.md"
COMMAND = "python -m services.metrics.export"
BASES: dict[Basis, str] = {"cohort": "按登记日", "due": "按到期时间", "flow": "按发生时间"}
HEAD = f"""# 指标目录 · Rates

由 `{COMMAND}` 生成, 勿手改。Written by `{COMMAND}`, not by hand. `GET /v1/definitions` serves the same.

- **口径 Reading**: `reading=full` (全口径, 默认 the default) 计全部; `reading=assessed` (考核口径) 不计已剔除的件与事。
  Full counts all; assessed leaves out cases and occurrences that were excluded.
- **基准 Basis**: 写在前面的是默认。The first is the default.
  - `cohort` 按登记日: 当天登记的件至今的结果。Cases by the day they were received; what became of them since.
  - `due` 按到期时间: 计到上一整点。Cases by the hour of their due time, up to the last full hour.
  - `flow` 按发生时间: 发生在该小时的事。What happened, by the hour in which it happened.
- **有效件 Valid**: 除不予受理、作废、并单、已退回之外。Not rejected, void, merged or returned upward.
- 定义有变则版本加一; 旧版用 `definition=` 查询。
  A changed definition is a new version (v); `definition=` asks for an earlier one.

## 每个答复都说的 · What every answer says

Rates, several, series, compare, receipts, scores, the stream, the public board and `GET /v1/alerts` have:

- `counted_up_to` 统计截至: 该时刻日志上的一切都已计入, 到期也按它判断; 不知时为 null。
  All that was on the log then is counted, and what is due is judged as of it; null while not known.
- `behind_seconds`, `behind_records` 落后多少秒、多少条。
  How far that is behind, in time and in records; null while not known.
- `complete` 落后不超过 10 秒, 或所问是已计全的过去。不为 true 时, 图上须写明统计截至何时。
  Not more than 10 s behind, or of a past that is counted whole. While it is false, say beside the figure up to when it
  counts. Alerts are neither raised nor cleared then: `waits` of `GET /v1/alerts` is true.
- `period` 时段的名称 (`zh`, `en`), 如 2026年11月, 不写本月、今年。
  The period's own name; `from` and `to` are its edges.

不问时段时, 总览与公众页是今年, 其他查询是全部时间。Without a period the overview and the public board are of this year,
all else of all times, as the answer says; `period=year`, `month`, `week` and `today` ask for the one that is now.

- **走势 Series**: 每段有 `complete` (已过完且已计) 和 `mature` (可与其他段相比)。按登记日, 一段中 95 % 的件期限已过
  (`due_share`) 才算; 之前不可能都办结, 线尾必然下垂。
  Each span has `complete` (over, and counted) and `mature` (may be compared). By the day received it is mature once the
  due times of 95 % of its cases have passed (`due_share`): before that they cannot all be closed, and a line falls at
  its end for no other reason.
- **明细 Receipts**: `side=numerator`, `denominator`, `rest` (未达标: 在分母而不在分子), `left_out`。
  每件有编号、标题 (保密件为 null)、部门、到期、逾期天数; 到期与逾期是现在的情况。
  `rest` is what of the denominator is not in the numerator: the late, the dissatisfied, the unsolved. Each case has
  `number`, `title` (null of a confidential one), `department` with its `labels`, `due_at` and `days_late`; the last two
  as it stands now.
- **谁的件 Whose it is**: 按登记日、按到期时间是现主办部门, 协办任务是协办部门, 按发生时间是当时的主办部门。
  首次不满意在 `cohort` 上算现主办部门, 在 `flow` 上算评价当时的主办部门; 明细的 `department` 写明是谁。
  By the day received and the due time a case is its present lead's, an assist is the assistant's; by when it happened
  it is the lead's of then. So a first bad grade is the present lead's on `cohort`, on `flow` the lead's of that day.
- **得分 Scores**: 有一项不足 `least_n` (10) 件的不排名 (`unranked: too_few`); 无可计的不是 0。
  A group with fewer than `least_n` cases in a part has no rank; nothing to divide by is not 0.
- **太多 Too many**: 一个答复至多 5,000 组, 走势至多 100,000 个数; 再多为 422, 说明怎么缩小。
  An answer has 5,000 groups at most and a series 100,000 figures; more is a 422 that says how to ask for less.
- **公众页 Public board**: 满意率按批公布, 每批至少十件评价, 只含三天前的整日, 取整到百分之一和十件。
  五十件以下全满意或全不满意的不公布; 合计只含列出的部门。从两次读数看不出一个人的评价。
  Satisfaction is released in batches of ten evaluations or more, by whole days three days old, in whole percents and
  tens; all or none of fewer than fifty is not told; the total is of the departments listed. No two readings tell one
  person's grade. (After Hundepool et al., *Statistical Disclosure Control*, 2012, and the EDFacts rules; ADR 0026.)
- **超期 Overdue**: 到期的件 = 按时 (`on_time` 的分子) + 超期未结 (`overdue_open`) + 逾期答复 (`answered_late`)。
  Cases due are in time (the numerator of `on_time`), overdue and open, or answered late.
- **被收回的答复 A reply taken back** (审核退回、核查不通过、重办): 不算按时 (`on_time` v2), `replied` 仍算。
  It meets no due time; `replied` still counts that a reply was once given.
"""


def document() -> str:
    """The whole text, the same for the same catalogue."""
    return "\n".join((HEAD, *(line for theme in THEMES for line in _section(*theme, THEMES[theme]))))


def _section(name: str, name_en: str, rows: Sequence[Definition]) -> Iterator[str]:
    yield f"## {name} · {name_en}\n"
    if len({row.meaning for row in rows}) == 1:
        yield f"{rows[0].meaning}。{rows[0].meaning_en}. `{rows[0].bases[0]}`.\n"
        yield "| id | 名称 | name |"
        yield "| --- | --- | --- |"
        for row in rows:
            yield f"| `{row.id}` v{row.version} | {row.name} | {row.name_en} |"
    else:
        yield "| id | 名称 name | 含义 meaning | 计数 measures | 基准 basis | 出处 source |"
        yield "| --- | --- | --- | --- | --- | --- |"
        yield from map(_row, rows)
    yield ""


def _row(row: Definition) -> str:
    bases = "<br>".join(f"`{basis}` {BASES[basis]}" for basis in row.bases)
    return (
        f"| `{row.id}` v{row.version} | {row.name}<br>{row.name_en} | {row.meaning}<br>{row.meaning_en} "
        f"| {_measures(row)} | {bases} | {row.source} |"
    )


def _measures(row: Definition) -> str:
    if row.quantiles is not UNSET:
        shares = ", ".join(f"p{share * 100:g}" for share in row.quantiles.at)
        return f"`{row.quantiles.histogram}`: {shares}; ±{row.quantiles.relative_error:.0%}"
    parts = " / ".join(_sum(part) for part in (row.numerator, row.denominator) if part is not None)
    if row.coverage is None:
        return parts
    return f"{parts}<br>覆盖率 coverage: {' / '.join(map(_sum, row.coverage))}"


def _sum(part: Sum) -> str:
    """`valid − dissatisfied`, as people write it."""
    weighted = {part: 1} if isinstance(part, str) else part
    terms = (
        f"{'−' if weight < 0 else '+'} {'' if abs(weight) == 1 else f'{abs(weight):g} × '}{measure}"
        for measure, weight in weighted.items()
    )
    return f"`{' '.join(terms).removeprefix('+ ')}`"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 where `--check` finds it out of date."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Export the catalogue of rates.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where it is out of date")
    parser.add_argument("--file", type=Path, default=FILE, help="where it is")
    chosen = parser.parse_args(arguments)
    text = document()
    stale = not chosen.file.exists() or chosen.file.read_text(encoding="utf-8") != text
    if chosen.check and stale:
        sys.stderr.write(f"out of date: {chosen.file.name}\nrun `{COMMAND}` and commit what it writes\n")
        return 1
    if not chosen.check:
        chosen.file.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{chosen.file.name}: {'written anew' if stale else 'as it was'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
