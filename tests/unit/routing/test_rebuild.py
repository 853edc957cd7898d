"""A store is not dropped before the log is known to have all that it has."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from services.contracts.topics import CASES, DIRECTORY, FACT
from services.routing.rebuild import BrokenLog, look
from tests.contracts.samples import SAMPLES


class Written(NamedTuple):
    offset: int
    value: bytes
    headers: list[tuple[str, bytes]]


def facts(number: int, begin: int = 0) -> list[Written]:
    value, headers = next(one for one in SAMPLES if one.type == FACT).record()
    kept = [header for header in headers if header[0] != "ce_sequence"]
    return [Written(begin + at, value, [*kept, ("ce_sequence", b"%d" % (at + 1))]) for at in range(number)]


class Log:
    """Of two partitions of `cases`, as a consumer reads it."""

    def __init__(self, *cases: list[Written], topics: tuple[str, ...] = (CASES.name, DIRECTORY.name)) -> None:
        self._records = {(CASES.name, number): found for number, found in enumerate(cases)}
        self._records[(DIRECTORY.name, 0)] = [Written(0, b"", [])]
        self._topics = topics
        self._position = 0

    async def topics(self) -> set[str]:
        return set(self._topics)

    async def beginning_offsets(self, parts: Any) -> Mapping[Any, int]:
        return {part: self._records[part][0].offset if self._records[part] else 0 for part in parts}

    async def end_offsets(self, parts: Any) -> Mapping[Any, int]:
        return {part: self._records[part][-1].offset + 1 if self._records[part] else 0 for part in parts}

    def assign(self, parts: Any) -> None:
        assert parts

    def seek(self, part: Any, offset: int) -> None:
        self._position = offset

    async def position(self, part: Any) -> int:
        return self._position

    async def getmany(self, part: Any, timeout_ms: int) -> Mapping[Any, list[Written]]:
        found = [record for record in self._records[part] if record.offset >= self._position]
        self._position = found[-1].offset + 1
        return {part: found}


async def test_a_log_that_has_all_that_the_store_has_is_enough() -> None:
    await look(Log(facts(3), facts(2)), {0: 4, 1: 1})
    await look(Log([], []), {0: 1, 1: 1})


@pytest.mark.parametrize(
    ("log", "says"),
    [
        (Log(facts(3), facts(2)), "ends with fact 2, the store has 6"),
        (Log(facts(3), []), "ends with fact 0, the store has 6"),
        (Log(facts(3), facts(7, begin=5)), "the beginning of"),
        (Log(facts(3), facts(7), topics=(CASES.name,)), "is not on this log"),
    ],
)
async def test_one_that_has_not_is_said_to_be_broken_and_the_store_is_left(log: Log, says: str) -> None:
    with pytest.raises(BrokenLog) as error:
        await look(log, {0: 4, 1: 7})
    assert says in str(error.value)
    assert "The store is as it was." in str(error.value)
