"""Directory files: what is wrong is told by file and line; what is written reads back the same."""

from pathlib import Path
from typing import Any

import pytest

from deploy.local.directory import files, writing
from deploy.local.directory.rows import differences, filled
from deploy.local.directory.service import send, standing
from deploy.local.errors import LocalError
from tests.unit.local.directory import Directory
from tests.unit.local.test_street import STREET


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "x.yaml"


def told(file: Path, text: str) -> str:
    """What is said against it by this side."""
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LocalError) as caught:
        files.read([file])
    return str(caught.value).replace(str(file), "x.yaml")


def refused(file: Path, text: str, there: Directory | None = None) -> str:
    """What is said against it by routing."""
    file.write_text(text, encoding="utf-8")
    read, routing = files.read([file]), there or Directory()
    with pytest.raises(LocalError) as caught:
        send(routing, differences(read.rows, standing(routing, read.rows)), read)
    assert routing.sent == []
    return str(caught.value).replace(str(file), "x.yaml")


def test_rows_come_with_all_their_fields_and_null_for_those_to_go(file: Path) -> None:
    file.write_text("department:\n  no: {name: 甲}\n  1: null\ncategory: ~\n", encoding="utf-8")
    read = files.read([file])
    assert read.rows == {"department": {"no": filled("department", {"name": "甲"}), "1": None}}


def test_several_files_and_folders_are_one_set(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("grid: {}\npost: {a: {name: 甲, role: leader}}", encoding="utf-8")
    (tmp_path / "b.yaml").write_bytes("\ufeffpost: {b: {name: 乙, role: leader}}".encode())
    (tmp_path / "empty.yaml").write_text("# nothing\n")
    (tmp_path / "c.txt").write_text("not ours")
    assert files.read([tmp_path]).rows["post"].keys() == {"a", "b"}


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("department:\n  a: {name: 甲}\ncolour:\n  b: {}\n", 3, "no such kind"),
        ("department:\n  a:\n    name: 甲\n    nme: 乙\n", 4, "nme"),
        ("department:\n  a: {name_en: A}\n", 2, "`name`"),
        ("category:\n  a:\n    name: 甲\n    hours: soon\n", 4, "category/a hours"),
        ("policy:\n  a:\n    name: 甲\n    limits:\n      sign: {hours: 2}\n      reply: {days: 3}\n", 4, "limits"),
        ("grid:\n  a:\n    name: 甲\n    community: c\n    polygon:\n      - - [1, 2]\n        - [1, x]\n",
         7, "polygon[0][1][1]"),
        ("calendar:\n  a:\n    name: 甲\n    hours:\n      - [09:00, 13:30]\n", 5, "hours[0][1]"),
        ("department:\n  a: {name: 甲}\n  b: {name: 乙}\n  a: {name: 丙}\n", 4, "x.yaml:2"),
        ("department:\n  a:\n    name: 甲\n    name: 乙\n", 4, "name 写了两次"),
        ("alert:\n  a:\n    name: 甲\n    rule:\n      kind: mood\n", 5, "alert/a rule.kind"),
        ("alert:\n  a:\n    name: 甲\n    rule:\n      kind: rise\n      rate: received_count\n      group_by:\n"
         "        - moon\n", 8, "rule.group_by[0]"),
        ("department:\n  a: {name: 甲\n", 3, "YAML"),
        ("department:\n  a: !!python/object:os.system {}\n", 2, "YAML"),
        ("department:\n  - a\n", 2, "id → row"),
        ("department:\n  a: 甲\n", 2, "department/a"),
        ("- a\n", 1, "kind → id → row"),
        ("department:\n  [a, b]: {name: 甲}\n", 2, "one word"),
    ],
)  # fmt: skip
def test_what_this_side_can_see_is_told_with_its_line(file: Path, text: str, line: int, said: str) -> None:
    found = told(file, text)
    assert f"x.yaml:{line} " in found
    assert said in found


def test_all_flaws_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("colour: {}\n")
    (tmp_path / "b.yaml").write_text("department:\n  a: {}\n  b: {}\n")
    with pytest.raises(LocalError) as caught:
        files.read([tmp_path, tmp_path / "none.yaml"])
    assert "目录有 4 处错误" in str(caught.value)
    for place in ("a.yaml:1 ", "b.yaml:2 ", "b.yaml:3 ", "none.yaml "):
        assert place in str(caught.value)


def test_of_very_many_flaws_the_first_are_told_and_the_rest_counted(file: Path) -> None:
    found = told(file, "department:\n" + "".join(f"  a{number}: {{}}\n" for number in range(100)))
    assert "100 flaws" in found
    assert found.count("x.yaml:") == files.SHOWN
    assert found.endswith("… 70")


SQUARE = "[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]"
BOW = "[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]"
PLACES = "street:\n  s: {name: 街}\ncommunity:\n  c: {name: 社, street: s}\ngrid:\n"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("category:\n  a:\n    name: 甲\n    department: moon\n", 4, "category/a department"),
        ("category:\n  a: {name: 甲, parent: b}\n  b:\n    name: 乙\n    parent: a\n", 2, "a → b → a"),
        (PLACES + f"  g:\n    name: 格\n    community: c\n    polygon: [{BOW}]\n", 9, "Self-intersection"),
        (PLACES + "  g:\n    name: 格\n    community: c\n    polygon:\n      -\n        - [0, 0]\n        - [1, 91]\n"
         "        - [1, 1]\n        - [0, 0]\n", 12, "grid/g polygon[0][1]"),
        (PLACES + f"  g: {{name: 格, community: c, polygon: [{SQUARE}]}}\n"
         f"  h: {{name: 格, community: c, polygon: [{SQUARE}]}}\n", 6, "100%"),
        ("policy:\n  p:\n    name: 策\n    limits:\n      reply: {hours: 2}\n      inner: {hours: 3}\n",
         6, "limits.inner"),
        ("department:\n  A: {name: 甲}\n", 2, "department/A id"),
        ("alert:\n  a:\n    name: 警\n    rule:\n      kind: count_above\n      rate: handled\n      period: month\n"
         "      threshold: 1\n      assessment: moon\n", 9, "rule.assessment"),
    ],
)  # fmt: skip
def test_what_routing_sees_is_told_with_its_line(file: Path, text: str, line: int, said: str) -> None:
    found = refused(file, text)
    assert f"x.yaml:{line} " in found
    assert said in found


def test_a_flaw_of_a_row_in_no_file_is_told_by_its_kind_and_id(file: Path) -> None:
    there = Directory(department={"a": {"name": "甲"}}, category={"c": {"name": "类", "department": "a"}})
    assert "-  category/c department: " in refused(file, "department:\n  a: null\n", there)


def test_what_would_change_is_told_field_by_field() -> None:
    there = {
        "category": {"a": filled("category", {"name": "甲", "hours": 24}), "b": filled("category", {"name": "乙"})}
    }
    wanted: dict[str, Any] = {
        "category": {
            "a": filled("category", {"name": "甲", "hours": 48}),
            "b": filled("category", {"name": "乙", "name_en": ""}),
            "c": None,
        }
    }
    (only,) = differences(wanted, there)
    assert (only.id, only.fields) == ("a", [("hours", 24.0, 48.0)])


def test_what_is_written_reads_back_the_same(file: Path) -> None:
    odd: dict[str, Any] = {
        "calendar": {
            "no": filled("calendar", {"name": "1", "hours": [["09:00", "13:30"]], "holidays": ["2026-10-01"]}),
        },
        "history": {"grid": filled("history", {"ended_at": "2026-03-01T00:00:00+08:00"})},
        "category": {"漏水": filled("category", {"name": "a: b # c", "hours": 1.5})},
        "street": {},
    }
    for rows in (STREET, odd):
        file.write_text(writing.text(rows), encoding="utf-8")
        assert files.read([file]).rows == {kind: found for kind, found in rows.items() if found}
    assert writing.text({"street": {}}) == ""


def test_a_row_is_written_in_a_line_without_what_is_as_by_default() -> None:
    row = filled("category", {"name": "甲", "hours": 24})
    assert writing.text({"category": {"a": row}}) == "category:\n  a: {name: 甲, hours: 24.0}\n"
