"""Every rate on every basis equals a recount of the log that shares no code with the services."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.contracts.topics import CASES, OPINIONS, TICKETS
from tests.e2e.conftest import Deployment, until
from tests.e2e.log import read_log
from tests.recount.compare import differences
from tests.recount.history import generate, reference_street
from tests.recount.recount import Recount

SEED = int(os.environ.get("MINGSHAO_TEST_SEED", "20260301"))
CASE_COUNT = int(os.environ.get("MINGSHAO_TEST_CASES", "10000"))
REAL = Path(__file__).parents[3] / "shared" / "data" / "replies_before_2019.jsonl"


def replay(deployment: Deployment, steps: list[Any], file: Path) -> None:
    """Push all steps; refused lines are the services' own affair, an error is not."""
    file.write_text("".join(json.dumps(step, ensure_ascii=False) + "\n" for step in steps), encoding="utf-8")
    result = deployment.mingshao("replay", str(file), timeout=900)
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]


def settled(deployment: Deployment) -> dict[int, int]:
    """Wait until metrics has counted every fact of the log; the position."""

    def position() -> dict[int, int]:
        answer = deployment.call("GET", "metrics", "/v1/rates", "dashboard", params={"rate": "handled"})
        if answer.status_code != 200:
            return {}
        return {int(partition): seq for partition, seq in answer.json()["position"].items()}

    def still() -> Any:
        try:
            names = ("routing", "notify", "metrics")
            bodies = [deployment.call("GET", name, "/healthz", None).json() for name in names]
            return all(body["status"] == "ok" and body["lag"] == 0 for body in bodies) and facts_equal()
        except httpx.TransportError:
            return False  # one that was killed is on its way up

    def facts_equal() -> bool:
        newest = {
            partition: max((int(record.headers["ce_sequence"]) for record in records), default=0)
            for partition, records in read_log(deployment.kafka_bootstrap, CASES.name).items()
        }
        return {partition: seq for partition, seq in position().items() if seq} == {
            partition: seq for partition, seq in newest.items() if seq
        }

    until(still, 900)
    return position()


def recounted(deployment: Deployment) -> Recount:
    """From the log and the directory alone."""
    directory = {}
    for kind in ("department", "category", "channel"):
        rows = deployment.call("GET", "routing", f"/v1/directory/{kind}").json()["rows"]
        directory[kind] = {row_id: row["row"] for row_id, row in rows.items()}
    logs = [read_log(deployment.kafka_bootstrap, topic.name) for topic in (TICKETS, OPINIONS)]
    records = [
        [(record.value, record.headers, record.timestamp) for record in partition]
        for log in logs
        for partition in log.values()
    ]
    return Recount(directory).read(records)


def all_equal(deployment: Deployment) -> Recount:
    """Every figure, every outcome, every case's versions."""
    settled(deployment)
    recount = recounted(deployment)

    def ask(question: dict[str, str]) -> Any:
        answer = deployment.call("GET", "metrics", "/v1/rates", "dashboard", params=question)
        assert answer.status_code == 200, answer.text
        return answer.json()

    found = differences(recount, ask, until=datetime.now(UTC))
    assert not found, f"{len(found)} differences, seed {SEED}:\n" + "\n".join(found[:20])
    versions_without_gap(deployment)
    return recount


def versions_without_gap(deployment: Deployment) -> None:
    """Each partition's facts and each case's versions are complete and in order, once repeats are recognised."""
    for partition, records in read_log(deployment.kafka_bootstrap, CASES.name).items():
        last, versions = 0, dict[str, int]()
        for record in records:
            seq = int(record.headers["ce_sequence"])
            if seq <= last:
                continue
            assert seq == last + 1, f"partition {partition}: {seq} follows {last}"
            last, fact = seq, record.value
            expected = versions.get(fact["case_id"], 0) + (fact["outcome"] == "applied")
            assert fact["version"] == expected, f"{fact['case_id']}: version {fact['version']}, not {expected}"
            versions[fact["case_id"]] = expected


def test_a_synthetic_history_is_counted_as_recounted_even_when_played_twice(
    deployment: Deployment, tmp_path: Path
) -> None:
    steps = generate(reference_street(), seed=SEED, cases=CASE_COUNT)
    replay(deployment, steps, tmp_path / "history.jsonl")
    first = all_equal(deployment)
    assert len(first.cases) >= CASE_COUNT
    before = settled(deployment)
    replay(deployment, steps, tmp_path / "history.jsonl")
    all_equal(deployment)
    assert settled(deployment) == before, "played again, nothing has an effect, not even a fact"


@pytest.mark.skipif(not REAL.exists(), reason="the real messages are not beside this checkout")
def test_the_real_history_is_counted_as_recounted(deployment: Deployment) -> None:
    result = deployment.mingshao("replay", str(REAL), timeout=900)
    assert "Traceback" not in result.stdout + result.stderr
    all_equal(deployment)
