"""A log file that does not grow for ever, rotated by the process that writes it, so that no line is lost in between."""

import logging
import os
import sys
from pathlib import Path
from typing import Any

FILE_BYTES = 20_000_000
FILES = 5


class RotatingOutput(logging.StreamHandler[Any]):
    """Writes to standard error, which whoever started us has appended to `file`. Once that is large it becomes
    `file.1`, what was `file.1` becomes `file.2` and so on, and standard output and error go on in a new `file`: with
    them whatever the interpreter or a library writes there by itself."""

    def __init__(self, file: Path) -> None:
        super().__init__(sys.stderr)
        self._file = file

    def emit(self, record: logging.LogRecord) -> None:
        """One line more."""
        super().emit(record)
        if os.fstat(sys.stderr.fileno()).st_size >= FILE_BYTES:
            self._rotate()

    def _rotate(self) -> None:
        for number in range(FILES - 1, 0, -1):
            older = self._numbered(number)
            if older.exists():
                older.replace(self._numbered(number + 1))
        self._file.replace(self._numbered(1))
        fresh = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for standard in (sys.stdout, sys.stderr):
            standard.flush()
            os.dup2(fresh, standard.fileno())
        os.close(fresh)

    def _numbered(self, number: int) -> Path:
        return self._file.with_name(f"{self._file.name}.{number}")
