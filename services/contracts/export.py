"""Writes the contracts out for those who do not read Python: JSON Schemas and the AsyncAPI document.

`python -m services.contracts.export` writes them; with `--check` it says whether they are up to date.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .asyncapi import document
from .jsonschema import schema
from .messages import TYPES

FOLDER = Path(__file__).parent / "schemas"
VERSION = "1.0.0"
"""Of the published language: a major step is a new `.v2` of a topic or type."""
COMMAND = "python -m services.contracts.export"


def exported() -> dict[str, str]:
    """File name → text, the same for the same contracts."""
    files = {f"{name}.json": _text(schema(name)) for name in TYPES}
    return files | {"asyncapi.json": _text(document(VERSION))}


def stale(folder: Path, files: Mapping[str, str]) -> list[str]:
    """Names in `folder` that are missing, differ from `files`, or should not be there; sorted."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.json")}
    return sorted(name for name in there.keys() | files.keys() if there.get(name) != files.get(name))


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Make `folder` hold exactly `files`."""
    folder.mkdir(exist_ok=True)
    for name in stale(folder, files):
        if name in files:
            (folder / name).write_text(files[name], encoding="utf-8")
        else:
            (folder / name).unlink()


def _text(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 where `--check` finds something out of date."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Export JSON Schema and AsyncAPI.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where something is out of date")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the files are")
    chosen = parser.parse_args(arguments)
    files = exported()
    old = stale(chosen.folder, files)
    if chosen.check and old:
        sys.stderr.write(f"out of date: {', '.join(old)}\nrun `{COMMAND}` and commit what it writes\n")
        return 1
    if not chosen.check:
        write(chosen.folder, files)
        sys.stdout.write(f"{len(old)} of {len(files)} files changed in {chosen.folder}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
