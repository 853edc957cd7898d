"""Generators of clients understand the services' documents: no warning, and what they make compiles strictly."""

import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from services.contracts.access import ACCESS
from tests.clients.documents import ROUTERS, document
from tests.clients.generated import python_client, python_street, run, typescript_street, typescript_types

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
        sys.executable, "-m", "mypy", "--strict", "--config-file", settings, python_street(folder), *packages.values(),
        folder=folder,
    )  # fmt: skip


def test_typescript_types_compile_strictly(tmp_path: Path) -> None:
    for service in ROUTERS:
        typescript_types(service, document(service), tmp_path)
    assert typescript_street(tmp_path).exists()


SPOKEN = {"application/json", "application/x-ndjson", "text/csv; charset=utf-8", "text/event-stream", "text/plain",
          "text/html", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}  # fmt: skip


@pytest.mark.parametrize("service", ROUTERS)
def test_every_operation_says_what_it_answers_and_whose_it_is(service: str) -> None:
    made, roles = document(service), {row.replace(":path}", "}"): roles for row, roles in ACCESS[service].items()}
    for path, operations in made["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["operationId"].count("_") >= 1, f"{where} is named by what it does to what"
            assert operation["tags"], where
            assert operation["summary"], where
            assert operation["security"] == ([{"key": []}] if roles[f"{method.upper()} {path}"] else []), where
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if int(status) >= 400:
                    assert set(content) == {"application/problem+json"}, f"{where} {status}"
                    continue
                assert set(content) <= SPOKEN, f"{where} {status}"
                told = content.get("application/json")
                if told is not None and path not in ("/asyncapi.json", "/schemas/{name}"):
                    assert "$ref" in str(told["schema"]), f"{where} {status} is answered with anything"
