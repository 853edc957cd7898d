"""`mingshao directory reclock`: every page is looked at, the preview is shown, and only what is agreed to is told."""

import io
import sys
from typing import Any

import pytest

from deploy.local import __main__ as program
from deploy.local.cli import directory as command
from deploy.local.directory.reclocks import AT_ONCE


def case(number: int, due: str, would_be: str) -> dict[str, Any]:
    clock = {"clock": "reply", "clock_zh": "答复", "due_at": due, "would_be_due_at": would_be, "overdue": number == 0}
    return {"case_id": f"t-{number}", "department": "housing", "clocks": [clock]}


class Routing:
    """Pages of what would change; what was told."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self.pages = pages
        self.told: list[list[str]] = []

    def json(self, method: str, path: str, **more: Any) -> Any:
        if method == "POST":
            self.told.append(more["json"]["case_ids"])
            return {"told": len(self.told[-1])}
        number = int(more["params"].get("cursor", 0))
        last = number + 1 == len(self.pages)
        return {"items": self.pages[number], "looked_at": 7, "cursor": str(number + 1), "more": not last}


def run(monkeypatch: pytest.MonkeyPatch, routing: Routing, *words: str, answer: str = "") -> int:
    monkeypatch.setattr(command, "caller", lambda *_: routing)
    monkeypatch.setattr(sys, "argv", ["mingshao", "directory", "reclock", *words])
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    with pytest.raises(SystemExit) as ended:
        program.main()
    return int(ended.value.code or 0)


@pytest.mark.parametrize(("words", "answer", "told"), [(["--yes"], "", True), ([], "y\n", True), ([], "n\n", False)])
def test_it_is_shown_first_and_told_once_agreed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], answer: str, told: bool
) -> None:
    early = case(0, "2026-03-09T09:00:00+08:00", "2026-03-02T09:00:00+08:00")
    late = case(1, "2026-03-09T09:00:00+08:00", "2026-03-10T09:00:00+08:00")
    routing = Routing([early], [], [late, early])
    assert run(monkeypatch, routing, *words, answer=answer) == (0 if told else 1)
    said = capsys.readouterr().out
    assert "看过 21 件：2 件改按现行政策，其中 2 件到期时间改变。" in said
    shown = [line for line in said.splitlines() if line.startswith("t-")]
    assert [line.split()[0] for line in shown] == ["t-0", "t-1"], "what moves the most first"
    assert routing.told == ([["t-0", "t-1"]] if told else [])


def test_nothing_to_change_is_said(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    routing = Routing([])
    assert run(monkeypatch, routing) == 0
    assert "没有变化" in capsys.readouterr().out
    assert routing.told == []


def test_many_are_told_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [case(number, "2026-03-09T09:00:00+08:00", "2026-03-08T09:00:00+08:00") for number in range(AT_ONCE + 3)]
    routing = Routing(many)
    assert run(monkeypatch, routing, "--yes") == 0
    assert [len(part) for part in routing.told] == [AT_ONCE, 3]
