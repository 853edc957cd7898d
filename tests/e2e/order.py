"""A partition's records in the order in which routing took them, each with the directory's version of that moment.

The topics do not say it, the facts do: each carries when its cause was appended, and by which name. What routing owed
itself and had no effect comes as late as the next on its topic lets it: a recount that finds one there finds a lost
deadline.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.contracts.topics import DEADLINE, DIRECTORY_APPLIED, FOLLOWERS_OWED, JOINED, MAIN_MOVED
from tests.e2e.log import Logged

Directory = Mapping[str, Mapping[str, Any]]
NAMED: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    DEADLINE: lambda told: "/".join(
        ("deadline", told["clock"], *filter(None, [told.get("task")]), str(told["step"])),
    ),
    JOINED: lambda told: f"joined/{told['follower']}/{told['version']}",
    MAIN_MOVED: lambda told: f"main/{told['main']}/{told['version']}",
    FOLLOWERS_OWED: lambda told: f"followers/{told['version']}/{told['after']}",  # leads to no move
    DIRECTORY_APPLIED: lambda told: f"directory/{told['what']}",
}
"""How a followup is named in the id of the move that it leads to."""
BESIDES = {"deadline": 1, "joined": 2, "main": 2, "directory": 2}
"""How many parts such an id has behind that: the case's version, and before it the move or whom it is about."""


class Cause(msgspec.Struct, frozen=True):
    """What a fact answers: of which case, appended when (in milliseconds), asked by whom under which name."""

    case_id: str
    appended: int
    sender: str
    name: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A fact's place among those of its partition, and the directory that it was decided by."""

    cause: Cause
    seq: int
    directory: int
    owed: bool
    """Whether a followup is its cause."""


def answer_in(fact: Mapping[str, Any], seq: int) -> Answer:
    """From a fact's JSON."""
    name, sender = str(fact["action_id"]), sender_of(fact)
    parts = name.split("/")
    owed = sender == "routing" and parts[0] in BESIDES
    if owed:
        said = [str(fact["details"]["step"])] if parts[0] in ("joined", "main") else []
        name = "/".join((*parts[: -BESIDES[parts[0]]], *said))
    appended = round(datetime.fromisoformat(fact["recorded_at"]).timestamp() * 1000)
    return Answer(
        cause=Cause(fact["case_id"], appended, sender, name), seq=seq, directory=fact["directory_version"], owed=owed
    )


def as_taken(
    asked: Iterable[Sequence[Logged]], owed: Sequence[Logged], answers: Sequence[Answer]
) -> list[tuple[Logged, int]]:
    """Of one partition: the topics that senders ask by, `followups`, and the answers in their order. AssertionError
    where routing did something by itself that no followup asked for."""
    waiting: dict[Cause, Answer] = {}
    for answer in answers:
        waiting.setdefault(answer.cause, answer)
    begun = (0.0, answers[0].directory if answers else 0)
    newest = answers[-1].directory if answers else 0
    placed: list[tuple[float, int, Logged]] = []
    for records in asked:
        at = begun
        for record in records:
            found = waiting.get(_cause(record))
            at = (found.seq, found.directory) if found else at  # a repeat has no fact, and its place is as good as any
            placed.append((*at, record))
    had_effect = [(record, waiting.pop(_cause(record), None)) for record in owed]  # of two in one millisecond the first
    before, had_none = math.inf, list[tuple[float, int, Logged]]()
    for record, found in reversed(had_effect):
        if found is None:
            had_none.append((before, newest, record))
        else:
            before, newest = found.seq - 0.5, found.directory
            placed.append((found.seq, found.directory, record))
    placed += reversed(had_none)
    unasked = [answer for answer in waiting.values() if answer.owed]
    assert not unasked, f"nothing on the log asked for {unasked[:3]}"
    return [(record, directory) for _, directory, record in sorted(placed, key=lambda one: one[0])]


def of_the_day(changes: Iterable[Mapping[str, Any]], kinds: Collection[str]) -> Callable[[int], Directory]:
    """Version → the rows of these kinds as they were then, from the log of all changes."""
    versions: list[int] = [0]
    stood: list[dict[str, dict[str, Any]]] = [{kind: {} for kind in kinds}]
    for change in sorted(changes, key=lambda one: int(one["version"])):
        if (kind := change["kind"]) in kinds:
            rows = {**stood[-1][kind], change["id"]: change.get("row")}
            versions.append(change["version"])
            stood.append({**stood[-1], kind: {row_id: row for row_id, row in rows.items() if row is not None}})
    return lambda version: stood[bisect_right(versions, version) - 1]


def sender_of(told: Mapping[str, Any]) -> str:
    """Who says it; what has no actor is routing's own."""
    actor = told.get("actor") or {"role": "routing"}
    return ":".join(filter(None, (actor["role"], actor.get("subject"))))


def _cause(record: Logged) -> Cause:
    told, named = record.value, NAMED.get(record.headers.get("ce_type", ""))
    name = named(told) if named else str(told.get("action_id", "submit"))
    return Cause(told.get("case_id", ""), record.timestamp, sender_of(told), name)
