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
- 定义有变则版本加一。A changed definition is a new version (v).
"""


def document() -> str:
    """The whole text, the same for the same catalogue."""
    return "\n".join((HEAD, *(line for theme in THEMES for line in _section(*theme, THEMES[theme]))))


def _section(name: str, name_en: str, rows: Sequence[Definition]) -> Iterator[str]:
    yield f"## {name} · {name_en}\n"
    if all(row.denominator is None and row.quantiles is UNSET for row in rows):
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
