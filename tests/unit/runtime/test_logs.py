"""Logs of services: one bounded line a message, in files of a bounded size."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFIGURED = """
import sys
from services.runtime import log_file, logs
log_file.FILE_BYTES = 2_000
logs.configure("intake", "intake-1", "json")
log = logs.get_logger("test")
"""


def said(code: str, file: Path) -> list[str]:
    """What a process that runs this wrote to its log, standard output and error appended to it."""
    with file.open("ab") as log:
        subprocess.run(
            [sys.executable, "-c", CONFIGURED + code],
            stdout=log,
            stderr=log,
            check=True,
            env=os.environ | {"MINGSHAO_LOG_PATH": str(file)},
        )
    return file.read_text(encoding="utf-8").splitlines()


DEEP = """
log_file.FILE_BYTES = 1 << 30
deep = []
for _ in range(500):
    deep = [deep]
def fall(depth):
    raise ValueError("x" * 100_000) if not depth else fall(depth - 1)
for value in (deep, "y\\n" * 100_000, {"k" * 50_000: "v" * 50_000}, b"z" * 100_000):
    log.warning("sent", value=value)
try:
    fall(300)
except ValueError:
    log.exception("e" * 100_000)
"""


def test_whatever_is_logged_a_message_is_one_bounded_line_of_json(tmp_path: Path) -> None:
    lines = said(DEEP, tmp_path / "intake-1.log")
    assert len(lines) == 5
    told = [json.loads(line) for line in lines]
    assert [one["level"] for one in told] == ["warning"] * 4 + ["error"]
    assert max(map(len, lines)) < 13_000
    assert "ValueError" in told[-1]["exception"]


def test_a_log_is_rotated_while_it_is_written_and_keeps_every_line(tmp_path: Path) -> None:
    file = tmp_path / "intake-1.log"
    said("for number in range(40): log.info('line', number=number); print('raw', number, flush=True)", file)
    files = [path for number in range(5, 0, -1) if (path := file.with_name(f"{file.name}.{number}")).exists()]
    lines = [line for path in [*files, file] for line in path.read_text().splitlines()]
    assert [json.loads(line)["number"] for line in lines if line.startswith("{")] == list(range(40))
    assert [line for line in lines if line.startswith("raw")] == [f"raw {number}" for number in range(40)]
    assert len(files) > 1
    assert all(path.stat().st_size < 3_000 for path in [*files, file])


@pytest.mark.parametrize("lines", [400])
def test_no_more_than_five_old_files_are_kept(lines: int, tmp_path: Path) -> None:
    file = tmp_path / "intake-1.log"
    said(f"for number in range({lines}): log.info('line', number=number)", file)
    assert sorted(path.name for path in tmp_path.iterdir()) == [file.name, *(f"{file.name}.{n}" for n in range(1, 6))]
