"""The exported schemas and the AsyncAPI document: sound, deterministic, up to date."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator

from services.contracts import export, topics
from services.contracts.jsonschema import schema
from services.contracts.messages import TYPES
from services.runtime.batches import MAX_RECORD_BYTES
from services.runtime.deadletters import dead_letter

DOCUMENT: dict[str, Any] = json.loads(export.exported()["asyncapi.json"])


def test_committed_files_are_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert export.main(["--check"]) == 0, capsys.readouterr().err


def test_check_says_what_to_run_and_writing_mends_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = ["--folder", str(tmp_path / "schemas")]
    assert export.main(["--check", *folder]) == 1
    assert "python -m services.contracts.export" in capsys.readouterr().err
    assert export.main(folder) == 0
    (tmp_path / "schemas" / "gone.json").write_text("{}")
    assert export.main(["--check", *folder]) == 1
    assert "gone.json" in capsys.readouterr().err
    assert export.main(folder) == 0
    assert export.main(["--check", *folder]) == 0


def test_export_is_deterministic() -> None:
    assert export.exported() == export.exported()


@pytest.mark.parametrize("name", TYPES)
def test_schema_is_a_valid_schema_that_says_which(name: str) -> None:
    made = schema(name)
    Draft202012Validator.check_schema(made)
    assert made["$id"] == f"urn:mingshao:schema:{name}"
    assert all(reference.removeprefix("#/$defs/") in made["$defs"] for reference in references(made))


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def test_every_reference_in_the_document_leads_somewhere() -> None:
    for reference in references(DOCUMENT):
        node: Any = DOCUMENT
        for step in reference.removeprefix("#/").split("/"):
            assert step in node, reference
            node = node[step]


def test_channels_are_the_catalogue_and_the_departments() -> None:
    addresses = {channel["address"] for channel in DOCUMENT["channels"].values()}
    expected = {topic.name for topic in topics.CATALOGUE} | {"mingshao.assignments.{department}.v1"}
    assert addresses == expected
    assert DOCUMENT["channels"]["assignments.department"]["parameters"].keys() == {"department"}


def test_every_channel_has_one_sender() -> None:
    for name in DOCUMENT["channels"]:
        sending = [key for key in DOCUMENT["operations"] if key.endswith(f".sends.{name}")]
        assert len(sending) == 1, name


def test_operations_refer_to_messages_of_their_channel() -> None:
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert all(message["$ref"].startswith(f"{channel}/messages/") for message in operation.get("messages", []))


def test_payload_schemas_are_sound() -> None:
    for body in DOCUMENT["components"]["schemas"].values():
        Draft7Validator.check_schema(body)
    for name in TYPES:
        message = DOCUMENT["components"]["messages"][name]
        assert message["headers"]["properties"]["ce_type"]["const"] == name
        assert message["payload"]["$ref"] == f"#/components/schemas/{TYPES[name].__name__}"


def test_dead_letters_carry_the_headers_that_the_document_says() -> None:
    class Record:
        topic, partition, offset, timestamp = "mingshao.tickets.v1", 1, 2, 3
        key, value, headers = b"k", b"v" * (MAX_RECORD_BYTES + 1), ()

    described = DOCUMENT["components"]["messages"]["dead-letter"]["headers"]
    assert ["dead_cut", *described["required"]] == [name for name, _ in dead_letter("routing", Record, "why").headers]
    assert described["properties"].keys() == {"dead_cut", *described["required"]}
