"""A table as a file that spreadsheets open right: CSV, and Excel's own format.

Text that a spreadsheet would take for a formula stays text: in CSV behind an apostrophe (OWASP, CSV injection), in
Excel's format as a string.
"""

import csv
import io
from collections.abc import Callable, Mapping
from typing import Literal

import xlsxwriter

from ..tables import Cell, Table

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_WIDEST = 60


def as_csv(table: Table) -> bytes:
    """UTF-8 with the mark that Excel needs to see it; how to read it stands in columns of its own at the end."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([_harmless(name) for name in (*table.head, *(name for name, _ in table.about))])
    for row in table.rows:
        writer.writerow([_harmless(cell) for cell in (*row, *(words for _, words in table.about))])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(table: Table) -> bytes:
    """The table on one sheet, its head frozen and to be filtered by; how to read it on another."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold, percent = book.add_format({"bold": True}), book.add_format({"num_format": "0.0%"})
        sheet = book.add_worksheet("数据 Data")
        sheet.write_row(0, 0, table.head, bold)
        for number, row in enumerate(table.rows, 1):
            for place, cell in enumerate(row):
                if cell is not None:
                    sheet.write(number, place, cell, percent if place in table.shares else None)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(1, len(table.rows)), len(table.head) - 1)
        sheet.autofit(_WIDEST * 7)
        about = book.add_worksheet("说明 About")
        for number, (name, words) in enumerate(table.about):
            about.write_string(number, 0, name, bold)
            about.write_string(number, 1, words)
        about.autofit(_WIDEST * 7)
    return file.getvalue()


Format = Literal["csv", "xlsx"]
FORMATS: Mapping[Format, tuple[Callable[[Table], bytes], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_STARTS_A_FORMULA) else cell
