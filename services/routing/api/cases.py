"""Cases, the outcomes of actions, and the dispatcher's queue."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import BeforeValidator

from services.contracts.actors import Actor
from services.contracts.cases import State
from services.contracts.times import with_plus
from services.runtime.keys import Caller
from services.runtime.openapi import answer as documented
from services.runtime.problems import Problem

from ..domain.authority import was_own
from ..domain.cursor import BadCursor, Waiting, decoded, encoded, waiting
from ..domain.state import CaseState
from .answers import ActionOutcome, CaseBrief, CaseList, CaseWhole
from .desk import AtDesk, Desk, answer
from .not_seen import not_seen, set_aside
from .views import brief, days_late, outcome, whole

router = APIRouter(tags=["cases"])
_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"description": "this key may not, or not here"},
    422: {"description": "what was sent cannot be; `field` says what"},
    503: {"description": "MongoDB does not answer; try again"},
}
_NOT_YET: dict[int | str, dict[str, Any]] = {
    404: {"description": "not seen up to `read_up_to`, or set aside; `code` says which"}
}


def _with_plus(given: object) -> object:
    return with_plus(given) if isinstance(given, str) else given


Since = Annotated[datetime | None, BeforeValidator(_with_plus), Query()]


@router.get("/v1/cases", responses=_ERRORS | documented(CaseList, "a page of cases"))
async def list_cases(
    caller: Caller,
    desk: AtDesk,
    state: State | None = None,
    department: str | None = None,
    source: str | None = None,
    source_id: str | None = None,
    updated_since: Since = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    cursor: str | None = None,
) -> Response:
    """Cases in the order of their newest facts. Go on with `cursor` until `more` is false; later, the same cursor
    gives what has changed since: nothing is ever skipped."""
    only: dict[str, Any] = _own(caller)
    for name, value in (("state", state), ("department", department), ("source", source), ("source_id", source_id)):
        if value is not None and only.setdefault(name, value) != value:
            raise Problem(403, "not_own", f"{caller.sender} sees its own cases", field=name)
    if updated_since is not None:
        if updated_since.tzinfo is None:
            raise Problem(422, "no_offset", "give an offset, such as +08:00", field="updated_since")
        try:
            only["updated_at"] = {"$gte": updated_since.astimezone(UTC)}
        except OverflowError as error:
            detail = "this time is beyond the calendar once it is UTC: give one between the years 1 and 9999"
            raise Problem(422, "bad_time", detail, field="updated_since") from error
    try:
        place = decoded(cursor, desk.partitions)
    except BadCursor as error:
        raise Problem(422, "bad_cursor", str(error), field="cursor") from error
    page = await desk.cases.page(only, place, limit)
    return answer(CaseList(items=_briefs(page.cases, desk), cursor=encoded(page.cursor), more=page.more))


@router.get(
    "/v1/cases/{case_id}",
    responses=_ERRORS | _NOT_YET | documented(CaseWhole, "the case") | {304: {"description": "as you have it"}},
)
async def get_case(
    case_id: str, caller: Caller, desk: AtDesk, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """State, summary, timeline, and what may be done next by whom."""
    case, updated_at = await _visible(case_id, caller, desk)
    timeline = await desk.cases.timeline(case_id)
    found = await desk.cases.one(case.summary.merged_into) if case.summary.merged_into else None
    main, late = found[0] if found else None, days_late(case, now := datetime.now(UTC))
    lines, of_main = len(timeline.facts) + timeline.left_out, main.version if main else 0
    tag = f'"{case.version}.{lines}.{of_main}.{late or 0}.{desk.directory.snapshot.version}"'
    if if_none_match is not None and _matches(if_none_match, tag):
        return Response(status_code=304, headers={"ETag": tag})
    return answer(whole(case, updated_at, timeline, desk.rules, desk.zone, now, main), ETag=tag)


@router.get(
    "/v1/cases/{case_id}/actions/{action_id:path}",
    responses=_ERRORS | _NOT_YET | documented(ActionOutcome, "applied or refused"),
)
async def get_outcome(
    case_id: str, action_id: str, caller: Caller, desk: AtDesk, sender: str | None = None
) -> Response:
    """What became of an action: applied with its version, or refused with the reason and what would be allowed.
    `sender` is the caller's own unless said."""
    whose = sender or caller.sender
    if whose != caller.sender:
        await _visible(case_id, caller, desk)
    fact = await desk.cases.outcome(case_id, whose, action_id)
    if fact is None:
        what = f"action {action_id[:128]} of {whose[:128]} on {case_id[:80]}"
        if (dead := await desk.cases.set_aside(case_id, whose, action_id)) is not None:
            raise set_aside(what, dead)
        raise not_seen(f"no {what}", desk)
    return answer(outcome(fact, desk.zone))


@router.get("/v1/queue", responses=_ERRORS | documented(CaseList, "what waits for a dispatcher"))
async def list_queue(
    caller: Caller, desk: AtDesk, limit: Annotated[int, Query(ge=1, le=1000)] = 100, cursor: str | None = None
) -> Response:
    """What waits for a dispatcher, the longest waiting first. Go on with `cursor` until `more` is false."""
    try:
        after = waiting(cursor)
    except BadCursor as error:
        raise Problem(422, "bad_cursor", str(error), field="cursor") from error
    found = await desk.cases.queue(after, limit)
    last = found[-1][0] if found else None
    place = Waiting.of(last.summary.received_at, last.case_id) if last else after
    cursor = encoded(place) if place else None
    return answer(CaseList(items=_briefs(found, desk), cursor=cursor, more=len(found) == limit))


def _briefs(found: Sequence[tuple[CaseState, datetime]], desk: Desk) -> list[CaseBrief]:
    now = datetime.now(UTC)
    return [brief(case, updated, desk.zone, now) for case, updated in found]


def _matches(given: str, tag: str) -> bool:
    """If-None-Match, weakly compared: RFC 9110, 13.1.2."""
    return given.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in given.split(","))


def _own(caller: Actor) -> dict[str, Any]:
    if caller.role == "department":
        return {"departments": caller.subject}
    return {"source": caller.subject} if caller.role == "source" else {}


async def _visible(case_id: str, caller: Actor, desk: Desk) -> tuple[CaseState, datetime]:
    found = await desk.cases.one(case_id)
    # the same for one that is another's: that there is such a case is no stranger's to know
    if found is None or not was_own(caller, found[0]):
        raise not_seen(f"no case {case_id[:80]}", desk)
    return found
