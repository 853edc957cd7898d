"""Generated clients on a real deployment: each pushes, acts and reads, from a ticket to its figure."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.clients.generated import node, python_client, python_street, run, typescript_street, typescript_types
from tests.e2e.deployment import SERVICES, Deployment
from tests.e2e.test_pipeline import departments, known_category

SEEN = {
    "begun": "received",
    "lines": [202, 202],
    "batch": ["received", "received"],
    "outcomes": ["applied", "applied", "applied", "applied"],
    "ended": "replied",
    "told": "assigned",
}


@pytest.fixture(scope="module")
def documents(deployment: Deployment) -> Iterator[dict[str, Any]]:
    """As the services give them."""
    with httpx.Client() as client:
        yield {name: client.get(f"{deployment.url(name)}/openapi.json").raise_for_status().json() for name in SERVICES}


@pytest.fixture
def street(deployment: Deployment) -> str:
    unit = departments(deployment)[0]
    roles = {"source": "source:hotline", "department": f"department:{unit}"}
    keys = {role: deployment.key(roles.get(role, role)) for role in ("source", "dispatcher", "department", "dashboard")}
    told = {"urls": {name: deployment.url(name) for name in SERVICES}, "keys": keys}
    return json.dumps(told | {"unit": unit, "category": known_category(deployment)})


def test_the_python_client_pushes_acts_and_reads(documents: dict[str, Any], street: str, tmp_path: Path) -> None:
    for service, document in documents.items():
        python_client(service, document, tmp_path)
    assert json.loads(run(sys.executable, python_street(tmp_path), street)) == SEEN


def test_the_typescript_client_pushes_acts_and_reads(documents: dict[str, Any], street: str, tmp_path: Path) -> None:
    for service, document in documents.items():
        typescript_types(service, document, tmp_path)
    assert json.loads(node(typescript_street(tmp_path), street)) == SEEN
