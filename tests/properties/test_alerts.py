"""Whatever figures, rules and Kafka do: an alert's changes alternate, without gaps, and end with what stands."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from services.contracts.alerts import AlertChanged
from services.contracts.directory import Alert
from services.metrics.alerts import check
from services.metrics.ports import CellQuery, Reading
from tests.unit.metrics.cases import at
from tests.unit.metrics.memory import MemoryAlerts, MemoryCells, PlainNames
from tests.unit.metrics.test_series import received
from tests.unit.metrics.test_worked_example import SHANGHAI

RULE: dict[str, Any] = {"kind": "rate_below", "rate": "handled", "period": "month", "threshold": 0.5, "least": 2}
ROWS = msgspec.convert(
    {"all": {"name": "all", "rule": RULE}, "each": {"name": "each", "rule": RULE | {"group_by": ["channel"]}}},
    dict[str, Alert],
)
CHANNELS = ("hotline", "grid")


class Round(msgspec.Struct, frozen=True):
    """What there is when it is judged: channel → how many cases and how many of them are closed; which rules; how many
    records Kafka takes before it is away, None where it is well."""

    cases: dict[str, tuple[int, int]]
    rules: frozenset[str]
    takes: int | None


class Cells(MemoryCells):
    """Whose position grows with every reading."""

    async def read(self, queries: Sequence[CellQuery]) -> Reading:
        return msgspec.structs.replace(await super().read(queries), position={0: self.reads})


class Book(MemoryAlerts):
    """Kafka takes so many records of one call, and is away."""

    takes: int | None = None

    async def publish(self, changes: Sequence[AlertChanged]) -> None:
        self.published += changes[: self.takes]
        if self.takes is not None:
            raise ConnectionError("Kafka is away")


rounds = st.lists(
    st.builds(
        Round,
        cases=st.dictionaries(st.sampled_from(CHANNELS), st.tuples(st.integers(0, 3), st.integers(0, 3))),
        rules=st.frozensets(st.sampled_from(sorted(ROWS))),
        takes=st.none() | st.integers(0, 2),
    ),
    max_size=10,
)


def standing(one: Round) -> set[str]:
    """Counted by hand."""
    low = {channel: (number, min(closed, number)) for channel, (number, closed) in one.cases.items() if number}
    found = {f"each/channel={channel}" for channel, (number, closed) in low.items() if _low(number, closed)}
    whole = [sum(part) for part in zip(*low.values(), strict=True)] or [0, 0]
    return {name for name in found | ({"all"} if _low(*whole) else set()) if name.partition("/")[0] in one.rules}


def _low(number: int, closed: int) -> bool:
    return number >= 2 and closed / number < 0.5


async def play(told: Sequence[Round]) -> tuple[Book, set[str]]:
    book, cells, stands = Book(), Cells(), set[str]()
    for number, one in enumerate((*told, *(msgspec.structs.replace(last, takes=None) for last in told[-1:]))):
        cells.facts = [
            fact
            for channel, (number_of, closed) in one.cases.items()
            for case in range(number_of)
            for fact in received("04-10 08:00", CHANNELS.index(channel) * 9 + case, channel, closed=case < closed)
        ]
        rules, now = {name: ROWS[name] for name in one.rules}, at("04-11 09:00") + timedelta(minutes=number)
        book.takes, stands = one.takes, standing(one)
        try:
            await check(rules, {}, book=book, topic=book, cells=cells, names=PlainNames(), zone=SHANGHAI, now=now)
        except ConnectionError:
            continue
    return book, stands


@given(rounds)
def test_changes_alternate_without_gaps_repeats_are_the_same_and_the_last_is_what_stands(told: list[Round]) -> None:
    book, stands = asyncio.run(play(told))
    newest: dict[str, AlertChanged] = {}
    for one in book.published:
        before = newest.get(one.id)
        if before is not None and one.version <= before.version:
            assert one == before, "a repeat is of the last, and the same"
            continue
        assert one.version == (before.version if before else 0) + 1
        assert one.state == ("raised" if one.version % 2 else "cleared")
        newest[one.id] = one
    assert {name for name, one in newest.items() if one.state == "raised"} == stands
