"""What is said to be allowed is just what would not be refused for who asks, from where, or for want of its ground."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from services.contracts.actions import ActionName
from services.contracts.actors import Actor
from services.routing.api.views import next_moves
from services.routing.domain.authority import allowed_now
from services.routing.domain.moves import MOVES
from services.routing.domain.tasks import open_tasks
from tests.unit.routing.street import MAIN, NEEDED, actor, hours
from tests.unit.routing.town import Life, closed, handling, replied, town

DEPARTMENTS = tuple(actor("department", name) for name in ("housing", "roads", "parks", "sewers"))
ACTORS = (
    actor("source"), actor("source", "hotline"), *DEPARTMENTS, actor("dispatcher"), actor("supervisor"),
    actor("followup"), actor("admin"), actor("dashboard"),
)  # fmt: skip
HOUSING, ROADS, PARKS, _ = DEPARTMENTS


def returned_task() -> Life:
    life = handling()
    life.do("assist", "dispatcher", department="roads")
    life.do("return", ROADS)
    return life


def busy() -> Life:
    """Everything at once: tasks in several states, a consultation, a summons, requests, a link."""
    life = Life()
    life.do("return_up", "dispatcher")
    life.do("consult", "dispatcher", parties=("parks", "居委会"), reason="r")
    life.do("whistle", "dispatcher", departments=("sewers", "housing"), reason="r")
    life.do("report_in", HOUSING)
    life.do("assist", "dispatcher", department="roads")
    life.do("sign", ROADS)
    life.do("sign", HOUSING)
    life.do("handle", HOUSING)
    for asked in ("ask_hold", "ask_extend", "ask_assist"):
        life.do(asked, HOUSING)
    life.do("ask_exclude", "dispatcher")
    life.do("link", "dispatcher")
    return life


def transferred() -> Life:
    life = Life()
    life.do("return", HOUSING)
    life.do("dispatch", "dispatcher", department="roads")
    return life


def evaluated() -> Life:
    life = closed()
    life.do("rate", "source")
    life.do("publish", "dispatcher")
    life.do("exclude", "supervisor")
    return life


def merged() -> Life:
    life = busy()
    life.do("merge", "dispatcher", main=MAIN)
    return life


def waiting() -> Life:
    """Replied, with a task still open."""
    life = replied()
    life.do("assist", "dispatcher", department="parks")
    return life


SITUATIONS: dict[str, Callable[[], Life]] = {
    "received": lambda: Life(category=None),
    "dispatched": Life,
    "returned task": returned_task,
    "busy": busy,
    "transferred": transferred,
    "replied": replied,
    "waiting for an assistant": waiting,
    "published from the reply": lambda: replied(town(publish_from="replied")),
    "closed": closed,
    "confidential": lambda: closed(confidential=True),
    "evaluated": evaluated,
    "merged": merged,
    "a channel's own": lambda: replied(channel="hotline"),
}
each = pytest.mark.parametrize("situation", SITUATIONS)


def ways(life: Life, action: ActionName) -> Iterator[dict[str, Any]]:
    """Details with which it may go, if with any."""
    yield dict(NEEDED.get(action, {}))
    if action in ("release", "refuse_return"):
        for task in life.summary.tasks:
            yield {"department": task.department, "reason": "r"}
    if action == "opine" and life.case.consultation:
        yield {"text": "t", "party": life.case.consultation.parties[0]}
    if action == "dispatch":
        yield {"department": "sewers"}
    if action == "extend":
        yield {"until": hours(5000), "reason": "r"}
    if action == "assist":
        yield {"department": "parks"}
        yield {"department": "sewers"}
    if action == "accept":
        yield {"category": "noise"}
    if action == "verify":
        yield {"passed": False}


def goes(life: Life, action: ActionName, who: Actor) -> bool:
    return any(life.code(action, who, **details) == "applied" for details in ways(life, action))


@each
def test_an_actor_is_told_just_what_goes(situation: str) -> None:
    life = SITUATIONS[situation]()
    for who in ACTORS:
        told = set(allowed_now(who, life.case, life.rules)) - {"correct"}
        assert told == {name for name in MOVES if name != "correct" and goes(life, name, who)}, who.sender


@each
def test_next_moves_name_just_those_who_may(situation: str) -> None:
    life = SITUATIONS[situation]()
    found = {row.action: row for row in next_moves(life.case, life.rules)}
    for who in ACTORS:
        may = set(allowed_now(who, life.case, life.rules))
        if who.role == "department":
            named = {name for name, row in found.items() if who.subject in row.departments}
        elif who == actor("source", "hotline"):
            named = set()
        else:
            named = {name for name, row in found.items() if who.role in row.by}
        assert named == may, who.sender
    for row in found.values():
        assert ("department" in row.by) is bool(row.departments)
        assert "routing" not in row.by
        assert set(row.departments) <= life.rules.departments.keys(), "a party may be nobody of ours"


def test_a_refusal_says_what_would_go() -> None:
    life = returned_task()
    assert "refuse_return" in allowed_now(actor("dispatcher"), life.case, life.rules)
    assert open_tasks(life.summary)
    life.do("refuse_return", "dispatcher", department="roads", reason="r")
    assert "refuse_return" not in allowed_now(actor("dispatcher"), life.case, life.rules)
