"""Every rate on every basis equals a recount of the log that shares no code with the services."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.agreement import all_equal, settled
from tests.e2e.deployment import Deployment
from tests.recount.history import generate, reference_street

SEED = int(os.environ.get("MINGSHAO_TEST_SEED", "20260301"))
CASE_COUNT = int(os.environ.get("MINGSHAO_TEST_CASES", "5000"))
REAL = Path(__file__).parents[3] / "shared" / "data" / "replies_before_2019.jsonl"


def replay(deployment: Deployment, steps: list[Any], file: Path) -> None:
    """Push all steps; refused lines are the services' own affair, an error is not."""
    file.write_text("".join(json.dumps(step, ensure_ascii=False) + "\n" for step in steps), encoding="utf-8")
    result = deployment.mingshao("replay", str(file), timeout=900)
    assert result.returncode == 0, (result.stdout + result.stderr)[-3000:]


def test_a_synthetic_history_is_counted_as_recounted_even_when_played_twice(
    deployment: Deployment, tmp_path: Path
) -> None:
    steps = generate(reference_street(), seed=SEED, cases=CASE_COUNT)
    replay(deployment, steps, tmp_path / "history.jsonl")
    first = all_equal(deployment)
    assert len(first.recount.cases) >= CASE_COUNT
    before = settled(deployment)
    replay(deployment, steps, tmp_path / "history.jsonl")
    all_equal(deployment)
    assert settled(deployment) == before, "played again, nothing has an effect, not even a fact"


@pytest.mark.skipif(not REAL.exists(), reason="the real messages are not beside this checkout")
def test_the_real_history_is_counted_as_recounted(deployment: Deployment) -> None:
    result = deployment.mingshao("replay", str(REAL), timeout=900)
    assert "Traceback" not in result.stdout + result.stderr
    all_equal(deployment)
