"""What is put on `followups` without a command: the marks of clocks, and that the directory changed.

When the timekeeper tells a mark, and when again, is in test_timekeeper.py.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

import pytest

from services.contracts import topics
from services.contracts.codec import decode
from services.contracts.directory import Department, History
from services.contracts.followups import DeadlineReached, DirectoryApplied
from services.routing import timekeeper
from services.routing.adapters.followups import Followups
from services.routing.domain.rules import Rules
from services.routing.domain.state import CaseState
from services.routing.ports import StoreAway
from services.routing.successions import Successions
from services.routing.timekeeper import AGAIN_AFTER, Timekeeper
from services.runtime.batches import Outgoing
from services.runtime.health import Health
from services.runtime.producer import BrokerAway, Producer
from tests.unit.routing.street import hours
from tests.unit.routing.town import TOWN, Life, handling, town


class Store:
    """Cases in memory, as the index gives them: the longest past first."""

    def __init__(self, lives: Sequence[Life]) -> None:
        self.lives = lives
        self.asked: list[tuple[list[int], datetime, Mapping[str, History], int]] = []

    async def marked(
        self, partitions: Sequence[int], now: datetime, histories: Mapping[str, History], *, limit: int
    ) -> list[CaseState]:
        self.asked.append((list(partitions), now, histories, limit))
        due = [life.case for life in self.lives if life.case.next_mark and life.case.next_mark <= now]
        return sorted(due, key=lambda case: case.next_mark or now)[:limit]

    async def doing(self, partitions: Sequence[int], departments: Collection[str], limit: int) -> list[str]:
        self.asked.append((list(partitions), hours(0), {}, limit))
        return [life.case.case_id for life in self.lives if life.case.department in departments][:limit]


class Broker:
    """Takes what it is given unless it is away, for some or for all."""

    def __init__(self) -> None:
        self.taken: list[Outgoing] = []
        self.away: Collection[bytes] | None = ()

    def partition_for(self, topic: str, key: bytes) -> int:
        return key[-1] % 4

    async def send(self, records: Sequence[Outgoing]) -> list[Exception | None]:
        failed = [self.away is None or record.key in self.away for record in records]
        self.taken += [record for record, lost in zip(records, failed, strict=True) if not lost]
        return [BrokerAway("away") if lost else None for lost in failed]

    async def publish(self, records: Sequence[Outgoing]) -> None:
        for failed in await self.send(records):
            if failed is not None:
                raise failed

    @property
    def told(self) -> list[DeadlineReached | DirectoryApplied]:
        """Everything it took."""
        return [cast(DeadlineReached, decode(record.value, record.headers).data) for record in self.taken]


class Clockwork:
    """A timekeeper on fakes, its clock at the 100th hour: housing's reply is due just now."""

    def __init__(self, *lives: Life, rules: Rules = TOWN) -> None:
        self.store, self.broker = Store(lives), Broker()
        self.now, self.owned, self.rules = hours(100), [2, 0], rules
        self.upto: datetime | None = None
        parts = {
            "rules": lambda: self.rules,
            "owned": lambda: self.owned,
            "read_upto": lambda: self.now,
            "health": Health("routing", "routing-1"),
        }
        producer = cast(Producer, self.broker)
        self.keeper = Timekeeper(
            cases=self.store,
            producer=producer,
            clock=lambda: self.now,
            **parts,  # type: ignore[arg-type]
        )
        told = Followups(producer, lambda: self.now)
        self.successions = Successions(
            cases=self.store,
            tell=told.tell,
            clock=lambda: self.now,
            **(parts | {"read_upto": lambda: self.upto or self.now}),  # type: ignore[arg-type]
        )

    async def look(self, after: timedelta = timedelta(seconds=1)) -> int:
        """Later by so much; how many more it told."""
        self.now += after
        before = len(self.broker.taken)
        await self.keeper.look()
        return len(self.broker.taken) - before


def due_once(**told: str) -> Life:
    """One mark alone that is due at the 100th hour."""
    return handling(town(limits={}), **told)


async def test_a_mark_is_told_once_to_its_case_s_partition() -> None:
    life = due_once()
    work = Clockwork(life)
    assert [await work.look() for _ in range(3)] == [1, 0, 0]
    (record,) = work.broker.taken
    assert (record.topic, record.key) == (topics.FOLLOWUPS.name, life.case.case_id.encode())
    assert record.partition == record.key[-1] % 4
    assert work.broker.told == [DeadlineReached(case_id=life.case.case_id, clock="reply", step=1, at=hours(100))]
    assert work.store.asked[0][:2] == ([0, 2], hours(100) + timedelta(seconds=1))


async def test_what_it_tells_is_what_the_case_waits_for() -> None:
    life = due_once()
    work = Clockwork(life)
    await work.look()
    (told,) = work.broker.told
    assert [one.action for one in life.tell(told, work.now)] == ["escalate"]
    assert await work.look() == 0
    assert await work.look(timedelta(hours=24)) == 1
    assert work.broker.told[-1] == DeadlineReached(case_id=life.case.case_id, clock="reply", step=2, at=hours(124))


async def test_what_the_broker_did_not_take_is_told_again_at_once() -> None:
    one, other = due_once(), due_once(number="2")
    work = Clockwork(one, other)
    work.broker.away = None
    assert await work.look() == 0
    work.broker.away = [other.case.case_id.encode()]
    assert await work.look() == 1
    work.broker.away = ()
    assert await work.look() == 1
    assert {told.case_id for told in work.broker.told} == {one.case.case_id, other.case.case_id}
    assert await work.look() == 0


async def test_the_same_told_again_is_the_same_record() -> None:
    work = Clockwork(due_once())
    await work.look()
    await work.look(AGAIN_AFTER)
    first, again = (decode(record.value, record.headers) for record in work.broker.taken)
    assert (first.id, first.data) == (again.id, again.data)


async def test_without_partitions_it_asks_and_tells_nothing() -> None:
    work = Clockwork(due_once())
    work.owned = []
    assert await work.look() == 0
    assert work.store.asked == []


async def test_what_it_lost_and_owns_again_is_told_again_once_the_minute_is_over() -> None:
    work = Clockwork(due_once())
    await work.look()
    work.owned = []
    assert await work.look(AGAIN_AFTER) == 0
    work.owned = [1]
    assert await work.look() == 1


async def test_all_marks_of_a_case_that_are_due_are_told_the_longest_past_first() -> None:
    work = Clockwork(handling())
    assert await work.look() == 3
    assert [(told.clock, told.at) for told in work.broker.told if isinstance(told, DeadlineReached)] == [
        ("contact", hours(8)),
        ("inner", hours(60)),
        ("reply", hours(100)),
    ]


async def test_a_worker_that_is_behind_is_not_given_ever_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timekeeper, "AT_ONCE", 2)
    monkeypatch.setattr(timekeeper, "MOST_WAITING", 4)
    lives = [due_once(number=str(number)) for number in range(9)]
    work = Clockwork(*lives)
    assert [await work.look() for _ in range(4)] == [2, 2, 0, 0]
    assert [asked[3] for asked in work.store.asked] == [2, 4, 4, 4]


async def test_a_store_that_is_away_is_waited_for() -> None:
    work = Clockwork(due_once())

    async def away(*_: object, **__: object) -> list[CaseState]:
        raise StoreAway("away")

    work.store.marked = away  # type: ignore[method-assign]
    with pytest.raises(StoreAway):
        await work.keeper.look()


async def test_who_was_told_and_has_not_done_it_yet_is_not_told_again_while_the_log_is_behind() -> None:
    work = Clockwork(handling())
    work.rules = Rules(version=8, departments={"housing": Department(name="房管", successor="roads")})
    work.upto = work.now - timedelta(minutes=5)
    for _ in range(20):
        await work.successions.look()
        work.now += timedelta(seconds=10)
    assert len(work.broker.taken) == 1, "routing is behind: what was told waits on the log"
    work.upto = None
    await work.successions.look()
    assert len(work.broker.taken) == 2, "it is read that far, and the case is as it was"


async def test_open_cases_of_closed_departments_are_told_that_the_directory_changed() -> None:
    life = handling()
    work = Clockwork(life)
    await work.successions.look()
    closed = {**TOWN.departments, "housing": Department(name="房管", successor="roads")}
    work.rules = Rules(version=8, departments=closed)
    await work.successions.look()
    assert work.broker.told == [DirectoryApplied(case_id=life.case.case_id, what="successor", at=work.now)]
    work.owned = []
    await work.successions.look()
    assert len(work.broker.taken) == 1
