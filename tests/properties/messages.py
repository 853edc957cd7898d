"""Strategies for every message of the contracts."""

from typing import Any

from hypothesis import strategies as st

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import Actor, Role
from services.contracts.alerts import AlertChanged
from services.contracts.assignments import AssignmentNotice, NoticeKind
from services.contracts.cases import (
    CaseFact,
    CaseSummary,
    Dimensions,
    Evaluation,
    FollowUp,
    Occurrence,
    OccurrenceKind,
    Refusal,
    State,
    Task,
    TaskState,
)
from services.contracts.codec import Event
from services.contracts.deadlines import ClockName, EscalationLevel, Window
from services.contracts.directory import DirectoryChanged, DirectoryKind
from services.contracts.followups import CaseJoined, DeadlineReached, DirectoryApplied, FollowersOwed, MainMoved
from services.contracts.identity import case_id
from services.contracts.messages import Message
from services.contracts.rates import CellChanged
from services.contracts.submissions import ContactGiven, Place, SubmissionReceived, Urgency

from .figures import alerts, cells
from .promises import clocks, terms
from .values import counts, grades, instants, json_objects, maybe_bool, maybe_instant, maybe_text, one_of, texts

kinds: st.SearchStrategy[Any] = st.sampled_from(("ticket", "opinion"))
case_ids = st.builds(case_id, kinds, texts, texts)
actors = st.builds(
    Actor, role=one_of(Role), subject=maybe_text, scopes=st.lists(texts, max_size=2).map(lambda names: tuple(names))
)
places = st.builds(
    Place,
    address=maybe_text,
    lon=st.none() | st.floats(-180, 180),
    lat=st.none() | st.floats(-90, 90),
    grid=maybe_text,
)
details = st.builds(
    ActionDetails,
    departments=st.lists(texts.filter(bool), max_size=2).map(lambda names: tuple(names)),
    parties=st.lists(texts.filter(bool), max_size=2).map(lambda names: tuple(names)),
    party=maybe_text,
    main=st.none() | case_ids,
    reached=maybe_bool,
    passed=maybe_bool,
    evidence=st.lists(texts.filter(bool), max_size=2).map(lambda names: tuple(names)),
    notice=maybe_text,
    clock=st.none() | one_of(ClockName),
    level=st.none() | one_of(EscalationLevel),
    step=st.none() | counts,
    task=maybe_text,
    hops=counts,
    due_at=maybe_instant,
    reason=maybe_text,
    text=maybe_text,
    category=maybe_text,
    department=maybe_text,
    until=maybe_instant,
    contacted=maybe_bool,
    effective=maybe_bool,
    solved=maybe_bool,
    grade=st.none() | grades,
    fields=st.none() | json_objects,
    corrects=maybe_text,
    corrects_sender=maybe_text,
)
dimensions = st.builds(
    Dimensions,
    channel=texts,
    department=maybe_text,
    category=maybe_text,
    grid=maybe_text,
    urgency=one_of(Urgency),
)
evaluations = st.builds(Evaluation, at=instants, grade=grades, solved=maybe_bool)
follow_ups = st.builds(FollowUp, at=instants, contacted=st.booleans(), effective=st.booleans(), solved=maybe_bool)
tasks = st.builds(
    Task,
    id=texts,
    department=texts,
    state=one_of(TaskState),
    assigned_at=instants,
    due_at=instants,
    first_due_at=instants,
    signed_at=maybe_instant,
    replied_at=maybe_instant,
)
summaries = st.builds(
    CaseSummary,
    accepted=st.booleans(),
    dispatches=counts,
    extended=counts,
    verifications=counts,
    verifications_failed=counts,
    self_handled=st.booleans(),
    published=st.booleans(),
    signed_at=maybe_instant,
    inner_due_at=maybe_instant,
    resolved=maybe_bool,
    follow_up=st.none() | follow_ups,
    first_evaluation=st.none() | evaluations,
    merged_into=st.none() | case_ids,
    linked_to=st.none() | case_ids,
    excluded=st.booleans(),
    tasks=st.lists(tasks, max_size=2).map(lambda items: tuple(items)),
    kind=kinds,
    state=one_of(State),
    dims=dimensions,
    received_at=instants,
    due_at=instants,
    first_due_at=instants,
    first_replied_at=maybe_instant,
    replied_at=maybe_instant,
    closed_at=maybe_instant,
    evaluation=st.none() | evaluations,
    redos=counts,
    returns=counts,
)
occurrences = st.builds(
    Occurrence,
    excluded=st.booleans(),
    id=texts,
    kind=one_of(OccurrenceKind),
    at=instants,
    dims=dimensions,
    grade=st.none() | grades,
    solved=maybe_bool,
    contacted=maybe_bool,
    effective=maybe_bool,
)
refusals = st.builds(
    Refusal, code=texts, detail=texts, allowed=st.tuples(texts) | st.just(()), fields=st.tuples(texts) | st.just(())
)
submissions = st.builds(
    SubmissionReceived,
    case_id=case_ids,
    kind=kinds,
    source=texts,
    source_id=texts,
    channel=texts,
    title=texts,
    text=texts,
    category=maybe_text,
    reported_at=instants,
    place=st.none() | places,
    confidential=st.booleans(),
    source_due_at=maybe_instant,
    urgency=one_of(Urgency),
    attributes=json_objects,
    contact_digest=maybe_text,
    actor=actors,
)
actions = st.builds(
    ActionRequested,
    case_id=case_ids,
    action_id=texts,
    action=one_of(ActionName),
    at=instants,
    details=details,
    actor=actors,
)
contacts = st.builds(ContactGiven, case_id=case_ids, name=maybe_text, phone=maybe_text, digest=texts)
facts = st.builds(
    CaseFact,
    case_id=case_ids,
    partition=counts,
    seq=counts,
    version=counts,
    outcome=st.sampled_from(("applied", "refused")),
    action=one_of(ActionName) | st.just("submit"),
    action_id=texts,
    actor=actors,
    at=instants,
    recorded_at=instants,
    details=details,
    submission=st.none() | submissions,
    refusal=st.none() | refusals,
    before=st.none() | summaries,
    after=st.none() | summaries,
    added=st.lists(occurrences, max_size=2).map(lambda items: tuple(items)),
    removed=st.lists(occurrences, max_size=2).map(lambda items: tuple(items)),
    terms=st.none() | terms,
    clocks=st.none() | st.dictionaries(texts, clocks, max_size=2),
    directory_version=counts,
)
notices = st.builds(
    AssignmentNotice,
    id=texts,
    department=texts,
    case_id=case_ids,
    version=counts,
    notice=one_of(NoticeKind),
    role=st.sampled_from(("lead", "assistant", "summoned", "consulted")),
    state=one_of(State),
    at=instants,
    due_at=instants,
    title=texts,
    text=texts,
    category=maybe_text,
    place=st.none() | places,
    urgency=one_of(Urgency),
    confidential=st.booleans(),
    reason=maybe_text,
    clock=st.none() | one_of(ClockName) | one_of(Window),
    level=st.none() | one_of(EscalationLevel),
    main=maybe_text,
)
changes = st.builds(
    DirectoryChanged, kind=one_of(DirectoryKind), id=texts, version=counts, row=st.none() | json_objects
)
deadlines = st.builds(
    DeadlineReached,
    case_id=case_ids,
    clock=one_of(ClockName) | one_of(Window),
    step=counts,
    at=instants,
    task=maybe_text,
)
joins = st.builds(
    CaseJoined, case_id=case_ids, follower=case_ids, version=counts, joined=st.booleans(), at=instants, hops=counts
)
mains = st.builds(
    MainMoved,
    case_id=case_ids,
    main=case_ids,
    version=counts,
    state=st.none() | one_of(State),
    reply=maybe_text,
    elsewhere=st.none() | case_ids,
    gone=st.booleans(),
    at=instants,
    hops=counts,
)
owed = st.builds(FollowersOwed, case_id=case_ids, version=counts, after=case_ids, at=instants)
applied = st.builds(DirectoryApplied, case_id=case_ids, what=st.sampled_from(("successor", "policy")), at=instants)
BY_TYPE: dict[type, st.SearchStrategy[Any]] = {
    SubmissionReceived: submissions,
    ActionRequested: actions,
    ContactGiven: contacts,
    DeadlineReached: deadlines,
    CaseJoined: joins,
    MainMoved: mains,
    FollowersOwed: owed,
    DirectoryApplied: applied,
    CaseFact: facts,
    AssignmentNotice: notices,
    CellChanged: cells,
    DirectoryChanged: changes,
    AlertChanged: alerts,
}


def events(data: st.SearchStrategy[Any]) -> st.SearchStrategy[Event]:
    """Events that carry `data`."""
    return st.builds(
        Event,
        id=texts.filter(bool),
        source=texts.filter(bool),
        time=instants,
        data=data,
        subject=maybe_text,
        sequence=st.none() | counts,
    )


messages: st.SearchStrategy[Message] = st.one_of(*BY_TYPE.values())
