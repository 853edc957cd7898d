"""What other systems read of figures on the `rates` topic: the newest record of a cell is what the cell holds, through
kills of whoever tells it and after a rebuild."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from services.contracts.rates import CellChanged
from services.contracts.topics import RATES
from services.metrics.adapters.sheets import cells_on, sheet_of
from services.metrics.domain.measures import MEASURES
from services.metrics.domain.periods import mark
from tests.e2e.agreement import all_equal, settled
from tests.e2e.cells import read_cells
from tests.e2e.deployment import Deployment
from tests.e2e.log import read_log
from tests.e2e.test_pipeline import ticket
from tests.e2e.test_recount import SEED, replay
from tests.faults.street import kill, one_of
from tests.recount.history import generate, reference_street

Cells = dict[tuple[Any, ...], Mapping[str, int]]


def held(deployment: Deployment) -> Cells:
    """As the store has them."""
    cells: Cells = {}
    with deployment.mongo() as client:
        for sheet in read_cells(client).find():
            partition, place = sheet_of(sheet)
            if place.basis not in MEASURES:
                continue  # a month's, which has nothing of its own
            for key, tally in cells_on(sheet).items():
                if tally:
                    named = tuple(sorted(zip(key.dims, key.values, strict=True)))
                    cells[partition, key.basis, mark(key.bucket), named] = tally
    return cells


def told(deployment: Deployment) -> Cells:
    """As a reader of the topic has them: of each key the record with the highest sequence, of equal ones the last."""
    newest: dict[tuple[Any, ...], tuple[int, Mapping[str, int]]] = {}
    for one in (one for part in read_log(deployment.kafka_bootstrap, RATES.name).values() for one in part):
        cell = msgspec.convert(one.value, CellChanged)
        key = (cell.partition, cell.basis, mark(cell.bucket), tuple(sorted(cell.dims.items())))
        if cell.seq >= newest.get(key, (0, {}))[0]:
            newest[key] = cell.seq, cell.measures
    return {key: measures for key, (_, measures) in newest.items() if measures}


def agreed(deployment: Deployment) -> None:
    settled(deployment)
    deadline = time.monotonic() + 120
    while (ours := held(deployment)) != (theirs := told(deployment)):
        unlike = [key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)]
        shown = [(key, ours.get(key), theirs.get(key)) for key in unlike[:5]]
        assert time.monotonic() < deadline, f"{len(unlike)} of {len(ours)} cells, such as {shown}"
        time.sleep(0.5)


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
