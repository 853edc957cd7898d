"""A table as a file that spreadsheets open right: CSV, and Excel's own format.

Text stays the text that it is: in CSV what a spreadsheet would make something else of stands behind an apostrophe
(`guarded`), in Excel's format every text is a string in a cell of text. Shares are numbers, shown with as many decimals
as they need not to read as all or none.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal

import xlsxwriter
from xlsxwriter.format import Format as CellFormat
from xlsxwriter.utility import xl_range
from xlsxwriter.worksheet import Worksheet

from ..domain.percent import decimals
from ..tables import Cell, Row, Table
from .guarded import guarded, written

_WIDEST, _WIDE = 60, 40
MOST_ROWS = 1_048_575
"""Excel's 1,048,576, but for the head."""


def as_csv(table: Table) -> bytes:
    """UTF-8 with the mark that Excel needs to see it; how to read it stands in columns of its own at the end."""
    return csv_head(table) + csv_rows(table.rows, table)


def csv_head(table: Table) -> bytes:
    """The mark and the names of the columns."""
    return _csv([(*table.head, *(name for name, _ in table.about))]).encode("utf-8-sig")


def csv_rows(rows: Iterable[Row], table: Table) -> bytes:
    """These rows, each with how to read it."""
    about = [words for _, words in table.about]
    return _csv((*row, *about) for row in rows).encode()


def _csv(rows: Iterable[Iterable[Cell]]) -> str:
    text = io.StringIO()
    # every text in quotes: a semicolon in one is where other countries' spreadsheets would begin a new cell
    lines = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    lines.writerows([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return text.getvalue()


def as_xlsx(table: Table) -> bytes:
    """The table on one sheet, its head frozen and to be filtered by; how to read it on another."""
    sheet = Sheet(table)
    sheet.add(table.rows)
    return sheet.close()


class TooManyRows(ValueError):
    """More than Excel can show."""

    def __init__(self) -> None:
        super().__init__(
            f"一张 Excel 表最多 {MOST_ROWS} 行，请用 format=csv，或缩短时段 / a sheet of Excel holds {MOST_ROWS} rows: "
            "ask for format=csv, or for a shorter period"
        )


class Sheet:
    """Excel's format, written part by part; of a `large` one the rows lie in a temporary file, not in memory."""

    def __init__(self, table: Table, *, large: bool = False) -> None:
        self._table = table
        self._large = large
        self._file = io.BytesIO()
        kept = "constant_memory" if large else "in_memory"
        self._book = xlsxwriter.Workbook(self._file, {kept: True})
        self._bold = self._book.add_format({"bold": True})
        self._text = self._book.add_format({"num_format": "@"})
        self._percents: dict[int, CellFormat] = {}
        self._sheet = self._book.add_worksheet("数据 Data")
        for place, name in enumerate(table.head):
            self._sheet.write_string(0, place, name, self._bold)
        self._rows = 0

    def add(self, rows: Sequence[Row]) -> None:
        """More of the table. TooManyRows."""
        if self._rows + len(rows) > MOST_ROWS:
            raise TooManyRows
        for number, row in enumerate(rows, self._rows + 1):
            for place, cell in enumerate(row):
                self._write(number, place, cell)
        self._rows += len(rows)

    def _write(self, number: int, place: int, cell: Cell) -> None:
        if isinstance(cell, str):
            self._sheet.write_string(number, place, written(cell), self._text)
        elif cell is not None:
            self._sheet.write_number(number, place, cell, self._percent(cell) if place in self._table.shares else None)

    def _percent(self, share: float) -> CellFormat:
        places = decimals(share)
        if places not in self._percents:
            self._percents[places] = self._book.add_format({"num_format": f"0.{'0' * places}%"})
        return self._percents[places]

    def close(self) -> bytes:
        """The file."""
        head, about = self._table.head, self._book.add_worksheet("说明 About")
        self._sheet.freeze_panes(1, 0)
        self._sheet.autofilter(0, 0, max(1, self._rows), len(head) - 1)
        # an id such as 00123 is text on purpose
        self._sheet.ignore_errors({"number_stored_as_text": xl_range(0, 0, max(1, self._rows), len(head) - 1)})
        self._fit(self._sheet, len(head))
        for number, (name, words) in enumerate(self._table.about):
            about.write_string(number, 0, name, self._bold)
            about.write_string(number, 1, written(words), self._text)
        self._fit(about, 2)
        self._book.close()
        return self._file.getvalue()

    def _fit(self, sheet: Worksheet, columns: int) -> None:
        if self._large:  # what was written is not known any more
            sheet.set_column(0, columns - 1, _WIDE)
        else:
            sheet.autofit(_WIDEST * 7)


Format = Literal["csv", "xlsx"]
FORMATS: Mapping[Format, tuple[Callable[[Table], bytes], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
