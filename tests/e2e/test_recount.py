"""Every rate on every basis equals a recount of the log that shares no code with the services."""

import os
from pathlib import Path

import pytest

from tests.e2e.agreement import all_equal, settled
from tests.e2e.deployment import Deployment
from tests.e2e.replaying import SEED, replay
from tests.recount.history import generate, reference_street

CASE_COUNT = int(os.environ.get("MINGSHAO_TEST_CASES", "5000"))
REAL = Path(__file__).parents[3] / "shared" / "data" / "replies_before_2019.jsonl"


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
