"""A source, a dispatcher and a department by the generated Python clients: from a ticket to its figure.

Takes {urls, keys, unit, category} as its argument, prints what it saw. It is compiled strictly together with the
generated packages, where they are made, and so is no module of the tests.
"""

import json
import sys
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from io import BytesIO
from typing import TypeVar

from mingshao_intake import AuthenticatedClient as Intake
from mingshao_intake.api.actions import submit_action
from mingshao_intake.api.submissions import submit_ticket, submit_tickets
from mingshao_intake.models import ActionAccepted, ActionBody, ActionBodyAction, SubmissionAccepted, SubmissionBody
from mingshao_intake.types import File
from mingshao_metrics import AuthenticatedClient as Metrics
from mingshao_metrics.api.rates import get_rates
from mingshao_metrics.models import Answer
from mingshao_notify import AuthenticatedClient as Notify
from mingshao_notify.api.assignments import list_assignments
from mingshao_notify.models import AssignmentNotice, Feed
from mingshao_routing import AuthenticatedClient as Routing
from mingshao_routing.api.cases import get_case, get_outcome
from mingshao_routing.models import ActionOutcome, CaseWhole

SECONDS = 60
Found = TypeVar("Found")
street = json.loads(sys.argv[1])
urls, keys, unit = street["urls"], street["keys"], street["unit"]


def until(ask: Callable[[], Found | None]) -> Found:
    end = time.monotonic() + SECONDS
    while (found := ask()) is None:
        if time.monotonic() > end:
            raise TimeoutError(f"nothing for {SECONDS} s")
        time.sleep(0.1)
    return found


def ticket() -> SubmissionBody:
    return SubmissionBody(
        channel="hotline", source_id=uuid.uuid4().hex, title="路灯不亮", text="三号楼前的路灯坏了", reported_at=now()
    )


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def act(
    who: str, case_id: str, action: ActionBodyAction, department: str | None = None, text: str | None = None
) -> ActionOutcome:
    body = ActionBody(action_id=uuid.uuid4().hex, action=action, at=now())
    if action is ActionBodyAction.ACCEPT:
        body.category = street["category"]
    if department is not None:
        body.department = department
    if text is not None:
        body.text = text
    taken = submit_action.sync(case_id, client=Intake(base_url=urls["intake"], token=keys[who]), body=body)
    assert isinstance(taken, ActionAccepted), taken
    routing = Routing(base_url=urls["routing"], token=keys[who])

    def outcome() -> ActionOutcome | None:
        found = get_outcome.sync(case_id, taken.action_id, client=routing)
        return found if isinstance(found, ActionOutcome) else None

    return until(outcome)


def case_of(case_id: str) -> CaseWhole:
    routing = Routing(base_url=urls["routing"], token=keys["source"])

    def case() -> CaseWhole | None:
        found = get_case.sync(case_id, client=routing)
        return found if isinstance(found, CaseWhole) else None

    return until(case)


def replied() -> float:
    answer = get_rates.sync(
        client=Metrics(base_url=urls["metrics"], token=keys["dashboard"]), rate="replied", basis="cohort"
    )
    assert isinstance(answer, Answer), answer
    return sum(row.numerator or 0 for row in answer.rows)


def notices(case_id: str) -> list[AssignmentNotice] | None:
    department = Notify(base_url=urls["notify"], token=keys["department"])
    cursor, more, found = "", True, list[AssignmentNotice]()
    while more:
        page = list_assignments.sync(unit, client=department, limit=1000, cursor=cursor or None)
        assert isinstance(page, Feed), page
        cursor, more = page.cursor, page.more
        found += [notice for notice in page.items if notice.case_id == case_id]
    return found or None


before = replied()
source = Intake(base_url=urls["intake"], token=keys["source"])
accepted = submit_ticket.sync(client=source, body=ticket())
assert isinstance(accepted, SubmissionAccepted), accepted
lines = b"\n".join(json.dumps(ticket().to_dict()).encode() for _ in range(2))
batch = submit_tickets.sync(client=source, body=File(payload=BytesIO(lines)))
assert isinstance(batch, File), batch
many = [json.loads(line) for line in batch.payload.read().splitlines()]

begun = case_of(accepted.case_id)
outcomes = [
    act("source", begun.case_id, ActionBodyAction.ACCEPT),
    act("dispatcher", begun.case_id, ActionBodyAction.DISPATCH, department=unit),
    act("department", begun.case_id, ActionBodyAction.SIGN),
    act("department", begun.case_id, ActionBodyAction.REPLY, text="已修复"),
]
until(lambda: replied() > before or None)
print(
    json.dumps(
        {
            "begun": begun.state,
            "lines": [line["status"] for line in many],
            "batch": [case_of(line["case_id"]).state for line in many],
            "outcomes": [outcome.outcome for outcome in outcomes],
            "ended": case_of(begun.case_id).state,
            "told": until(lambda: notices(begun.case_id))[0].notice,
        }
    )
)
