"""The life of a case as a page: a Mermaid picture and the tables, from the tables in `domain`.

`python -m services.routing.picture` writes docs/life-of-a-case.md; with `--check` it says whether that is up to date.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from services.contracts.cases import NOT_VALID, NOW_CLOSED, State

from .domain.fields import FIELDS, Field
from .domain.moves import ANY_OPEN, CHINESE, MOVES, REMARKS, Move, Need
from .domain.tasks import CHINESE as TASK_CHINESE
from .domain.tasks import TASK_MOVES

PAGE = Path(__file__).parents[2] / "docs" / "life-of-a-case.md"
_BOTH_WAYS: dict[str, tuple[tuple[State, State], ...]] = {
    "verify": (("replied", "closed"), ("replied", "redo")),
}
"""Where the table leaves the next state to what the action says."""
_ANYWHERE = "anywhere"


def page() -> str:
    """The whole page."""
    return "\n".join(
        (
            "# 一件事的一生 · The life of a case\n",
            "Made from the tables in `services/routing/domain` (`python -m services.routing.picture`); do not edit.\n",
            "```mermaid",
            *_picture(),
            "```\n",
            "任一在办: every open state. 拆单 leads back to the state before. Left out: moves that leave "
            "the state as it is.\n",
            "## 动作 · Moves\n",
            "Who may is the default; a channel's row in the directory replaces it action by action.\n",
            "Any action may carry the remarks `reason`, `text` and `evidence`. A field that it neither needs nor takes "
            "is refused by name (`unused_field`).\n",
            "| 动作 | action | 谁 who | 从 from | 到 to | 需要 needs | 可带 takes | 发生 occurrence |",
            "|---|---|---|---|---|---|---|---|",
            *(_row(move) for move in MOVES.values()),
            "",
            "## 动作的字段 · An action's fields\n",
            "| 字段 field | 中文 | 内容 holds | 取值 values |",
            "|---|---|---|---|",
            *(_field(name, row) for name, row in FIELDS.items()),
            "",
            "## 协办任务 · An assistant's task\n",
            "The case itself is open meanwhile; its closing waits until no task is.\n",
            "```mermaid",
            *_tasks(),
            "```",
            "",
        )
    )


def _picture() -> Iterator[str]:
    yield "stateDiagram-v2"
    for state, name in CHINESE.items():
        yield f"    {state}: {name} {state}"
    yield "    [*] --> received: 登记 submit"
    between: dict[tuple[State, State], list[str]] = {}
    yield f"    {_ANYWHERE}: 任一在办 any open"
    for move in MOVES.values():
        if set(ANY_OPEN) <= set(move.from_states):
            if move.to is not None:
                yield f"    {_ANYWHERE} --> {move.to}: {move.chinese}"
            continue
        for begin, end in _arrows(move):
            between.setdefault((begin, end), []).append(move.chinese)
    for (begin, end), names in between.items():
        yield f"    {begin} --> {end}: {' · '.join(names)}"
    yield f"    classDef done fill:#dff0e3,stroke:#3a7d4f\n    class {','.join(sorted(NOW_CLOSED))} done"
    yield f"    merged --> {_ANYWHERE}: {MOVES['split'].chinese}"
    yield f"    classDef out fill:#eee,stroke:#999\n    class {','.join(sorted(NOT_VALID))} out"


def _arrows(move: Move) -> Iterator[tuple[State, State]]:
    if move.action in _BOTH_WAYS:
        yield from _BOTH_WAYS[move.action]
    elif move.to is not None:
        yield from ((begin, move.to) for begin in move.from_states)


def _row(move: Move) -> str:
    who = "、".join(move.roles) or "—"
    to = f"{CHINESE[move.to]} {move.to}" if move.to else "—"
    if move.action == "verify":
        to = "办结 closed / 重办 redo"
    takes = ", ".join(name for name in move.takes if name not in REMARKS)
    needs = ", ".join(move.needs)
    cells = (move.chinese, f"`{move.action}`", who, _states(move), to, needs, takes, move.occurrence or "")
    return "| " + " | ".join(cells) + " |"


def _field(name: Need, row: Field) -> str:
    values = "、".join(f"`{value}` {chinese}" for value, chinese in row.values.items())
    return f"| `{name}` | {row.chinese} | {row.holds} | {values} |"


def _states(move: Move) -> str:
    if move.from_states == ANY_OPEN:
        return "任一在办 any open"
    if len(move.from_states) > len(ANY_OPEN):
        left_out = [CHINESE[state] for state in CHINESE if state not in move.from_states]
        return "任一" + (f"，除 {'、'.join(left_out)}" if left_out else " any")
    return "、".join(CHINESE[state] for state in move.from_states)


def _tasks() -> Iterator[str]:
    yield "stateDiagram-v2"
    for state, name in TASK_CHINESE.items():
        yield f"    {state}: {name} {state}"
    yield "    [*] --> assigned: 派协办 assist"
    for row in TASK_MOVES.values():
        for begin in row.from_states:
            yield f"    {begin} --> {row.to}: {MOVES[row.action].chinese} {row.action}"
    for state in ("assigned", "signed", "return_requested"):
        yield f"    {state} --> released: 解除协办 release"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 where `--check` finds the page out of date."""
    parser = argparse.ArgumentParser(prog="python -m services.routing.picture", description=page.__doc__)
    parser.add_argument("--check", action="store_true")
    text = page()
    if not parser.parse_args(arguments).check:
        PAGE.write_text(text, encoding="utf-8")
        return 0
    if PAGE.exists() and PAGE.read_text(encoding="utf-8") == text:
        return 0
    sys.stderr.write("docs/life-of-a-case.md is out of date: run `python -m services.routing.picture` and commit\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
