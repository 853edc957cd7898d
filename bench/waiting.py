"""Open cases whose clocks run, as many as are wanted: some of the workload's, again and again under other ids."""

import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import cycle

import msgspec

from services.contracts.cases import CaseFact
from services.contracts.identity import case_id
from services.routing.domain.state import CaseState

from . import workload
from .city import City
from .workload import BEGINNING

WINDOW = timedelta(days=14)
"""Over which their next marks are spread."""
SAMPLES = 500


def open_cases(city: City) -> Iterator[tuple[CaseState, CaseFact]]:
    """Without end, each with its newest fact, and with its next mark at a time of its own."""
    dice = random.Random(1)
    for number, (case, fact) in enumerate(cycle(_samples(city))):
        source_id = f"waiting-{number:08d}"
        own = case_id("ticket", case.source, source_id)
        assert case.next_mark is not None, "those without were left out"
        later = BEGINNING + WINDOW * dice.random() - case.next_mark
        clocks = {
            key: msgspec.structs.replace(clock, next_at=clock.next_at + later) if clock.next_at else clock
            for key, clock in case.clocks.items()
        }
        yield (
            msgspec.structs.replace(case, case_id=own, source_id=source_id, clocks=clocks),
            msgspec.structs.replace(fact, case_id=own, seq=number + 1),
        )


def _samples(city: City) -> Sequence[tuple[CaseState, CaseFact]]:
    """Open cases with clocks that run, in all states."""
    bench = workload.judged(city, SAMPLES * 2)
    found = [(case, bench.newest[name]) for name, case in bench.changed.items() if case.next_mark]
    return [(case, fact) for case, fact in found if not case.summary.now_closed][:SAMPLES]
