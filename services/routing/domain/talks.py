"""What a move changes beside the summary: who was asked (会商) and called (鸣哨), who follows it, what stands."""

import msgspec

from .state import CaseState, Consultation, Decision, Dispatched, Follower, Summons, of_a_task

_replace = msgspec.structs.replace
KEPT_OF_A_REPLY = 2_000
"""Characters that stay with the case, for those merged into it later; the whole stands in the reply's fact."""


def after(case: CaseState, decision: Decision) -> CaseState:
    """The case with it."""
    details, at = decision.details, decision.at
    match decision.action:
        case "dispatch":
            return _replace(case, dispatched=Dispatched(at=at), consultation=None)
        case "contact" if details.reached and case.dispatched is not None:
            return _replace(case, dispatched=_replace(case.dispatched, contacted=True))
        case "consult":
            return _replace(case, consultation=Consultation(at=at, parties=details.parties, until=details.until))
        case "opine" if case.consultation is not None:
            party = decision.actor.subject if decision.actor.role == "department" else details.party
            spoken = (*case.consultation.spoken, party or "")
            return _replace(case, consultation=_replace(case.consultation, spoken=spoken))
        case "conclude":
            return _replace(case, consultation=None)
        case "whistle":
            called = Summons(version=decision.version, at=at, departments=details.departments, until=details.until)
            return _replace(case, summons=(*case.summons, called))
        case "report_in":
            return _replace(case, summons=_reported(case, decision.actor.subject or "", decision))
        case "reply" if not of_a_task(decision.added):
            return _replace(case, standing_reply=(details.text or "")[:KEPT_OF_A_REPLY])
        case "correct" if details.text is not None and _corrects_the_reply(case, decision):
            return _replace(case, standing_reply=details.text[:KEPT_OF_A_REPLY])
        case "absorb" | "let_go":
            told = Follower(version=details.step or 0, joined=decision.action == "absorb")
            return _replace(case, followers={**case.followers, details.main or "": told})
        case "follow":
            moved_on = decision.before is not None and decision.before.merged_into != details.main
            return _replace(case, main_version=0 if moved_on else details.step or 0)
        case "merge":
            return _replace(case, main_version=0)
    return case


def _reported(case: CaseState, department: str, decision: Decision) -> tuple[Summons, ...]:
    answered = case.summons_of(department)
    return tuple(
        _replace(one, reported={**one.reported, department: decision.at}) if one is answered else one
        for one in case.summons
    )


def _corrects_the_reply(case: CaseState, decision: Decision) -> bool:
    replies = (step for step in reversed(case.steps) if any(one.kind == "replied" for one in step.occurrences))
    last = next((step for step in replies if step.action == "reply"), None)
    sender = decision.details.corrects_sender or decision.actor.sender
    return last is not None and (last.sender, last.action_id) == (sender, decision.details.corrects)
