"""What the generators make of a document."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

TYPESCRIPT = Path(__file__).parent / "typescript"
PYTHON = Path(__file__).parent / "python"
PYTHON_CONFIG = Path(__file__).parents[2] / "docs" / "clients" / "openapi-python-client.yaml"
BIN = Path(sys.executable).parent


def python_client(service: str, document: Mapping[str, Any], folder: Path) -> Path:
    """The package `mingshao_<service>` in `folder`, by openapi-python-client. AssertionError for any warning."""
    source, package = folder / f"{service}.json", folder / f"mingshao_{service}"
    source.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    run(
        BIN / "openapi-python-client", "generate", "--path", source, "--output-path", package,
        "--config", PYTHON_CONFIG, "--meta", "none", "--fail-on-warning",
    )  # fmt: skip
    return package


def typescript_types(service: str, document: Mapping[str, Any], folder: Path) -> Path:
    """`<service>.d.ts` in `folder`, by openapi-typescript."""
    source, types = folder / f"{service}.json", folder / f"{service}.d.ts"
    source.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    node(TYPESCRIPT / "node_modules/openapi-typescript/bin/cli.js", source, "--output", types)
    return types


def python_street(folder: Path) -> Path:
    """The program that uses the Python clients, beside them."""
    return Path(shutil.copy(PYTHON / "street.py", folder))


def typescript_street(folder: Path) -> Path:
    """The program that uses the TypeScript clients, compiled strictly with all types that lie beside it."""
    source = Path(shutil.copy(TYPESCRIPT / "street.ts", folder))
    (folder / "node_modules").symlink_to(TYPESCRIPT / "node_modules")
    (folder / "package.json").write_text('{"type": "module"}')
    node(
        TYPESCRIPT / "node_modules/typescript/bin/tsc", "--strict", "--exactOptionalPropertyTypes",
        "--noUncheckedIndexedAccess", "--module", "nodenext", "--target", "es2023", "--lib", "es2023,dom,dom.iterable",
        source, *folder.glob("*.d.ts"),
    )  # fmt: skip
    return source.with_suffix(".js")


def node(*arguments: str | Path) -> str:
    """Node's output; AssertionError with all of it where it fails. What it needs is installed first, once."""
    if not (TYPESCRIPT / "node_modules").exists():
        run(BIN / "npm", "ci", "--silent", "--prefix", TYPESCRIPT)
    return run(BIN / "node", *arguments)


def run(*command: str | Path, folder: Path | None = None) -> str:
    """Its output; AssertionError with all of it where it fails."""
    environment = os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(part) for part in command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}{done.stderr}"
    return done.stdout
