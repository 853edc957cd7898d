"""What intake answers: each definition is the answer's JSON and its schema in the OpenAPI document."""

import msgspec

from ..domain.submission import Hint


class SubmissionAccepted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Stored by all replicas; the case is at `status_url` once it is judged. `hints` say what may not be as meant."""

    case_id: str
    status_url: str
    hints: tuple[Hint, ...] = ()


class ActionAccepted(msgspec.Struct, frozen=True, kw_only=True):
    """Stored by all replicas; what becomes of it is at `outcome_url` once it is judged."""

    case_id: str
    action_id: str
    outcome_url: str
