"""并单 across partitions while both sides are killed: no ring stays, each main knows each of its followers once."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.e2e.deployment import until
from tests.faults.checker import check
from tests.faults.persistent import Sender, standing
from tests.faults.street import Street, kill, one_of, short

ROUNDS, KILLS = (6, 4) if short() else (120, 30)
VICTIMS = ("routing", "kafka", "mongod")
REPLY = "已一并办理"
Merge = tuple[str, str]
"""Which case, into which main."""


def shapes(cases: Iterator[str]) -> Iterator[Merge]:
    """Two into each other, three in a ring, a chain of four, five into one: in whatever order they come."""
    for ring in (2, 3):
        around = [next(cases) for _ in range(ring)]
        yield from zip(around, [*around[1:], around[0]], strict=True)
    chain = [next(cases) for _ in range(4)]
    yield from pairwise(chain)
    main = next(cases)
    yield from ((next(cases), main) for _ in range(5))


def test_merged_into_each_other_and_in_rings_through_kills_all_end_at_mains_that_know_them_once(
    street: Street, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    sender = Sender(street, "source:today", "dispatcher")
    with ThreadPoolExecutor(16) as pool:
        names = list(pool.map(lambda _: _submit(sender), range(ROUNDS * 15)))
        until(lambda: all(standing(street, name) for name in names), 300)
        cases = iter(names)
        merges = [merge for _ in range(ROUNDS) for merge in shapes(cases)]
        chance.shuffle(merges)
        doing = [pool.submit(sender.act, "dispatcher", case, "merge", main=main) for case, main in merges]
        for turn in range(KILLS):
            kill(one_of(street, VICTIMS[turn % 3], chance))
        asked = [(case, one.result()) for (case, _), one in zip(merges, doing, strict=True)]
    until(lambda: all(judged(street, case, name) for case, name in asked), 300)
    until(lambda: at_rest(street, names), 300)
    mains = [name for name in names if standing(street, name)["followers"]]
    assert len(mains) >= ROUNDS * 3, "hardly anything was merged: the scenario shows nothing"
    with ThreadPoolExecutor(16) as pool:
        for main in mains:
            pool.submit(_answer, sender, main)
        kill(one_of(street, "routing", chance))
    until(lambda: all(answered(street, main) for main in mains), 300)
    assert at_rest(street, names)
    check(street)


def _submit(sender: Sender) -> str:
    return sender.submit("source:today", "visit_day", datetime.now(UTC).replace(microsecond=0), category="other")


def _answer(sender: Sender, main: str) -> None:
    """直接答复."""
    sender.act("dispatcher", main, "reply", text=REPLY)
    sender.act("dispatcher", main, "close")


def judged(street: Street, case: str, action_id: str) -> bool:
    """Whether routing has."""
    return any(fact["action_id"] == action_id for fact in standing(street, case)["timeline"])


def at_rest(street: Street, names: list[str]) -> bool:
    """No main is merged itself, and it has taken in just those that say so, each once."""
    cases = {name: standing(street, name) for name in names}
    merged = {name: case["summary"].get("merged_into") for name, case in cases.items() if case["state"] == "merged"}
    if any(main in merged for main in merged.values()):
        return False
    for name, case in cases.items():
        own = sorted(follower for follower, main in merged.items() if main == name)
        if sorted(case["followers"]) != own or any(_taken_in(case, follower) != 1 for follower in own):
            return False
    return True


def _taken_in(main: dict[str, Any], follower: str) -> int:
    """How often, less how often it was let go."""
    moves = [
        fact["action"]
        for fact in main["timeline"]
        if fact["details"].get("main") == follower and fact["outcome"] == "applied"
    ]
    return moves.count("absorb") - moves.count("let_go")


def answered(street: Street, main: str) -> bool:
    """Each of its followers was told of the reply and of the closing, of each once."""
    case = standing(street, main)
    last = case["version"]
    for follower in case["followers"]:
        told = [
            fact["details"]["step"]
            for fact in standing(street, follower)["timeline"]
            if fact["action"] == "follow" and fact["details"].get("text") == REPLY
        ]
        if told[-1:] != [last] or len(told) != len(set(told)):
            return False
    return True
