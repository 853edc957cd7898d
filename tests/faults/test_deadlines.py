"""Deadlines of seconds while whoever tells them is killed: each mark of each clock once, none lost, none too early."""

import random
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from services.runtime.worker import SESSION_TIMEOUT_MS
from tests.e2e.deployment import until
from tests.faults.checker import check
from tests.faults.persistent import Sender, persistently, standing
from tests.faults.street import Street, kill, one_of, paused, running, short

LIVE, PAST, KILLS, SPAN_SECONDS = (60, 20, 6, 30) if short() else (600, 400, 40, 400)
PAUSE = (0.5, 4.0) if short() else (2.0, 16.0)
BACKLOG = 40_000
"""More than routing takes in one round."""
ASLEEP_SECONDS = SESSION_TIMEOUT_MS / 1000 + 4
VICTIMS = ("routing", "kafka", "routing", "mongod")
UNIT, FAST = "environment", "test-of-seconds"
SECONDS = {"sign": 3.6, "contact": 7.2, "inner": 10.8, "reply": 14.4, "close": 18.0}
STEP_SECONDS = 1.8
LEVELS = ("department", "leader", "supervision")
POLICY = {
    "name": "测试时限",
    "category": FAST,
    "limits": {name: {"hours": seconds / 3600} for name, seconds in SECONDS.items()},
    "remind_at": 0.5,
    "escalation": LEVELS,
    "step": {"hours": STEP_SECONDS / 3600},
    "archive_after_days": 3 / 86400,
}


class Mark(NamedTuple):
    """What routing says by itself when a clock has come to a mark: step 0 the reminder, 1 the deadline itself."""

    clock: str
    step: int
    level: str | None
    at: datetime


def marks_of(begun: datetime) -> list[Mark]:
    """All that must be said of a case that nobody touches: every clock runs from its reception."""
    found = []
    for clock, seconds in SECONDS.items():
        found.append(Mark(clock, 0, None, begun + timedelta(seconds=seconds / 2)))
        for step, level in enumerate(LEVELS, 1):
            due = begun + timedelta(seconds=seconds + (step - 1) * STEP_SECONDS)
            found.append(Mark(clock, step, level, due))
    return sorted(found)


def marks_in(case: dict[str, Any]) -> list[Mark]:
    """What its timeline has of them."""
    return sorted(
        Mark(fact["details"]["clock"], fact["details"].get("step", 0), fact["details"].get("level"), _at(fact))
        for fact in case.get("timeline", ())
        if fact["action"] in ("remind", "escalate")
    )


def comes_to(street: Street, case: str, wanted: list[Mark]) -> None:
    """Once it has as many, they are just these."""
    until(lambda: len(marks_in(standing(street, case))) >= len(wanted), 300)
    assert marks_in(standing(street, case)) == wanted


def _at(fact: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(fact["at"])


@pytest.fixture(scope="module")
def sender(street: Street) -> Sender:
    """Of two sources, one that tells what happens and one that tells its past; the category's deadlines are known."""
    made = Sender(street, "source:today", "source:past", "dispatcher", f"department:{UNIT}")
    rows = {"category": {FAST: {"name": "测试类别", "department": UNIT}}, "policy": {FAST: POLICY}}
    answer = street.call("PUT", "routing", "/v1/directory", json=rows)
    assert answer.status_code == 200, answer.text
    versions = [version for kind in answer.json()["versions"].values() for version in kind.values()]
    case = made.submit("source:today", "visit_day", now())
    until(lambda: known(street, case, max(versions)))
    return made


def known(street: Street, case: str, version: int) -> bool:
    """Whether every instance of routing has read the directory up to there."""
    headers = {"Authorization": f"Bearer {street.key('admin')}"}
    answers = [httpx.get(f"{url}/v1/cases/{case}", headers=headers, verify=False) for url in street.urls("routing")]
    tags = [answer.headers.get("ETag", "0").strip('"') for answer in answers]
    return all(int(tag.rpartition(".")[2]) >= version for tag in tags)


def now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


class Lived(NamedTuple):
    """A case that was told as it happened; `handled`: somebody did his work on it."""

    case_id: str
    begun: datetime
    handled: bool


def live(sender: Sender, seed: str) -> Lived:
    """One case somewhere in the time of the kills; of every second one somebody signs, most reply, some close."""
    chance = random.Random(seed)
    time.sleep(chance.uniform(0, SPAN_SECONDS))
    begun, handled = now(), chance.random() < 0.5
    case = sender.submit("source:today", "visit_day", begun, category=FAST)
    if handled:
        longest = SECONDS["sign"]
        for key, action, details in (
            (f"department:{UNIT}", "sign", {}),
            (f"department:{UNIT}", "reply", {"text": "已办理"}),
            ("dispatcher", "close", {}),
        ):
            time.sleep(chance.uniform(0, longest))
            sender.act(key, case, action, **details)
            longest = SECONDS["inner"]
            if chance.random() < 0.2:
                break
    return Lived(case, begun, handled)


def under_kills(street: Street, chance: random.Random, doing: Sequence[Future[Any]]) -> None:
    """Kill, in turn, until all is done and KILLS have been; half-way one routing sleeps beyond its session."""
    victims = cycle(VICTIMS)
    for turn in range(KILLS):
        if turn == KILLS // 2:
            with paused(one_of(street, "routing", chance)):
                time.sleep(ASLEEP_SECONDS)
        time.sleep(chance.uniform(*PAUSE))
        kill(one_of(street, next(victims), chance))
    for one in doing:
        one.result()


def test_each_mark_of_each_clock_is_told_once_through_kills_and_of_a_history_only_once_it_has_ended(
    street: Street, sender: Sender, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    long_ago = datetime(2024, 3, 5, 1, 0, tzinfo=UTC)
    past = [sender.submit("source:past", "visit_day", long_ago, category=FAST) for _ in range(PAST)]
    with ThreadPoolExecutor(LIVE) as pool:
        doing = [pool.submit(live, sender, f"{seed}-{number}") for number in range(LIVE)]
        under_kills(street, chance, doing)
        lives = [one.result() for one in doing]

    untouched = {one.case_id: marks_of(one.begun) for one in lives if not one.handled}
    for case, wanted in untouched.items():
        comes_to(street, case, wanted)
    told = [marks_in(standing(street, case)) for case in past]
    assert told == [[]] * PAST, "its source had not told all of its past"

    ended = {"past": {"ended_at": datetime.now(UTC).isoformat()}}
    assert persistently(street, "PUT", "routing", "/v1/directory/history", json=ended).status_code == 200
    later = sender.submit("source:past", "visit_day", long_ago, category=FAST)
    kill(one_of(street, "routing", chance))
    for case in past:
        comes_to(street, case, marks_of(long_ago))
    assert marks_in(standing(street, later)) == [], "told behind the end of that history: it begins another"

    for one in lives:
        if one.handled:
            whole(street, one)
    check(street)


def test_what_was_done_while_routing_slept_is_not_called_late_when_it_wakes(
    street: Street, sender: Sender, seed: int
) -> None:
    """It stands on the log, behind much else: nothing is judged by the half of it that is read already."""
    Sender(street, "source:earlier")
    long_ago = datetime(2024, 3, 5, 1, 0, tzinfo=UTC)
    past = [sender.submit("source:earlier", "visit_day", long_ago, category=FAST) for _ in range(5)]
    until(lambda: all(standing(street, case) for case in past))
    present = [sender.submit("source:today", "visit_day", now(), category=FAST) for _ in range(10)]
    until(lambda: all(standing(street, case) for case in present))
    taken = dict[str, datetime]()
    with ExitStack() as asleep:
        for process in running(street, "routing"):
            asleep.enter_context(paused(process))
        sender.fill("source:today", "visit_day", BACKLOG)
        for case in (*past, *present):
            at = {"at": (long_ago + timedelta(seconds=1)).isoformat()} if case in past else {}
            sender.act(f"department:{UNIT}", case, "sign", **at)
            sender.act(f"department:{UNIT}", case, "reply", text="已办理", **at)
            sender.act("dispatcher", case, "close", **at)
            taken[case] = datetime.now(UTC)
        time.sleep(max(SECONDS.values()))
    ended = {"earlier": {"ended_at": datetime.now(UTC).isoformat()}}
    assert persistently(street, "PUT", "routing", "/v1/directory/history", json=ended).status_code == 200
    until(lambda: all(standing(street, case)["state"] == "archived" for case in (*past, *present)), 300)
    for case in present:
        late = [mark for mark in marks_in(standing(street, case)) if mark.at > taken[case]]
        assert not late, f"seed {seed}: {case} was closed at {taken[case]}"
    assert [marks_in(standing(street, case)) for case in past] == [[]] * len(past)
    check(street)


def whole(street: Street, lived: Lived) -> None:
    """Each clock's marks from its first on without a gap, each at its time and once; archived once where it closed."""
    until(lambda: standing(street, lived.case_id)["state"] != "closed", 300)
    case = standing(street, lived.case_id)
    found, wanted = marks_in(case), marks_of(lived.begun)
    for clock in SECONDS:
        own = [mark for mark in found if mark.clock == clock]
        assert own == [mark for mark in wanted if mark.clock == clock][: len(own)], f"{lived}: {own}"
    actions = [fact["action"] for fact in case["timeline"] if fact["outcome"] == "applied"]
    assert actions.count("archive") == actions.count("close")
