"""What all cases give to a figure adds up to the figure: of every rate, basis, reading and place, at any position."""

from collections.abc import Mapping
from itertools import product
from typing import Any

import pytest

from services.metrics.domain.cells import CellKey, Sums, Tally
from services.metrics.domain.evidence import Behind, Evidence
from services.metrics.domain.figures import figure
from services.metrics.domain.measures import SCOPES, read_as
from services.metrics.domain.periods import Period
from services.metrics.domain.rates import CATALOGUE, Definition
from services.metrics.domain.receipts import Asked, look, share
from services.metrics.domain.rollups import Among
from services.metrics.domain.units import moves
from tests.properties.test_evidence import kept
from tests.properties.test_figures import STREET, told
from tests.recount.calendar import ZONE
from tests.unit.recount.rich import RICH
from tests.unit.recount.side_by_side import Directory

PLACES: tuple[Mapping[str, str], ...] = (
    {}, {"channel": "hotline"}, {"department": "none"}, {"category": "other"}, {"channel": "grid", "category": "noise"},
    {"grid": "none"}, {"urgency": "urgent"}, {"category": "noise", "grid": "none"},
)  # fmt: skip


def behind(evidence: Mapping[str, Evidence]) -> list[Behind]:
    return [Behind(case_id=name, partition=0, pieces=one.pieces) for name, one in evidence.items()]


def shown(
    counted: Mapping[CellKey, Tally], row: Definition, basis: Any, scope: Any, only: Mapping[str, str]
) -> tuple[Any, Any]:
    """As the cells have it."""
    sums: dict[str, int] = {}
    for key, tally in counted.items():
        if (key.basis, dict(zip(key.dims, key.values, strict=True))) == (row.cells(basis), only):
            for measure, count in tally.items():
                sums[measure] = sums.get(measure, 0) + count
    found = figure(row, read_as(scope, sums), {}, {})
    assert found is not None
    return found.numerator or 0, found.denominator or 0


@pytest.mark.parametrize("street", [STREET, RICH], ids=["reference", "rich"])
def test_shares_add_up_to_the_figure(street: Directory) -> None:
    facts = told(street, seed=31, cases=40).facts
    evidence = kept(facts)
    seen = dict.fromkeys(("excluded", "not_valid", "has_none"), 0)
    for seq in (len(facts) // 2, len(facts)):
        sums = Sums()
        for fact in facts[:seq]:
            sums.add(moves(fact, ZONE))
        counted = sums.cells()
        for row, scope, only in product(CATALOGUE.values(), SCOPES, PLACES):
            for basis in row.bases:
                meant = {name: Among((value,)) for name, value in only.items()}
                asked = Asked(row=row, basis=basis, scope=scope, period=Period(), only=meant)
                looks = [found for case in behind(evidence) if (found := look(case, asked, seq)) is not None]
                given = [one for found in looks if (one := share(found, asked)) is not None]
                parts = (sum(one.numerator for one in given), sum(one.denominator for one in given))
                assert parts == pytest.approx(shown(counted, row, basis, scope, only)), (row.id, basis, scope, only)
                for one in given:
                    if one.why is not None:
                        seen[one.why] += 1
                        assert one.sides == {"left_out"}
    assert seen["not_valid"], "and each reason was met"
    assert seen["has_none"]
    assert seen["excluded"] or street is RICH


def test_every_case_received_is_in_the_receipt_of_a_cohort_s_rate_once() -> None:
    facts = told(STREET, seed=32, cases=40).facts
    evidence = kept(facts)
    asked = Asked(row=CATALOGUE["satisfied"], basis="cohort", scope="full", period=Period())
    looks = [look(case, asked, len(facts)) for case in behind(evidence)]
    assert len(looks) == len({fact.case_id for fact in facts if fact.outcome == "applied"})
    assert all(one is not None and share(one, asked) is not None for one in looks)
