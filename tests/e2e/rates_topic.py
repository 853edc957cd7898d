"""The `rates` topic against the store: the newest record of each cell is what the cell holds."""

import time
from collections.abc import Mapping
from typing import Any

import msgspec

from services.contracts.rates import CellChanged
from services.contracts.topics import RATES
from services.metrics.adapters.sheets import cells_on, sheet_of
from services.metrics.domain.measures import MEASURES
from services.metrics.domain.periods import mark
from tests.e2e.cells import read_cells
from tests.e2e.deployment import Deployment
from tests.e2e.log import Logged, read_as

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

    def look(record: Logged) -> None:
        cell = msgspec.convert(record.value, CellChanged)
        key = (cell.partition, cell.basis, mark(cell.bucket), tuple(sorted(cell.dims.items())))
        if cell.seq >= newest.get(key, (0, {}))[0]:
            newest[key] = cell.seq, cell.measures

    read_as(deployment.kafka_bootstrap, RATES.name, look)
    return {key: measures for key, (_, measures) in newest.items() if measures}


def told_as_held(deployment: Deployment) -> None:
    """Once all is counted and what changed is told. AssertionError where they stay unlike."""
    deadline = time.monotonic() + 120
    while (ours := held(deployment)) != (theirs := told(deployment)):
        unlike = [key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)]
        shown = [(key, ours.get(key), theirs.get(key)) for key in unlike[:5]]
        assert time.monotonic() < deadline, f"{len(unlike)} of {len(ours)} cells, such as {shown}"
        time.sleep(0.5)
