"""The timekeeper: which marks it tells, and when it tells one again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec

from services.contracts.cases import CaseSummary, Dimensions
from services.contracts.directory import History
from services.contracts.promises import Clock
from services.routing.domain.rules import Rules
from services.routing.domain.state import CaseState
from services.routing.timekeeper import AGAIN_AFTER, Timekeeper
from services.runtime.batches import Outgoing
from services.runtime.health import Health

T0 = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


def waiting(number: int, next_at: datetime, history: datetime | None = None) -> CaseState:
    """A case whose reply's clock comes to its deadline."""
    clock = Clock(name="reply", started_at=T0, due_at=next_at, first_due_at=next_at, next_step=1, next_at=next_at)
    summary = CaseSummary(
        kind="ticket",
        state="dispatched",
        dims=Dimensions(channel="grid"),
        received_at=T0,
        due_at=next_at,
        first_due_at=next_at,
    )
    return CaseState(
        case_id=f"t-{number}",
        version=3,
        summary=summary,
        source="grid",
        source_id=str(number),
        due_by_source=False,
        clocks={"reply": clock},
        history_until=history,
    )


class Cases:
    """Those that wait, as the store would find them."""

    def __init__(self, *cases: CaseState) -> None:
        self.cases = list(cases)

    async def marked(
        self, partitions: Sequence[int], now: datetime, histories: Mapping[str, History], *, limit: int
    ) -> list[CaseState]:
        def counts(case: CaseState) -> bool:
            row = histories.get(case.source)
            return case.history_until is None or (row is not None and case.history_until <= row.ended_at)

        due = [case for case in self.cases if case.next_mark is not None and case.next_mark <= now and counts(case)]
        return due[:limit]


class Desk:
    """The timekeeper with what it is given, all of which a test may change."""

    def __init__(self, *cases: CaseState, histories: Mapping[str, History] | None = None) -> None:
        self.now = T0
        self.read_upto: datetime | None = T0
        self.sent: list[str] = []
        self.cases = Cases(*cases)
        self.kafka_away = False
        self.keeper = Timekeeper(
            cases=self.cases,
            rules=lambda: Rules(histories=histories or {}),
            owned=lambda: (0,),
            read_upto=lambda: self.read_upto,
            producer=cast(Any, self),
            clock=lambda: self.now,
            health=Health("routing", "routing-1"),
        )

    def partition_for(self, topic: str, key: bytes) -> int:
        return 0

    async def send(self, records: Sequence[Outgoing]) -> list[Exception | None]:
        if not self.kafka_away:
            self.sent += [msgspec.json.decode(record.value or b"")["case_id"] for record in records]
        return [OSError("away") if self.kafka_away else None for _ in records]

    async def told(self) -> list[str]:
        """By one look."""
        self.sent.clear()
        await self.keeper.look()
        return list(self.sent)


async def test_while_the_log_is_not_read_up_to_a_deadline_it_is_not_told() -> None:
    """What met it may stand there unread."""
    desk = Desk(waiting(1, T0 + HOUR))
    desk.now = T0 + 2 * HOUR
    desk.read_upto = None
    assert await desk.told() == [], "just started, or the partitions are another's"
    desk.read_upto = T0 + HOUR - SECOND
    assert await desk.told() == []
    desk.read_upto = T0 + HOUR
    assert await desk.told() == ["t-1"]


async def test_a_history_that_has_ended_counts_once_all_of_it_is_read() -> None:
    ended = T0 + HOUR
    desk = Desk(waiting(1, T0, history=T0), histories={"grid": History(ended_at=ended)})
    desk.now = T0 + 2 * HOUR
    desk.read_upto = ended - SECOND
    assert await desk.told() == []
    desk.read_upto = ended
    assert await desk.told() == ["t-1"]


async def test_what_is_told_is_told_again_only_where_it_must_have_been_lost() -> None:
    desk = Desk(waiting(1, T0))
    assert await desk.told() == ["t-1"]
    desk.now += AGAIN_AFTER - SECOND
    desk.read_upto = desk.now
    assert await desk.told() == [], "a moment ago"
    desk.now += HOUR
    desk.read_upto = T0 - SECOND
    assert await desk.told() == [], "long ago, but the worker is not there yet"
    desk.read_upto = desk.now
    assert await desk.told() == ["t-1"]


async def test_what_kafka_did_not_take_is_told_at_the_next_look() -> None:
    desk = Desk(waiting(1, T0))
    desk.kafka_away = True
    assert await desk.told() == []
    desk.kafka_away = False
    assert await desk.told() == ["t-1"]
