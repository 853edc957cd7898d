"""All figures counted again from the log while people read and push: equal, put in place without a gap, and a broken
cell mended by it."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.local.places import Home
from deploy.local.supervisor import plan, record
from tests.e2e.agreement import all_equal, settled
from tests.e2e.cells import read_cells, standing
from tests.e2e.deployment import ROOT, Deployment
from tests.e2e.replaying import SEED, replay
from tests.e2e.test_pipeline import ticket
from tests.recount.history import generate, reference_street


class Watch(threading.Thread):
    """Reads a figure and pushes a ticket, again and again; what must not be seen is kept."""

    def __init__(self, deployment: Deployment) -> None:
        super().__init__(daemon=True)
        self._deployment = deployment
        self._over = threading.Event()
        self.flaws: list[str] = []
        self.readings = 0
        self._position: dict[str, int] = {}
        self._received = 0

    def run(self) -> None:
        while not self._over.is_set():
            try:
                self._look()
            except Exception as error:  # a thread's own end would go unseen
                self.flaws.append(f"{type(error).__name__}: {error}")
                return

    def _look(self) -> None:
        pushed = self._deployment.call(
            "POST", "intake", "/v1/tickets", "source:hotline", json=ticket(category="street-light")
        )
        answer = self._deployment.call("GET", "metrics", "/v1/rates", "dashboard", params={"rate": "received_count"})
        if (pushed.status_code, answer.status_code) != (202, 200):
            self.flaws.append(f"{pushed.text} {answer.text}")
        body = answer.json()
        position, received = body["position"], body["rows"][0]["value"]
        if any(position.get(name, 0) < seq for name, seq in self._position.items()) or received < self._received:
            self.flaws.append(f"went back from {self._position} to {position}, {self._received} to {received}")
        self._position, self._received = position, received
        self.readings += 1

    @contextmanager
    def beside(self) -> Iterator[None]:
        self.start()
        yield
        self._over.set()
        self.join(60)
        assert not self.flaws, self.flaws[:3]
        assert self.readings > 10


@pytest.fixture(scope="module")
def played(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    history = generate(reference_street(), seed=SEED + 2, cases=200)
    replay(deployment, history, tmp_path_factory.mktemp("again") / "history.jsonl")
    settled(deployment)
    return deployment


def test_figures_counted_again_are_the_same_and_are_read_without_a_gap(played: Deployment) -> None:
    before, _ = standing(played)
    watch = Watch(played)
    with watch.beside():
        result = played.mingshao("metrics", "rebuild")
        assert result.returncode == 0, result.stdout + result.stderr
        assert "are the same" in result.stdout
        now, fresh = standing(played)
        assert now > before
        assert fresh is None
        seen = watch.readings
        while watch.readings < seen + 20 and watch.is_alive():
            watch.join(0.1)
    all_equal(played)


def test_one_that_was_killed_goes_on_where_it_stood(played: Deployment) -> None:
    home = Home(played.home)
    wanted = record.read_wanted(home)
    assert wanted is not None
    environment = os.environ | plan.environment(home, wanted, "metrics-1", played.port_base + 4)
    with subprocess.Popen(
        [sys.executable, "-m", "services.metrics", "rebuild"], cwd=ROOT, env=environment, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert b"counted" in process.stdout.readline()
        process.send_signal(signal.SIGKILL)
    before, begun = standing(played)
    assert begun is not None
    result = played.mingshao("metrics", "rebuild")
    assert result.returncode == 0, result.stdout + result.stderr
    assert standing(played) == (begun, None)
    assert begun > before
    all_equal(played)


def test_a_broken_cell_is_shown_and_mended_only_when_asked(played: Deployment, tmp_path: Path) -> None:
    settled(played)
    now, _ = standing(played)
    with played.mongo() as client:
        cells = read_cells(client)
        sheet = cells.find_one({"_id": {"$regex": "^cohort/total/"}, "own.valid": {"$gt": 0}})
        assert sheet is not None
        cells.update_one({"_id": sheet["_id"]}, {"$inc": {"own.valid": 7}})
        broken = cells.find_one({"_id": sheet["_id"]})
    refused = played.mingshao("metrics", "rebuild")
    assert refused.returncode == 1
    assert "--accept" in refused.stderr
    assert sheet["_id"][:40] in refused.stdout
    assert standing(played)[0] == now
    with played.mongo() as client:
        assert read_cells(client).name == cells.name
        assert read_cells(client).find_one({"_id": sheet["_id"]}) == broken
    accepted = played.mingshao("metrics", "rebuild", "--accept")
    assert accepted.returncode == 0, accepted.stdout + accepted.stderr
    assert "differed" in accepted.stdout
    assert standing(played)[0] > now
    replay(played, generate(reference_street(), seed=SEED + 3, cases=50), tmp_path / "more.jsonl")
    all_equal(played)
    again = played.mingshao("metrics", "rebuild", "--anew")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "are the same" in again.stdout
