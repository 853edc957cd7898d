"""What people say, as it leaves intake: masked, identified, apart from the submitter's contact."""

from typing import Any, Literal

import msgspec

from .actors import Actor
from .identity import Kind
from .times import Instant, check_aware

Urgency = Literal["normal", "urgent"]


class Place(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where it is; lon and lat in degrees (WGS 84)."""

    address: str | None = None
    lon: float | None = None
    lat: float | None = None
    grid: str | None = None


class Submitted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What came in, masked, as everybody with a part in the case may read it."""

    case_id: str
    kind: Kind
    source: str
    source_id: str
    channel: str
    title: str
    text: str
    category: str | None = None
    reported_at: Instant
    place: Place | None = None
    confidential: bool = False
    source_due_at: Instant | None = None
    urgency: Urgency = "normal"
    attributes: dict[str, Any] = {}

    def __post_init__(self) -> None:
        check_aware(reported_at=self.reported_at, source_due_at=self.source_due_at)


class SubmissionReceived(Submitted, frozen=True, kw_only=True, omit_defaults=True):
    """登记: a ticket or an opinion came in. Free text is masked; the contact is only a keyed digest."""

    contact_digest: str | None = None
    actor: Actor


class ContactGiven(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The submitter's contact. `digest` is HMAC-SHA256 of case, name and phone under intake's secret, in hex."""

    case_id: str
    name: str | None = None
    phone: str | None = None
    digest: str
