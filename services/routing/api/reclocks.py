"""Today's policies and calendars for cases that are open: what they would change, and that they shall.

Promises stay as they were made until somebody says so here (ADR 0013). Each case is judged again by its partition's
owner, in the order of the log: what became another meanwhile is computed then, and one that is as it should be stays.
"""

from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response

from services.contracts.deadlines import CLOCK_NAMES
from services.contracts.followups import DirectoryApplied
from services.contracts.times import in_zone
from services.runtime.keys import Caller
from services.runtime.openapi import answer as documented
from services.runtime.openapi import component
from services.runtime.problems import Problem, unavailable
from services.runtime.producer import BrokerAway

from ..domain.case import decide
from ..domain.cursor import BadCursor, decoded, encoded
from ..domain.moves import ANY_OPEN
from ..domain.rules import Rules
from ..domain.state import CaseState
from .answers import CaseMoved, CasesChosen, ClockMoved, Reclocks
from .desk import AtDesk, Desk, answer

MOST = 500
router = APIRouter(tags=["directory"])
_ERRORS: dict[int | str, dict[str, Any]] = {
    403: {"description": "this key may not"},
    422: {"description": "what was sent cannot be; `field` says what"},
    503: {"description": "Kafka or MongoDB does not answer"},
}


class CasesToReclock(msgspec.Struct, forbid_unknown_fields=True):
    """Which open cases are taken over to today's policies."""

    case_ids: Annotated[list[Annotated[str, msgspec.Meta(min_length=1, max_length=64)]], msgspec.Meta(max_length=MOST)]


_BODY = {"requestBody": {"required": True, "content": {"application/json": {"schema": component(CasesToReclock)}}}}


@router.get("/v1/reclocks", responses=_ERRORS | documented(Reclocks, "what would move"))
async def preview_reclocks(
    _: Caller,
    desk: AtDesk,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 200,
    cursor: str | None = None,
) -> Response:
    """Of a page of open cases those for which today's policies or calendars say something else, and which due times
    would move. Go on with `cursor` until `more` is false; a case that changes meanwhile comes again. Changes none."""
    try:
        place = decoded(cursor, desk.partitions)
    except BadCursor as error:
        raise Problem(422, "bad_cursor", str(error), field="cursor") from error
    page = await desk.cases.page({"state": {"$in": sorted(ANY_OPEN)}}, place, limit)
    rules, now = desk.rules, datetime.now(UTC)
    looked = [found for case, _ in page.cases if (found := _would_move(case, rules, now, desk)) is not None]
    return answer(
        Reclocks(
            items=looked,
            looked_at=len(page.cases),
            directory_version=rules.version,
            cursor=encoded(page.cursor),
            more=page.more,
        )
    )


@router.post(
    "/v1/reclocks",
    status_code=202,
    responses=_ERRORS | documented(CasesChosen, "told", 202),
    openapi_extra=_BODY,
)
async def reclock_cases(request: Request, _: Caller, desk: AtDesk) -> Response:
    """Take these open cases over to today's policies. Answered once all are on the log; to ask again is harmless."""
    try:
        chosen = msgspec.json.decode(await request.body(), type=CasesToReclock)
    except msgspec.DecodeError as error:
        raise Problem(422, "bad_body", f'send {{"case_ids": […]}}, at most {MOST}: {error}') from error
    now = datetime.now(UTC)
    told = [DirectoryApplied(case_id=name, what="policy", at=now) for name in dict.fromkeys(chosen.case_ids)]
    try:
        await desk.tell(told, f"directory/{desk.rules.version}/policy")
    except BrokerAway as error:
        raise unavailable("Kafka does not answer; some may be told already, send them again") from error
    return answer(CasesChosen(told=len(told)), 202)


def _would_move(case: CaseState, rules: Rules, now: datetime, desk: Desk) -> CaseMoved | None:
    command = DirectoryApplied(case_id=case.case_id, what="policy", at=now)
    for decision in decide(case, command, rules, now):
        moved = decision.clocks or {}
        return CaseMoved(
            case_id=case.case_id,
            source_id=case.source_id,
            state=case.summary.state,
            department=case.department,
            policy_version=case.terms.policy_version,
            clocks=[
                ClockMoved(
                    clock=clock.name,
                    clock_zh=CLOCK_NAMES.get(clock.name, clock.name),
                    due_at=in_zone(case.clocks[key].due_at, desk.zone),
                    would_be_due_at=in_zone(clock.due_at, desk.zone),
                    overdue=clock.due_at < now,
                )
                for key, clock in moved.items()
            ],
        )
    return None
