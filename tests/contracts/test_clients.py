"""Generators of clients understand the services' documents: no warning, and what they make compiles strictly."""

import sys
from pathlib import Path

import pytest

from tests.clients.documents import ROUTERS, document
from tests.clients.generated import TYPESCRIPT, node, python_client, run, typescript_types

GENERATORS_OWN = """[mypy]
[mypy-{packages}]
disable_error_code = arg-type
"""
"""Its template for the HTTP client is the same for every document, and does not pass by itself."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clients")


@pytest.mark.parametrize("service", ROUTERS)
def test_the_python_client_is_whole(service: str, folder: Path) -> None:
    made = document(service)
    package = python_client(service, made, folder)
    written = {path.stem for path in package.glob("api/*/*.py")}
    operations = {operation["operationId"] for path in made["paths"].values() for operation in path.values()}
    assert operations <= written, "the generator left some out"


def test_python_clients_pass_a_strict_type_check(folder: Path) -> None:
    (folder / "strict").mkdir()
    packages = [python_client(service, document(service), folder / "strict") for service in ROUTERS]
    settings = folder / "strict" / "mypy.ini"
    settings.write_text(GENERATORS_OWN.format(packages=",".join(f"mingshao_{service}.client" for service in ROUTERS)))
    run(sys.executable, "-m", "mypy", "--strict", "--config-file", settings, *packages, folder=folder / "strict")


def test_typescript_types_compile_strictly(folder: Path) -> None:
    types = [typescript_types(service, document(service), folder) for service in ROUTERS]
    compiler = TYPESCRIPT / "node_modules/typescript/bin/tsc"
    node(compiler, "--strict", "--noEmit", "--exactOptionalPropertyTypes", "--module", "nodenext", *types)
