"""Event type → its one definition. An addition here is an addition to the exported schemas."""

import msgspec

from . import topics
from .actions import ActionRequested
from .alerts import AlertChanged
from .assignments import AssignmentNotice
from .cases import CaseFact
from .directory import DirectoryChanged
from .followups import CaseJoined, DeadlineReached, DirectoryApplied, FollowersOwed, MainMoved
from .rates import CellChanged
from .submissions import ContactGiven, SubmissionReceived

Message = (
    SubmissionReceived
    | ActionRequested
    | ContactGiven
    | DeadlineReached
    | CaseJoined
    | MainMoved
    | FollowersOwed
    | DirectoryApplied
    | CaseFact
    | AssignmentNotice
    | CellChanged
    | DirectoryChanged
    | AlertChanged
)

TYPES: dict[str, type[msgspec.Struct]] = {
    topics.SUBMISSION: SubmissionReceived,
    topics.ACTION: ActionRequested,
    topics.CONTACT: ContactGiven,
    topics.DEADLINE: DeadlineReached,
    topics.JOINED: CaseJoined,
    topics.MAIN_MOVED: MainMoved,
    topics.FOLLOWERS_OWED: FollowersOwed,
    topics.DIRECTORY_APPLIED: DirectoryApplied,
    topics.FACT: CaseFact,
    topics.ASSIGNMENT: AssignmentNotice,
    topics.CELL: CellChanged,
    topics.DIRECTORY_CHANGE: DirectoryChanged,
    topics.ALERT: AlertChanged,
}
NAME_OF: dict[type[msgspec.Struct], str] = {definition: name for name, definition in TYPES.items()}
