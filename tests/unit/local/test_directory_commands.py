"""`mingshao directory`: shows, asks, applies; an export applied is no change."""

import io
import sys
from pathlib import Path

import pytest

from deploy.local import __main__ as program
from deploy.local.cli import directory as command
from deploy.local.directory import alerts
from deploy.local.directory.rows import filled
from deploy.local.street import FOLDER
from tests.unit.local.directory import Directory


@pytest.fixture
def routing(monkeypatch: pytest.MonkeyPatch) -> Directory:
    made = Directory(department={"a": filled("department", {"name": "甲"}), "b": filled("department", {"name": "乙"})})
    monkeypatch.setattr(command, "caller", lambda *_: made)
    return made


def run(monkeypatch: pytest.MonkeyPatch, *words: object) -> int:
    monkeypatch.setattr(sys, "argv", ["mingshao", "directory", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        program.main()
    return int(ended.value.code or 0)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "x.yaml"
    text = "department:\n  a: {name: 甲部}\n  b: null\ncategory:\n  c: {name: 类, department: a}\n"
    made.write_text(text, encoding="utf-8")
    return made


def test_diff_tells_each_row_and_field_and_changes_nothing(
    routing: Directory, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {kind: dict(rows) for kind, rows in routing.rows.items()}
    assert run(monkeypatch, "diff", file) == 0
    said = capsys.readouterr().out
    for line in ("~ department/a", '    name: "甲" → "甲部"', "- department/b", "+ category/c", '    department: "a"'):
        assert line in said.splitlines()
    assert "新增 1，修改 1，删除 1。" in said
    assert routing.rows == before
    assert [path for path, _ in routing.sent] == ["/v1/directory?dry_run=true"]


@pytest.mark.parametrize(("words", "answer", "changed"), [(["--yes"], "", True), ([], "y\n", True), ([], "n\n", False)])
def test_apply_shows_asks_and_changes_all_at_once(
    routing: Directory,
    file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    answer: str,
    changed: bool,
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
    assert run(monkeypatch, "apply", file, *words) == (0 if changed else 1)
    assert "~ department/a" in capsys.readouterr().out
    assert [path for path, _ in routing.sent] == ["/v1/directory?dry_run=true"] + ["/v1/directory"] * changed
    assert ("b" in routing.rows["department"], "category" in routing.rows) == (not changed, changed)


def test_what_routing_would_refuse_is_not_asked_about(
    routing: Directory, file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text("category:\n  c:\n    name: 类\n    department: moon\n", encoding="utf-8")
    for name in ("diff", "apply"):
        assert run(monkeypatch, name, file) == 1
        assert f"{file}:4  category/c department" in capsys.readouterr().err


def test_an_alert_rule_that_nothing_can_be_judged_by_is_told_with_its_line(
    routing: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "alerts.yaml"
    rule = "    rule: {{kind: rate_below, rate: {}, period: all, threshold: 0.9, least: 2}}\n"
    rows = "  good:\n    name: 好\n" + rule.format("handled") + "  bad:\n    name: 坏\n" + rule.format("handeld")
    text = "alert:\n" + rows
    file.write_text(text, encoding="utf-8")
    assert run(monkeypatch, "apply", file, "--yes") == 0
    said = capsys.readouterr().out
    assert f"{file}:7  alert/bad rule.rate: 指标目录里没有这个指标" in said
    assert "1 条预警规则已保存，但判断不了" in said
    assert "alert/good rule" not in said
    assert routing.asked == ["/healthz", "/healthz", "/v1/alerts"]


def test_whether_rules_can_be_judged_is_said_not_to_be_known_while_metrics_has_not_read_them(
    routing: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(alerts, "PATIENCE_SECONDS", -1.0)
    file = tmp_path / "alerts.yaml"
    rule = "{kind: rate_below, rate: handeld, period: all, threshold: 0.9, least: 2}"
    file.write_text(f"alert:\n  bad:\n    name: 坏\n    rule: {rule}\n", encoding="utf-8")
    assert run(monkeypatch, "apply", file, "--yes") == 0
    said = capsys.readouterr()
    assert "已更改 1 行。" in said.out
    assert "不知道预警规则能否判断" in said.out
    assert "还没有读到新的目录" in said.err


def test_an_export_applied_is_no_change(
    routing: Directory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "apply", FOLDER, "--yes") == 0
    assert len(routing.rows["grid"]) == 60
    routing.sent.clear()
    whole, folder = tmp_path / "whole.yaml", tmp_path / "folder"
    folder.mkdir()
    for target in (whole, folder):
        assert run(monkeypatch, "export", target) == 0
        capsys.readouterr()
        assert run(monkeypatch, "apply", target) == 0
        assert "没有变化" in capsys.readouterr().out
    assert routing.sent == []
    assert {path.stem for path in folder.iterdir()} == routing.rows.keys()
    assert run(monkeypatch, "export", "-") == 0
    assert capsys.readouterr().out == whole.read_text(encoding="utf-8")


def test_keys_are_exported_only_when_asked_for(
    routing: Directory, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    routing.rows["key"] = {"ab" * 32: filled("key", {"role": "admin"})}
    assert run(monkeypatch, "export") == 0
    assert "key:" not in capsys.readouterr().out
    assert run(monkeypatch, "export", "--kind", "key") == 0
    assert capsys.readouterr().out.startswith("key:\n")
    assert run(monkeypatch, "export", "--kind", "colour") == 1
    assert "colour" in capsys.readouterr().err


def test_long_values_are_cut_and_say_how_long_they_are() -> None:
    assert command.brief([1.0] * 100).endswith("… (401)")
    assert command.brief("短") == '"短"'


def test_a_deployment_elsewhere_is_called_with_the_key_of_the_environment(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    called: list[tuple[str, str]] = []

    def elsewhere(url: str, key: str) -> Directory:
        called.append((url, key))
        return Directory(department={"b": filled("department", {"name": "乙"})})

    monkeypatch.setattr(command, "Caller", elsewhere)
    assert run(monkeypatch, "diff", file, "--url", "https://routing.example") == 1
    assert "MINGSHAO_ADMIN_KEY" in capsys.readouterr().err
    monkeypatch.setenv("MINGSHAO_ADMIN_KEY", "secret")
    assert run(monkeypatch, "diff", file, "--url", "https://routing.example") == 0
    assert called == [("https://routing.example", "secret")]
