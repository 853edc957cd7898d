"""Generators of clients understand the services' documents: no warning, and what they make compiles strictly."""

import sys
from collections.abc import Mapping
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
def packages(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Service → the package that was generated for it."""
    folder = tmp_path_factory.mktemp("clients")
    return {service: python_client(service, document(service), folder) for service in ROUTERS}


@pytest.mark.parametrize("service", ROUTERS)
def test_the_python_client_is_whole(service: str, packages: Mapping[str, Path]) -> None:
    made = document(service)
    written = {path.stem for path in packages[service].glob("api/*/*.py")}
    operations = {operation["operationId"] for path in made["paths"].values() for operation in path.values()}
    assert operations <= written, "the generator left some out"


def test_python_clients_pass_a_strict_type_check(packages: Mapping[str, Path]) -> None:
    folder = packages["intake"].parent
    settings = folder / "mypy.ini"
    settings.write_text(GENERATORS_OWN.format(packages=",".join(f"mingshao_{service}.client" for service in ROUTERS)))
    run(
        sys.executable, "-m", "mypy", "--strict", "--config-file", settings, *packages.values(), folder=folder
    )  # fmt: skip


def test_typescript_types_compile_strictly(tmp_path: Path) -> None:
    types = [typescript_types(service, document(service), tmp_path) for service in ROUTERS]
    compiler = TYPESCRIPT / "node_modules/typescript/bin/tsc"
    node(compiler, "--strict", "--noEmit", "--exactOptionalPropertyTypes", "--module", "nodenext", *types)


SPOKEN = {"application/json", "application/x-ndjson", "text/csv; charset=utf-8", "text/event-stream", "text/plain",
          "text/html", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip


@pytest.mark.parametrize("service", ROUTERS)
def test_every_operation_says_what_it_answers_and_whose_it_is(service: str) -> None:
    made = document(service)
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["operationId"].count("_") >= 1, f"{where} is named by what it does to what"
            assert operation["tags"], where
            assert operation["summary"], where
            assert operation["security"] in ([], [{"key": []}]), where
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if int(status) >= 400:
                    assert set(content) == {"application/problem+json"}, f"{where} {status}"
                    continue
                assert set(content) <= SPOKEN, f"{where} {status}"
                told = content.get("application/json")
                if told is not None and path not in ("/asyncapi.json", "/schemas/{name}"):
                    assert "$ref" in str(told["schema"]), f"{where} {status} is answered with anything"
