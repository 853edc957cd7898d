"""GET /v1/evidence/{case_id}: one case's moves, and all that it counts for."""

from collections.abc import Mapping

from fastapi import APIRouter, Response

from services.runtime.keys import Caller
from services.runtime.openapi import answer
from services.runtime.problems import Problem

from ..ports import Kept
from .desk import AtDesk
from .told import told

router = APIRouter(tags=["receipts"])


class CaseEvidence(Kept, frozen=True, kw_only=True):
    """What is kept of a case, and the names of the departments in it."""

    labels: Mapping[str, Mapping[str, str]]


@router.get(
    "/v1/evidence/{case_id}",
    responses=answer(
        CaseEvidence, "its moves in order, and its pieces: what counted from which fact on and up to which"
    )
    | {404: {"description": "no such case, or none yet"}, 503: {"description": "try again"}},
)
async def get_evidence(_: Caller, case_id: str, desk: AtDesk) -> Response:
    """What stands behind figures of one case. No text and no name is in it."""
    found = await desk.evidence.one(case_id)
    if found is None:
        raise Problem(404, "unknown_case", f"no case {case_id} is counted; ids are as receipts list them")
    steps = found.evidence.steps
    senders = (step.by.partition(":") for step in steps)
    departments = {step.department for step in steps} | {name for role, _, name in senders if role == "department"}
    labels = {name: desk.names.label("department", name) for name in departments if name}
    body = CaseEvidence(partition=found.partition, evidence=found.evidence, labels=labels)
    return told(body)
