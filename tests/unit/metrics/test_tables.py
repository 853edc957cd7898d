"""A rate as a file: what stands in it, that it opens right, and that nothing in it can act."""

import csv
import io
from collections.abc import Mapping
from urllib.parse import quote

import httpx
import openpyxl
import pytest

from services.contracts.directory import Department
from services.metrics.api.spreadsheets import as_csv, as_xlsx
from services.metrics.tables import Table
from services.runtime.directory import DirectorySnapshot
from tests.unit.metrics.stage import Stage


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def export(stage: Stage, **asked: str) -> httpx.Response:
    asked = {"rate": "satisfied", "group_by": "department"} | asked
    return await stage.client.get("/v1/rates/export", params=asked, headers={"Authorization": "Bearer look"})


def read_csv(answer: httpx.Response) -> list[dict[str, str]]:
    assert answer.content.startswith(b"\xef\xbb\xbf"), "without it Excel takes UTF-8 for another encoding"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def read_xlsx(content: bytes) -> tuple[list[tuple[object, ...]], Mapping[object, object]]:
    book = openpyxl.load_workbook(io.BytesIO(content))
    data, about = book.worksheets
    assert data.freeze_panes == "A2"
    return list(data.values), dict(about.values)  # type: ignore[arg-type]


async def test_a_rate_as_csv_has_each_figure_with_what_it_is_made_of(stage: Stage) -> None:
    answer = await export(stage, format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"] == (
        'attachment; filename="satisfied-20260411-0930.csv"; '
        f"filename*=UTF-8''{quote('满意率(含基本满意)-20260411-0930.csv')}"
    ), "a plain name for those who know no other"
    (row,) = read_csv(answer)
    assert (row["部门"], row["部门代码"], row["分子"], row["分母"]) == ("环卫所", "b", "0", "1")
    assert float(row["满意率(含基本满意)"]) == 0
    assert (row["覆盖率"], row["定义版本"], row["基准"], row["口径"]) == ("1.0", "1", "按登记日", "全口径")
    assert row["计至（分区:序号）"] == f"0:{len(stage.cells.facts)} 1:0"


async def test_in_english_where_it_is_asked_for(stage: Stage) -> None:
    (row,) = read_csv(await export(stage, format="csv", lang="en"))
    assert (row["Department"], row["Department id"], row["Reading"]) == ("Sanitation", "b", "full")


async def test_in_excel_s_format_numbers_are_numbers_and_shares_are_percentages(stage: Stage) -> None:
    answer = await export(stage, rate="handled")
    data, about = read_xlsx(answer.content)
    head, *rows = data
    assert head[:5] == ("部门", "部门代码", "办结率", "分子", "分母")
    assert rows[0][:5] == ("环卫所", "b", 1, 1, 1)
    assert (about["指标"], about["止（不含）"]) == ("办结率 (handled)", "不限")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]
    assert (sheet["C2"].number_format, sheet["D2"].number_format) == ("0.0%", "General")


@pytest.mark.parametrize(
    ("rate", "column"), [("speed_closed", "办结时长 p90（秒）"), ("closed_count", "办结数"), ("handled", "办结率")]
)
async def test_quantiles_and_counts_have_columns_of_their_own(stage: Stage, rate: str, column: str) -> None:
    (row,) = read_csv(await export(stage, rate=rate, group_by="", format="csv"))
    assert float(row[column]) > 0
    if rate.startswith("speed"):
        assert float(row["办结时长 p90（天）"]) == round(float(row[column]) / 86_400, 2)
    assert ("分母" in row) is (rate == "handled")


async def test_a_figure_that_is_none_says_why(stage: Stage) -> None:
    (row,) = read_csv(await export(stage, group_by="", format="csv", channel="visit_day"))
    assert (row["满意率(含基本满意)"], row["说明"]) == ("", "无可计算的件")


async def test_what_a_spreadsheet_would_take_for_a_formula_stays_text(stage: Stage) -> None:
    name = '=HYPERLINK("http://x","y")'
    stage.directory.snapshot.rows["department"]["b"] = Department(name=name)
    (row,) = read_csv(await export(stage, format="csv"))
    assert row["部门"] == f"'{name}"
    answer = await export(stage)
    cell = openpyxl.load_workbook(io.BytesIO(answer.content)).worksheets[0]["A2"]
    assert (cell.value, cell.data_type) == (name, "s")


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_each_beginning_of_a_formula_is_made_harmless_and_a_negative_number_is_not_touched(begin: str) -> None:
    told = Table(id="x", name="x", head=["a", "b"], rows=[[f"{begin}1", -1.5]], shares=frozenset(), about=[("c", "d")])
    (_, row) = csv.reader(io.StringIO(as_csv(told).decode("utf-8-sig"), newline=""))
    assert row == [f"'{begin}1", "-1.5", "d"]
    assert read_xlsx(as_xlsx(told))[0][1][1] == -1.5


async def test_a_question_that_cannot_be_answered_is_refused_as_elsewhere(stage: Stage) -> None:
    assert (await export(stage, rate="nonsense")).json()["code"] == "unknown_rate"
    assert (await export(stage, format="pdf")).status_code == 422
    stage.cells.away = True
    assert (await export(stage)).status_code == 503


async def test_what_was_removed_from_the_directory_keeps_its_last_name_in_files(stage: Stage) -> None:
    there = stage.directory.snapshot
    rows = {kind: dict(found) for kind, found in there.rows.items()}
    removed = {"department": {"b": rows["department"].pop("b")}}
    stage.directory.snapshot = DirectorySnapshot(version=2, rows=rows, removed=removed)
    (row,) = read_csv(await export(stage, format="csv"))
    assert (row["部门"], row["部门代码"]) == ("环卫所", "b")
