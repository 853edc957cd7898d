"""A city's days: cases that come in all day, their lives interleaved, judged by routing's own rules.

Each partition has cases of its own, drawn from a seed of its own, so that partitions can be made side by side.
"""

import heapq
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count

from aiokafka.partitioner import murmur2

from services.contracts.actions import ActionRequested
from services.contracts.actors import Actor
from services.contracts.cases import CaseFact
from services.contracts.codec import Event, Headers, encode
from services.contracts.identity import case_id
from services.contracts.submissions import Place, SubmissionReceived
from services.routing.domain.reached import marks_due
from services.routing.handlers import Bench
from services.routing.ports import Loaded

from .city import CHANNELS, REPLY_HOURS, City, category, department, hours, own_category, routed
from .lives import WORDS, life

BEGINNING = datetime(2026, 3, 2, tzinfo=UTC)
Command = SubmissionReceived | ActionRequested


def commands(city: City, partition: int, seed: int) -> Iterator[tuple[datetime, Command]]:
    """Without end, in the order of time: the partition's submissions and what is asked of their cases."""
    dice = random.Random(f"{seed}/{partition}")
    later: list[tuple[datetime, int, ActionRequested, Iterator[ActionRequested]]] = []
    order = count()

    def follow(rest: Iterator[ActionRequested]) -> None:
        for asked in rest:
            heapq.heappush(later, (asked.at, next(order), asked, rest))
            return

    for submission, rest in _cases(city, partition, seed, dice):
        while later and later[0][0] <= submission.reported_at:
            at, _, asked, more = heapq.heappop(later)
            yield at, asked
            follow(more)
        yield submission.reported_at, submission
        follow(rest)


def submissions(city: City, partition: int, seed: int) -> Iterator[SubmissionReceived]:
    """Without end: the partition's, each of a case of its own."""
    return (submission for submission, _ in _cases(city, partition, seed, random.Random(f"{seed}/{partition}")))


def _cases(
    city: City, partition: int, seed: int, dice: random.Random
) -> Iterator[tuple[SubmissionReceived, Iterator[ActionRequested]]]:
    """Each case's submission, and what will be asked of it."""
    ranks = list(accumulate(1 / (rank + 1) ** city.skew for rank in range(city.departments)))
    now, earlier = BEGINNING, None
    for number in count():
        source_id = f"{seed}-{number:08d}"
        case = case_id("ticket", "hotline", source_id)
        if (murmur2(case.encode()) & 0x7FFFFFFF) % city.partitions != partition:
            continue
        now += timedelta(seconds=dice.expovariate(city.per_day / city.partitions / 86_400))
        lead = dice.choices(range(city.departments), cum_weights=ranks)[0]
        common = None if dice.random() < 0.5 else dice.randrange(city.categories)
        code = own_category(department(lead)) if common is None else category(common)
        submission = _submission(case, source_id, code, now, dice)
        yield (
            submission,
            life(
                submission,
                departments=tuple(department((lead + step) % city.departments) for step in range(3)),
                routed=routed(submission),
                due=now + timedelta(hours=(None if common is None else hours(common)) or REPLY_HOURS),
                earlier=earlier,
                dice=dice,
            ),
        )
        earlier = case


def _submission(case: str, source_id: str, code: str, at: datetime, dice: random.Random) -> SubmissionReceived:
    """A ticket of ordinary length."""
    return SubmissionReceived(
        case_id=case,
        kind="ticket",
        source="hotline",
        source_id=source_id,
        channel=dice.choice(CHANNELS),
        title="".join(dice.choices(WORDS, k=12)),
        text="".join(dice.choices(WORDS, k=80)),
        category=code,
        reported_at=at,
        place=Place(address=f"幸福街{dice.randrange(1, 300)}号", grid=f"g{dice.randrange(400):03d}"),
        urgency="urgent" if dice.random() < 0.05 else "normal",
        actor=Actor(role="source", subject="hotline"),
    )


def facts(city: City, partition: int, seed: int) -> Iterator[CaseFact]:
    """Without end: what routing makes of the partition's commands and of its clocks. ValueError where it refuses a
    command."""
    bench = Bench(partition, 1, Loaded(cases={}, judged={}), city.rules())
    clocks = Clocks(bench)
    for at, command in commands(city, partition, seed):
        yield from clocks.facts_until(at)
        made = bench.judge(command, at)
        for fact in made:
            if fact.refusal is not None:
                raise ValueError(f"the workload asks what is refused: {fact.refusal}")
            yield fact
        bench.keep(made)
        clocks.look_at(command.case_id)


def judged(city: City, submissions: int, seed: int = 1) -> Bench:
    """The bench of the first partition, when so many submissions and what came between them were judged."""
    bench = Bench(0, 1, Loaded(cases={}, judged={}), city.rules())
    for at, command in commands(city, 0, seed):
        if isinstance(command, SubmissionReceived):
            submissions -= 1
            if submissions < 0:
                break
        bench.keep(bench.judge(command, at))
    return bench


class Clocks:
    """The timekeeper's part: what comes to a mark is judged in its time."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._marks: list[tuple[datetime, str]] = []
        self._next: dict[str, datetime] = {}

    def look_at(self, case: str) -> None:
        """It may have another mark now."""
        mark = self._bench.changed[case].next_mark
        if mark is None:
            self._next.pop(case, None)
        elif mark != self._next.get(case):
            self._next[case] = mark
            heapq.heappush(self._marks, (mark, case))

    def facts_until(self, now: datetime) -> Iterator[CaseFact]:
        """What routing asks of cases by itself up to `now`."""
        while self._marks and self._marks[0][0] <= now:
            at, case = heapq.heappop(self._marks)
            if self._next.get(case) != at:
                continue
            for told in marks_due(self._bench.changed[case], at):
                made = self._bench.judge(told, at)
                yield from made
                self._bench.keep(made)
            self.look_at(case)
            self._forget_if_over(case)

    def _forget_if_over(self, case: str) -> None:
        if self._bench.changed[case].summary.state == "archived":
            self._bench.changed.pop(case)
            self._bench.newest.pop(case)


def fact_record(fact: CaseFact) -> tuple[str, bytes, Headers]:
    """Key, value and headers, as routing publishes it."""
    source, name = "/mingshao/routing", f"{fact.partition}.{fact.seq}"
    value, headers = encode(
        Event(id=name, source=source, time=fact.recorded_at, subject=fact.case_id, sequence=fact.seq, data=fact)
    )
    return fact.case_id, value, headers


def command_record(command: SubmissionReceived | ActionRequested, at: datetime) -> tuple[str, bytes, Headers]:
    """Key, value and headers, as intake publishes it."""
    name = command.source_id if isinstance(command, SubmissionReceived) else command.action_id
    value, headers = encode(
        Event(id=f"{command.case_id}/{name}", source="/mingshao/intake", time=at, subject=command.case_id, data=command)
    )
    return command.case_id, value, headers
