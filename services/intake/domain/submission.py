"""A body becomes the submission and the contact that leave intake."""

import hashlib
import hmac
from collections.abc import Container, Iterator, Mapping
from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.actions import ActionDetails, ActionRequested
from services.contracts.actors import Actor
from services.contracts.directory import Channel
from services.contracts.identity import Kind, case_id, kind_of
from services.contracts.submissions import ContactGiven, Place, SubmissionReceived

from .bodies import ActionBody, ReporterBody, SubmissionBody
from .flaws import Flaw
from .masking import mask, mask_all
from .times import check_due, check_time


class Reference(msgspec.Struct, frozen=True, kw_only=True):
    """The directory as far as the door looks at it."""

    channels: Mapping[str, Channel] = {}
    categories: Container[str] = frozenset()
    grids: Container[str] = frozenset()


class Hint(msgspec.Struct, frozen=True, kw_only=True):
    """What was taken and may not be what was meant; `detail` is for people (Chinese first)."""

    field: str
    code: Literal["unknown_category", "unknown_grid"]
    detail: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """What one submission puts on the log, and what its sender is told beside the 202."""

    submission: SubmissionReceived
    contact: ContactGiven | None
    hints: tuple[Hint, ...] = ()


def take(body: SubmissionBody, kind: Kind, actor: Actor, reference: Reference, secret: bytes, now: datetime) -> Taken:
    """Masked and identified. Flaw, Forbidden."""
    assert actor.subject is not None, "the access table lets only sources submit"
    channel = reference.channels.get(body.channel)
    if channel is None or channel.kind != kind:
        fitting = sorted(name for name, row in reference.channels.items() if row.kind == kind)
        raise Flaw("unknown_channel", "channel", f"no channel {body.channel!r} for a {kind}; there are {fitting}")
    check_time("reported_at", body.reported_at, now, actor)
    check_due("source_due_at", body.source_due_at, body.reported_at, now, since="reported_at")
    case = case_id(kind, actor.subject, body.source_id)
    contact = _contact(case, body.reporter, secret)
    place = body.place
    submission = SubmissionReceived(
        case_id=case,
        kind=kind,
        source=actor.subject,
        source_id=body.source_id,
        channel=body.channel,
        title=mask(body.title),
        text=mask(body.text),
        category=_code(body.category, reference.categories),
        reported_at=body.reported_at,
        place=Place(
            address=mask(place.address) if place.address else None,
            lon=place.lon,
            lat=place.lat,
            grid=_code(place.grid, reference.grids),
        )
        if place
        else None,
        confidential=body.confidential,
        source_due_at=body.source_due_at,
        urgency=body.urgency,
        attributes=mask_all(body.attributes),
        contact_digest=contact.digest if contact else None,
        actor=actor,
    )
    return Taken(submission=submission, contact=contact, hints=tuple(_hints(body, reference)))


def _code(code: str | None, known: Container[str]) -> str | None:
    """A code of the directory as it is; of others nobody knows what they hold."""
    return code if code is None or code in known else mask(code)


def _hints(body: SubmissionBody, reference: Reference) -> Iterator[Hint]:
    if body.category is not None and body.category not in reference.categories:
        yield Hint(
            field="category",
            code="unknown_category",
            detail="没有这个类别编码，待人工分类；现有类别见 / no such category, so it waits for a dispatcher; those "
            "there are: GET /v1/directory/category at routing",
        )
    if body.place is not None and body.place.grid is not None and body.place.grid not in reference.grids:
        yield Hint(
            field="place.grid",
            code="unknown_grid",
            detail="没有这个网格，不计入网格；现有网格见 / no such grid, so it counts in none; those there are: "
            "GET /v1/directory/grid at routing",
        )


def request(body: ActionBody, case: str | None, actor: Actor, now: datetime) -> ActionRequested:
    """The action as it leaves intake. Flaw, Forbidden."""
    if case is None:
        raise Flaw("missing_field", "case_id", "say which case")
    try:
        kind_of(case)
    except ValueError as error:
        raise Flaw("bad_case_id", "case_id", str(error)) from error
    if body.action_id in (".", ".."):
        raise Flaw("invalid_field", "action_id", "`.` and `..` cannot stand in an address: use another")
    check_time("at", body.at, now, actor)
    check_due("until", body.until, body.at, now, since="at")
    if body.until == body.at:
        raise Flaw("bad_time", "until", "must be after `at`")
    details = ActionDetails(
        reason=mask(body.reason) if body.reason is not None else None,
        text=mask(body.text) if body.text is not None else None,
        fields=mask_all(body.fields),
        notice=mask(body.notice) if body.notice is not None else None,
        party=mask(body.party) if body.party is not None else None,
        parties=tuple(map(mask, body.parties)),
        evidence=tuple(map(mask, body.evidence)),
        **{name: getattr(body, name) for name in _AS_THEY_ARE},
    )
    return ActionRequested(
        case_id=case, action_id=body.action_id, action=body.action, at=body.at, details=details, actor=actor
    )


_AS_THEY_ARE = (
    "category", "department", "until", "contacted", "effective", "solved", "grade", "corrects", "corrects_sender",
    "departments", "main", "reached", "passed", "level",
)  # fmt: skip


def _contact(case: str, reporter: ReporterBody | None, secret: bytes) -> ContactGiven | None:
    if reporter is None or not (reporter.name or reporter.phone):
        return None
    # keyed, or the digest would be a lookup table of all phone numbers; the same for the same contact, so that a
    # repeat is a repeat
    content = "\x1f".join((case, reporter.name or "", reporter.phone or ""))
    digest = hmac.new(secret, content.encode(), hashlib.sha256).hexdigest()
    return ContactGiven(case_id=case, name=reporter.name, phone=reporter.phone, digest=digest)
