"""From a fact to what departments are told. Never a contact; of a confidential case no attributes either."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from services.contracts.assignments import AssignmentNotice
from services.contracts.cases import CaseFact, State
from services.contracts.submissions import Place, Urgency

Notice = Literal["return_refused", "held", "resumed", "redo", "amended", "closed", "void"]
_TO_THE_LEAD: Mapping[str, Notice] = {
    "refuse_return": "return_refused",
    "hold": "held",
    "resume": "resumed",
    "redo": "redo",
    "amend": "amended",
    "close": "closed",
    "void": "void",
}


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case as notify keeps it: what notices say, and who may see the contact."""

    case_id: str
    title: str
    text: str
    place: Place | None = None
    urgency: Urgency = "normal"
    confidential: bool = False
    contact_digest: str | None = None
    lead: str | None = None
    signed_by: str | None = None
    state: State = "received"
    version: int = 0


def told(case: Told | None, fact: CaseFact) -> Told | None:
    """The case after an applied fact; as it was after a refused one. ValueError where its submission is missing."""
    if fact.outcome != "applied" or fact.after is None:
        return case
    if fact.submission is not None:
        said = fact.submission
        case = Told(
            case_id=fact.case_id,
            title=said.title,
            text=said.text,
            place=said.place,
            confidential=said.confidential,
            contact_digest=said.contact_digest,
        )
    if case is None:
        raise ValueError(f"a fact of {fact.case_id} came before its submission's")
    if fact.version <= case.version:
        return case  # a dead letter that is applied late: what came after it stands
    fields = fact.details.fields or {} if fact.action == "amend" else {}
    lead = fact.after.dims.department
    return msgspec.structs.replace(
        case,
        title=str(fields.get("title", case.title)),
        text=str(fields.get("text", case.text)),
        place=msgspec.convert(fields["place"], Place) if "place" in fields else case.place,
        urgency=fact.after.dims.urgency,
        lead=lead,
        signed_by=_signed_by(case, fact, lead),
        state=fact.after.state,
        version=fact.version,
    )


def notices(case: Told, fact: CaseFact) -> list[AssignmentNotice]:
    """What departments are told of an applied fact, each with an id that stays the same however often it is sent."""
    if fact.outcome != "applied" or fact.after is None:
        return []
    made = []
    former = fact.before.dims.department if fact.before else None
    lead = fact.after.dims.department
    if fact.action == "dispatch" and lead is not None:
        if former is not None and former != lead:
            made.append(_notice("withdrawn", former, case, fact))
        made.append(_notice("assigned", lead, case, fact))
    elif fact.action in _TO_THE_LEAD and lead is not None:
        made.append(_notice(_TO_THE_LEAD[fact.action], lead, case, fact))
    return made


def _signed_by(case: Told, fact: CaseFact, lead: str | None) -> str | None:
    if fact.action in ("sign", "refuse_return"):
        return lead
    return case.signed_by if lead == case.lead and fact.action != "dispatch" else None


def _notice(
    kind: Literal["assigned", "withdrawn"] | Notice, department: str, case: Told, fact: CaseFact
) -> AssignmentNotice:
    assert fact.after is not None, "only applied facts are told"
    return AssignmentNotice(
        id=f"{fact.case_id}/{fact.version}/{kind}/{department}",
        department=department,
        case_id=fact.case_id,
        version=fact.version,
        notice=kind,
        state=fact.after.state,
        at=fact.at,
        due_at=fact.after.due_at,
        title=case.title,
        text=case.text,
        category=fact.after.dims.category,
        place=case.place,
        urgency=case.urgency,
        confidential=case.confidential,
        reason=fact.details.reason,
    )
