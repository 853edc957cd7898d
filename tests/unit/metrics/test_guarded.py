"""Texts as a spreadsheet shows them: whatever it would make something else of stays the text that it is."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from services.metrics.api.guarded import LONGEST, guarded
from services.metrics.api.spreadsheets import MOST_ROWS, Sheet, TooManyRows, as_csv, as_xlsx
from services.metrics.tables import Row, Table


def told(*rows: Row, shares: frozenset[int] = frozenset()) -> Table:
    return Table(id="x", name="x", head=["a", "b"], rows=list(rows), shares=shares, about=[("c", "d")])


def read_csv(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(as_csv(table).decode("utf-8-sig"), newline="")))[1:]


def sheet(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]


@pytest.mark.parametrize("sign", "=+-@＝＋－＠﹦﹢﹣﹫−")
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r\n", "\N{IDEOGRAPHIC SPACE}", "\xa0", "\ufeff", "\u200b", " \u2060 "]
)
def test_a_formula_of_any_width_behind_any_blank_is_text(sign: str, before: str) -> None:
    assert guarded(f"{before}{sign}1") == f"'{before}{sign}1"


@pytest.mark.parametrize(
    "text",
    [
        "00123", "1e10", "1E-3", "3-1", "3/4", "1 1/2", "2026-11-28", "2026-11-28 10:00", "28/11/26", "2026-11",
        "10:30", "0:12", "9:00 pm", "Mar-1", "MARCH1", "SEPT2", "1 Dec 2026", "3月1日", "2026年11月", "三月一日",
        "上午9:30", "50%", "$5", "￥5", "(5)", "1,234", "1.50", ".5", "1.", "13800000000", "12345678901234567",
        "１２３", "０1", " 007 ", "TRUE", "false", "2026-11-28T10:00",
    ],
)  # fmt: skip
def test_an_id_that_would_become_a_number_or_a_date_is_text(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        "", "路灯", "城市管理科", "12345热线", "3号楼", "4-6岁", "沪信〔2026〕12号", "b", "may", "march hare",
        "street-light", "123", "0", "0:12 1:9", "2026-11-28T10:00:00+08:00", "p50", "a=b", "二科",
        "5f0c5a1e-8d3a-4c8e-9a44-0d8f3b1f2a10", " abc",
    ],
)  # fmt: skip
def test_what_a_spreadsheet_shows_as_it_is_is_left_alone(text: str) -> None:
    assert guarded(text) == text


@pytest.mark.parametrize("text", ["'00123", "'", "''x"])
def test_one_leading_apostrophe_can_always_be_taken_off(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize(
    "text", ["1" * 64 + "x", "jan" * 21 + "x", "1:" * 31 + "x", "1 " * 31 + "ex", " " * 32_766 + "x", "年" * 63 + "x"]
)
def test_a_text_made_to_be_looked_at_for_ever_is_soon_left_alone(text: str) -> None:
    assert guarded(text) == text


def test_a_semicolon_begins_no_cell_where_that_is_what_parts_them() -> None:
    lines = as_csv(told(["x;=1+1", 1.5])).decode("utf-8-sig").splitlines()
    assert lines[1] == '"x;=1+1",1.5,"d"'


@pytest.mark.parametrize("large", [False, True])
def test_in_excel_every_text_is_a_string_in_a_cell_of_text(large: bool) -> None:
    texts = ["00123", "1e10", "3-1", "=1+1", "{=1+1}", "＝1", "http://x.invalid/", "mailto:a", "internal:b", "@x", " "]
    table = Table(id="x", name="x", head=["a", "b"], rows=[[text, 1] for text in texts], shares=frozenset(), about=[])
    if large:
        written = Sheet(table, large=True)
        written.add(table.rows)
        content = written.close()
    else:
        content = as_xlsx(table)
    cells = [row[0] for row in sheet(content).iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == texts
    assert {(cell.data_type, cell.number_format, cell.hyperlink) for cell in cells} == {("s", "@", None)}


@pytest.mark.parametrize("text", ["a\x00b", "a\x0bb", "a\x1fb", "a\ud800b", "a\ufffeb", "a\uffffb"])
def test_what_no_file_can_hold_is_shown_as_missing(text: str) -> None:
    assert sheet(as_xlsx(told([text, 1])))["A2"].value == "a\ufffdb"
    assert read_csv(told([text, 1])) == [["a\ufffdb", "1", "d"]]


@pytest.mark.parametrize("text", ["a" * 32_768, "\N{GRINNING FACE}" * 20_000, "=" + "a" * 32_767])
def test_a_text_longer_than_a_cell_is_cut_and_says_so(text: str) -> None:
    for found in (sheet(as_xlsx(told([text, 1])))["A2"].value, read_csv(told([text, 1]))[0][0]):
        assert isinstance(found, str)
        assert found.endswith("…")
        assert LONGEST - 1 <= len(found.encode("utf-16-le")) // 2 <= LONGEST
    assert guarded("a" * LONGEST) == "a" * LONGEST


@pytest.mark.parametrize(
    ("numerator", "denominator", "shown"),
    [(2_499, 2_500, "0.00%"), (1, 2_500, "0.00%"), (999_999, 1_000_000, "0.0000%"), (1, 1, "0.0%"), (0, 5, "0.0%")],
)
def test_a_share_is_shown_as_all_only_where_it_is_all(numerator: int, denominator: int, shown: str) -> None:
    cell = sheet(as_xlsx(told(["x", numerator / denominator], shares=frozenset({1}))))["B2"]
    assert (cell.value, cell.number_format) == (numerator / denominator, shown)


def test_more_rows_than_a_sheet_has_are_refused_before_they_are_written() -> None:
    with pytest.raises(TooManyRows):
        Sheet(told()).add([["x", 1]] * (MOST_ROWS + 1))
