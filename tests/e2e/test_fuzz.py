"""Whatever is sent: no answer that is an error of ours, none that OpenAPI does not have."""

import json
import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.conftest import free_port_base
from tests.e2e.deployment import SERVICES, Deployment

EXAMPLES = int(os.environ.get("MINGSHAO_TEST_FUZZ", "8"))
KEYS = {"intake": "source:hotline", "routing": "admin", "notify": "admin", "metrics": "dashboard", "evidence": "admin"}
NDJSON = "application/x-ndjson"
LINE_OF = {"submissions": "SubmissionBody", "actions": "ActionBody"}
"""The document has lines as bytes, for generators; each is one of these."""
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@schemathesis.serializer(NDJSON)
def lines(_: Any, value: Any) -> bytes:
    """A batch of this line, a broken one, and the line again."""
    line = json.dumps(value).encode() if not isinstance(value, bytes) else value
    return b"\n".join([line, b"{", line])


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """One that may end with a strange directory."""
    made = Deployment(home=tmp_path_factory.mktemp("fuzzed"), port_base=free_port_base())
    try:
        made.up()
        yield made
    finally:
        made.mingshao("down")


def operations(stage: Deployment, service: str) -> Iterator[Any]:
    document = httpx.get(f"{stage.url(service)}/openapi.json").json()
    for path in document["paths"].values():
        for operation in path.values():
            if NDJSON in (content := operation.get("requestBody", {}).get("content", {})):
                content[NDJSON] = {"schema": {"$ref": f"#/components/schemas/{LINE_OF[operation['tags'][0]]}"}}
    schema = schemathesis.openapi.from_dict(document)
    schema.config.update(base_url=stage.url(service), headers={"Authorization": f"Bearer {stage.key(KEYS[service])}"})
    # streams stay open; their own tests read them
    for found in schema.exclude(path_regex="stream$").get_all_operations():
        assert isinstance(found, Ok), found.err()
        yield found.ok()


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_a_documented_one(stage: Deployment, service: str, mode: GenerationMode) -> None:
    failures = []
    for operation in operations(stage, service):

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def asked(case: schemathesis.Case[Any]) -> None:
            case.call_and_validate(checks=CHECKS, timeout=30)

        try:
            asked()
        except Unsatisfiable:
            continue  # nothing wrong can be sent where nothing is asked for
        except FailureGroup as found:
            failures += [f"{operation.label}: {failure}" for failure in found.exceptions]
    assert not failures, "\n\n".join(failures)
