"""A case as notify keeps it: what notices say, who may see the contact, and who was called or asked."""

from collections.abc import Mapping, Set

import msgspec

from services.contracts.cases import CaseFact, OccurrenceKind, State
from services.contracts.submissions import Place, Urgency

_SAID_AGAIN = frozenset(("exclude", "correct"))
_FOR_GOOD: frozenset[OccurrenceKind] = frozenset(("voided", "rejected", "returned_up"))


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The case after the last fact that was told. `signed_by` is the lead, once it signed. `summoned` are those who
    have yet to report in, by the version at which they were called; `consulted` says of each department asked whether
    it has spoken."""

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
    summoned: Mapping[str, tuple[str, ...]] = {}
    consulted: Mapping[str, bool] = {}


def told(case: Told | None, fact: CaseFact, departments: Set[str]) -> Told | None:
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
    happened = occurred(fact)
    return msgspec.structs.replace(
        case,
        title=str(fields.get("title", case.title)),
        text=str(fields.get("text", case.text)),
        place=msgspec.convert(fields["place"], Place) if "place" in fields else case.place,
        urgency=fact.after.dims.urgency,
        lead=fact.after.dims.department,
        signed_by=_signed_by(case, fact.after.dims.department, happened),
        state=fact.after.state,
        version=fact.version,
        summoned=_summoned(case, fact, happened),
        consulted=_consulted(case, fact, happened, departments),
    )


def occurred(fact: CaseFact) -> Set[OccurrenceKind]:
    """What happened by an applied fact. 剔除 and 更正 add again what happened before, which was told then."""
    if fact.outcome != "applied" or fact.action in _SAID_AGAIN:
        return frozenset()
    return frozenset(occurrence.kind for occurrence in fact.added)


def parties_of(fact: CaseFact, departments: Set[str]) -> tuple[str, ...]:
    """The departments among those consulted; the others are outside and have no topic."""
    return tuple(party for party in dict.fromkeys(fact.details.parties) if party in departments)


def _signed_by(case: Told, lead: str | None, happened: Set[OccurrenceKind]) -> str | None:
    # an assistant's signature and its refused return are occurrences of other kinds
    if happened & {"signed", "return_refused"}:
        return lead
    if "handed_over" in happened and case.lead is not None and case.signed_by == case.lead:
        return lead  # what the closed department had begun, its successor goes on with
    return case.signed_by if lead == case.lead and "dispatched" not in happened else None


def _summoned(case: Told, fact: CaseFact, happened: Set[OccurrenceKind]) -> Mapping[str, tuple[str, ...]]:
    if happened & _FOR_GOOD:
        return {}
    if "whistled" in happened:
        return {**case.summoned, str(fact.version): tuple(dict.fromkeys(fact.details.departments))}
    came = fact.actor.subject
    if "reported_in" in happened:
        # it answers the newest summons that still waits for it, as routing has it
        for version, waiting in reversed([*case.summoned.items()]):
            if came in waiting:
                left = tuple(department for department in waiting if department != came)
                return {key: some for key, some in {**case.summoned, version: left}.items() if some}
    return case.summoned


def _consulted(case: Told, fact: CaseFact, happened: Set[OccurrenceKind], departments: Set[str]) -> Mapping[str, bool]:
    if happened & (_FOR_GOOD | {"concluded"}):
        return {}
    if "consulted" in happened:
        return dict.fromkeys(parties_of(fact, departments), False)
    speaker = fact.actor.subject if fact.actor.role == "department" else fact.details.party
    if "opined" in happened and speaker is not None and speaker in case.consulted:
        return {**case.consulted, speaker: True}
    return case.consulted
