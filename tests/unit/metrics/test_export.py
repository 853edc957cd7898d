"""docs/rates.md says what the catalogue says."""

from pathlib import Path

import pytest

from services.metrics import export
from services.metrics.domain.rates import CATALOGUE


def test_the_committed_file_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert export.main(["--check"]) == 0, capsys.readouterr().err


def test_check_says_what_to_run_and_writing_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = ["--file", str(tmp_path / "rates.md")]
    assert export.main(["--check", *file]) == 1
    assert "python -m services.metrics.export" in capsys.readouterr().err
    assert export.main(file) == 0
    assert export.main(["--check", *file]) == 0
    (tmp_path / "rates.md").write_text("办结率", encoding="utf-8")
    assert export.main(["--check", *file]) == 1


def test_every_row_is_written_once_and_no_cell_breaks_its_table() -> None:
    lines = export.document().splitlines()
    for row in CATALOGUE.values():
        (line,) = [line for line in lines if line.startswith(f"| `{row.id}` v{row.version} |")]
        assert line.count("|") == (4 if row.id.endswith("_count") else 7), line
        assert row.name in line
