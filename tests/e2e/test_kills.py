"""kill -9 of every process at random moments of a replay, healed by the supervisor: nothing lost, nothing twice."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import free_port_base
from tests.e2e.agreement import all_equal
from tests.e2e.deployment import ROOT, Deployment, until
from tests.e2e.test_recount import replay
from tests.recount.history import generate, reference_street

VICTIMS = ("intake", "routing", "notify", "metrics", "mongod", "kafka")
TWO_EACH = [part for name in VICTIMS[:4] for part in ("--scale", f"{name}=2")]
SEED = int(os.environ.get("MINGSHAO_TEST_SEED", random.randrange(1 << 30)))
ROUNDS = int(os.environ.get("MINGSHAO_TEST_KILL_ROUNDS", "2"))


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A deployment of these tests' own, with two instances of each service."""
    made = Deployment(home=tmp_path_factory.mktemp("fragile"), port_base=free_port_base())
    try:
        made.up(*TWO_EACH)
        yield made
    finally:
        made.mingshao("down")


def test_killed_at_random_moments_of_a_replay_every_figure_stays_exact(fragile: Deployment, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    file = tmp_path / "history.jsonl"
    steps = generate(reference_street(), seed=SEED, cases=1500)
    file.write_text("".join(json.dumps(step, ensure_ascii=False) + "\n" for step in steps), encoding="utf-8")
    replaying = subprocess.Popen(
        [sys.executable, "-m", "deploy.local", "replay", str(file), "--home", str(fragile.home)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    killed = [name for _ in range(ROUNDS) for name in chance.sample(VICTIMS, len(VICTIMS))]
    for name in killed:
        time.sleep(chance.uniform(0.5, 3))
        running = [process for process in fragile.status()["processes"] if process["name"].startswith(name)]
        pids = [process["pid"] for process in running if process["pid"]]
        if pids:
            os.kill(chance.choice(pids), signal.SIGKILL)
    output, _ = replaying.communicate(timeout=600)
    assert replaying.returncode == 0, f"seed {SEED}: {output[-3000:]}"
    recount = all_equal(fragile).recount
    assert len(recount.cases) >= 1500, f"seed {SEED}"


def test_a_worker_that_hangs_with_work_to_do_is_found_and_started_again(fragile: Deployment, tmp_path: Path) -> None:
    """A paused process answers nothing and dies never: the supervisor must see it."""
    process = next(process for process in fragile.status()["processes"] if process["name"].startswith("notify"))
    os.kill(process["pid"], signal.SIGSTOP)

    def replaced() -> bool:
        now = {item["name"]: item["pid"] for item in fragile.status()["processes"]}
        return bool(now.get(process["name"])) and now[process["name"]] != process["pid"]

    until(replaced, 120)
    all_equal(fragile)


def test_an_orderly_stop_and_another_start_find_everything_again(fragile: Deployment) -> None:
    began = time.monotonic()
    fragile.down()
    print(f"down took {time.monotonic() - began:.1f} s")
    fragile.up(*TWO_EACH)
    all_equal(fragile)


def test_after_a_reset_the_same_history_gives_the_same_figures(fragile: Deployment, tmp_path: Path) -> None:
    before = all_equal(fragile).recount
    result = fragile.mingshao("reset", "--yes")
    assert result.returncode == 0, result.stdout + result.stderr
    fragile.up(*TWO_EACH)
    empty = fragile.call("GET", "metrics", "/v1/rates", "dashboard", params={"rate": "handled"}).json()
    assert [row["denominator"] for row in empty["rows"]] == [0]
    replay(fragile, generate(reference_street(), seed=SEED, cases=1500), tmp_path / "history.jsonl")
    assert len(all_equal(fragile).recount.cases) == len(before.cases)
