"""A reset leaves nothing but the keys, and what is replayed afterwards, through kills, counts as on the first day."""

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.deployment import ROOT
from tests.faults.checker import check, exact
from tests.faults.street import Street, kill, one_of, short
from tests.recount.history import generate, reference_street

CASES = 600 if short() else 1_500


def test_after_a_reset_nothing_is_left_and_a_replay_through_kills_is_exact(
    street: Street, tmp_path: Path, seed: int
) -> None:
    exact(street)  # of all that is wiped now
    admin = street.key("admin")
    result = street.mingshao("reset", "--yes")
    assert result.returncode == 0, result.stdout + result.stderr
    street.dead.clear()
    street.start()
    assert street.key("admin") == admin
    empty = street.call("GET", "metrics", "/v1/rates", "dashboard", params={"rate": "handled"}).json()
    assert [row["denominator"] for row in empty["rows"]] == [0]

    file = tmp_path / "history.jsonl"
    steps = generate(reference_street(), seed=seed, cases=CASES)
    file.write_text("".join(json.dumps(step, ensure_ascii=False) + "\n" for step in steps), encoding="utf-8")
    command = [sys.executable, "-m", "deploy.local", "replay", str(file), "--home", str(street.home)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as replaying:
        for victim in ("intake", "kafka", "mongod"):
            time.sleep(0.3 if short() else 1)
            kill(one_of(street, victim))
        assert replaying.poll() is None, "the replay was over before the last kill"
        output, _ = replaying.communicate(timeout=600)
    assert replaying.returncode == 0, output[-3000:]
    check(street)
    assert len(exact(street).cases) >= CASES
