"""From a fact to what departments are told. Never a contact; of a confidential case no attributes either."""

from collections.abc import Set

from services.contracts.assignments import AssignmentNotice, NoticeKind
from services.contracts.cases import CaseFact, OccurrenceKind
from services.contracts.deadlines import CLOCK_NAMES

from .recipients import (
    Happened,
    Recipient,
    Whom,
    assistants,
    consulted,
    forebears,
    former_lead,
    had_it_already,
    heirs,
    lead,
    new_assistants,
    refused_assistants,
    released_assistants,
    still_assistants,
    summoned,
    were_consulted,
    whose_clock,
)
from .told import Told, occurred

# fmt: off
TABLE: tuple[tuple[OccurrenceKind, NoticeKind, tuple[Whom, ...]], ...] = (
    # 派单 协办
    ("dispatched",            "withdrawn",         (former_lead,)),
    ("self_handled",          "withdrawn",         (former_lead,)),
    ("returned_up",           "withdrawn",         (former_lead, lead, assistants)),
    ("rejected",              "withdrawn",         (assistants,)),
    ("released",              "withdrawn",         (released_assistants,)),
    ("dispatched",            "assigned",          (lead,)),
    ("assisted",              "assigned",          (new_assistants,)),
    ("handed_over",           "withdrawn",         (former_lead, forebears)),
    ("handed_over",           "assigned",          (heirs,)),
    ("assist_refused",        "assist_refused",    (lead,)),
    # 鸣哨 会商
    ("whistled",              "whistled",          (summoned,)),
    ("consulted",             "consulted",         (consulted,)),
    ("concluded",             "concluded",         (were_consulted,)),
    ("rejected",              "concluded",         (were_consulted,)),
    ("returned_up",           "concluded",         (were_consulted,)),
    ("voided",                "concluded",         (were_consulted,)),
    # 办理
    ("return_refused",        "return_refused",    (lead,)),
    ("assist_return_refused", "return_refused",    (refused_assistants,)),
    ("held",                  "held",              (lead,)),
    ("hold_refused",          "hold_refused",      (lead,)),
    ("resumed",               "resumed",           (lead,)),
    ("extended",              "extended",          (lead,)),
    ("extension_refused",     "extension_refused", (lead,)),
    ("amended",               "amended",           (lead, still_assistants)),
    ("recategorised",         "recategorised",     (had_it_already,)),
    # 核查
    ("sent_back",             "sent_back",         (lead,)),
    ("redone",                "redo",              (lead,)),
    ("verification_failed",   "redo",              (lead,)),
    ("closed",                "closed",            (lead, still_assistants)),
    # 督办
    ("reminded",              "reminded",          (lead,)),
    ("due_soon",              "due_soon",          (whose_clock,)),
    ("overdue",               "overdue",           (whose_clock,)),
    ("escalated",             "escalated",         (whose_clock,)),
    ("supervised",            "supervised",        (lead,)),
    # 并单 作废
    ("merged",                "merged",            (lead, assistants)),
    ("split",                 "split",             (lead, still_assistants)),
    ("voided",                "void",              (lead, assistants)),
)
"""What happened → what is told → to whom. What has no row is told to nobody: a department's own moves, 回访, 评价 …"""
# fmt: on


def notices(before: Told | None, case: Told, fact: CaseFact, departments: Set[str]) -> list[AssignmentNotice]:
    """What departments are told of a fact that led to `case`, each with an id that stays the same however often it is
    sent: one of a kind for each department, in its first part."""
    happened = occurred(fact)
    if not happened or fact.after is None:
        return []
    now = Happened(fact=fact, after=fact.after, known=before or case, departments=departments)
    made: dict[str, AssignmentNotice] = {}
    for kind, notice, whom in TABLE:
        if kind in happened:
            for recipient in (one for some in whom for one in some(now)):
                one = _notice(notice, recipient, case, now)
                made.setdefault(one.id, one)
    return list(made.values())


def _notice(kind: NoticeKind, recipient: Recipient, case: Told, now: Happened) -> AssignmentNotice:
    fact, details = now.fact, now.fact.details
    return AssignmentNotice(
        id=f"{fact.case_id}/{fact.version}/{kind}/{recipient.department}",
        department=recipient.department,
        case_id=fact.case_id,
        version=fact.version,
        notice=kind,
        role=recipient.role,
        state=now.after.state,
        at=fact.at,
        due_at=recipient.due_at,
        title=case.title,
        text=case.text,
        category=now.after.dims.category,
        place=case.place,
        urgency=case.urgency,
        confidential=case.confidential,
        reason=details.reason or (CLOCK_NAMES[details.clock] if details.clock else None),
        clock=details.clock,
        level=details.level,
        main=details.main if kind == "merged" else None,
    )
