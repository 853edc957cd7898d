"""Routing's store lost, and made again from the log: equal to the lost one, and good to go on with."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import free_port_base
from tests.e2e.agreement import all_equal, facts
from tests.e2e.deployment import ROOT, Deployment, until
from tests.e2e.replaying import SEED, replay
from tests.e2e.test_pipeline import ticket
from tests.recount.history import generate, reference_street


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment whose store these tests may lose."""
    made = Deployment(home=tmp_path_factory.mktemp("lost"), port_base=free_port_base())
    try:
        made.up()
        yield made
    finally:
        made.mingshao("down")


def contents(deployment: Deployment) -> dict[str, list[dict[str, Any]]]:
    with deployment.mongo() as client:
        database = client["mingshao_routing"]
        names = ("cases", "timeline", "directory")
        return {name: list(database[name].find().sort("_id", 1)) for name in names}


def routing_says(deployment: Deployment) -> str:
    return str(deployment.call("GET", "routing", "/healthz", None).json()["halted"])


def test_a_store_that_is_in_use_is_not_dropped(lost: Deployment) -> None:
    before = contents(lost)
    environment = os.environ | {
        "KAFKA_BOOTSTRAP": lost.kafka_bootstrap,
        "MONGODB_URI": f"mongodb://127.0.0.1:{lost.port_base + 93}/?replicaSet=rs0",
    }
    command = [sys.executable, "-m", "services.routing", "rebuild"]
    refused = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert refused.returncode == 1
    assert "stop them first" in refused.stderr
    assert contents(lost) == before


def test_a_lost_store_is_made_again_equal_to_what_it_was(lost: Deployment, tmp_path: Path) -> None:
    steps = generate(reference_street(), seed=SEED, cases=400)
    replay(lost, steps, tmp_path / "history.jsonl")
    one = ticket()
    assert lost.call("POST", "intake", "/v1/tickets", "source:hotline", json=one).status_code == 202
    all_equal(lost)
    before, written = contents(lost), facts(lost)
    with lost.mongo() as client:
        client.drop_database("mingshao_routing")
    # what runs notices at its next commit; what is started anew sees that the log is ahead of the store
    assert lost.call("POST", "intake", "/v1/tickets", "source:hotline", json=one).status_code == 202
    assert lost.call("PUT", "routing", "/v1/directory/department/new", json={"name": "新"}).status_code == 503
    until(lambda: "already holds sequence" in routing_says(lost))
    result = lost.mingshao("routing", "rebuild", "--yes")
    assert result.returncode == 0, result.stdout + result.stderr
    after = contents(lost)
    assert {name: len(rows) for name, rows in after.items()} == {name: len(rows) for name, rows in before.items()}
    assert after == before
    all_equal(lost)
    replay(lost, steps, tmp_path / "history.jsonl")
    all_equal(lost)
    assert facts(lost) == written, "what was judged is recognised; nothing is judged twice"
