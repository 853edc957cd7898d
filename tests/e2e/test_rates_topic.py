"""What other systems read of figures on the `rates` topic: the newest record of a cell is what the cell holds, through
kills of whoever tells it and after a rebuild."""

from pathlib import Path

from services.metrics.adapters.sheets import sheet_of
from services.metrics.domain.periods import mark
from tests.e2e.agreement import all_equal, settled
from tests.e2e.cells import read_cells
from tests.e2e.deployment import Deployment
from tests.e2e.rates_topic import held, told, told_as_held
from tests.e2e.replaying import SEED, replay
from tests.e2e.test_pipeline import ticket
from tests.faults.street import kill, one_of
from tests.recount.history import generate, reference_street


def agreed(deployment: Deployment) -> None:
    settled(deployment)
    told_as_held(deployment)


def push_some(deployment: Deployment) -> None:
    for _ in range(20):
        answer = deployment.call(
            "POST", "intake", "/v1/tickets", "source:hotline", json=ticket(category="street-light")
        )
        assert answer.status_code == 202


def test_the_topic_has_what_the_cells_hold_through_kills(deployment: Deployment, tmp_path: Path) -> None:
    steps = generate(reference_street(), seed=SEED + 4, cases=300)
    third = len(steps) // 3
    for number in range(3):
        replay(deployment, steps[number * third : (number + 1) * third], tmp_path / f"{number}.jsonl")
        kill(one_of(deployment, "metrics"))
    agreed(deployment)
    assert len(held(deployment)) > 1_000


def test_what_a_rebuild_mends_is_told(deployment: Deployment) -> None:
    push_some(deployment)
    agreed(deployment)
    with deployment.mongo() as client:
        cells = read_cells(client)
        sheet = cells.find_one({"_id": {"$regex": "^cohort/total/"}, "own.valid": {"$gt": 0}}, sort=[("_id", -1)])
        assert sheet is not None
        cells.update_one({"_id": sheet["_id"]}, {"$inc": {"own.valid": 5}})
    partition, place = sheet_of(sheet)
    broken = partition, place.basis, mark(place.bucket), ()
    push_some(deployment)  # some of them go where the broken cell is, so that it is told as it stands
    agreed(deployment)
    before = told(deployment)[broken]["valid"]
    result = deployment.mingshao("metrics", "rebuild", "--accept")
    assert result.returncode == 0, result.stdout + result.stderr
    agreed(deployment)
    assert told(deployment)[broken]["valid"] == before - 5
    all_equal(deployment)
