"""A city's days: cases that come in all day, their lives interleaved, judged by routing's own rules.

Each partition has cases of its own, drawn from a seed of its own, so that partitions can be made side by side.
"""

import heapq
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count

import msgspec
from aiokafka.partitioner import murmur2

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import Actor
from services.contracts.cases import CaseFact
from services.contracts.codec import Event, Headers, encode
from services.contracts.directory import Category, Channel, Department
from services.contracts.identity import case_id
from services.contracts.submissions import Place, SubmissionReceived
from services.routing.domain.rules import Rules
from services.routing.handlers import Bench
from services.routing.ports import Loaded

BEGINNING = datetime(2026, 3, 2, tzinfo=UTC)
CHANNELS = ("hotline", "grid", "deputies", "visits", "street", "council", "mediation", "drafts")
WORDS = "路灯不亮噪声扰民下水道堵塞电梯停运占道经营垃圾未清供暖不足树枝遮挡井盖破损漏水严重"
DISPATCHER, FOLLOWUP = Actor(role="dispatcher"), Actor(role="followup")


class City(msgspec.Struct, frozen=True, kw_only=True):
    """How large, and how uneven: with `skew` 0 all departments get the same, with 1 they follow Zipf's law."""

    departments: int = 100
    categories: int = 60
    per_day: int = 80_000
    """Submissions a day in all partitions; DOMAIN.md's large city has 60 to 100 thousand calls."""
    skew: float = 0.8
    partitions: int = 4

    def rules(self) -> Rules:
        """The directory under which its cases are judged."""
        return Rules(
            version=1,
            departments={f"d{number:04d}": Department(name=f"部门{number}") for number in range(self.departments)},
            categories={f"c{number:03d}": Category(name=f"类别{number}") for number in range(self.categories)},
            channels={name: Channel(name=name, kind="ticket") for name in CHANNELS},
        )


STEPS: tuple[tuple[ActionName, float, float], ...] = (
    ("dispatch", 0.5, 1.0),
    ("sign", 2.0, 1.0),
    ("handle", 4.0, 1.0),
    ("reply", 30.0, 0.97),
    ("close", 5.0, 0.97),
    ("rate", 12.0, 0.6),
)
"""What follows the submission: the mean hours until then, and how many of those who came so far come there."""


def commands(city: City, partition: int, seed: int) -> Iterator[tuple[datetime, SubmissionReceived | ActionRequested]]:
    """Without end, in the order of time: the partition's submissions and what is asked of their cases."""
    dice = random.Random(f"{seed}/{partition}")
    ranks = list(accumulate(1 / (rank + 1) ** city.skew for rank in range(city.departments)))
    later: list[tuple[datetime, int, int, str, str]] = []
    order, now = count(), BEGINNING
    for number in count():
        source_id = f"{seed}-{number:08d}"
        case = case_id("ticket", "hotline", source_id)
        if (murmur2(case.encode()) & 0x7FFFFFFF) % city.partitions != partition:
            continue
        now += timedelta(seconds=dice.expovariate(city.per_day / city.partitions / 86_400))
        while later and later[0][0] <= now:
            at, _, step, waiting, department = heapq.heappop(later)
            yield at, action(waiting, step, at, department, dice)
            follow(later, waiting, step + 1, at, department, dice, order)
        yield now, submission(city, case, source_id, now, dice)
        department = f"d{dice.choices(range(city.departments), cum_weights=ranks)[0]:04d}"
        follow(later, case, 0, now, department, dice, order)


def follow(
    later: list[tuple[datetime, int, int, str, str]],
    case: str,
    step: int,
    at: datetime,
    department: str,
    dice: random.Random,
    order: Iterator[int],
) -> None:
    """Put the case's next step among those to come, where it comes to it."""
    if step < len(STEPS) and dice.random() < STEPS[step][2]:
        hours = dice.expovariate(1 / STEPS[step][1])
        heapq.heappush(later, (at + timedelta(hours=hours), next(order), step, case, department))


def submission(city: City, case: str, source_id: str, at: datetime, dice: random.Random) -> SubmissionReceived:
    """A ticket of ordinary length."""
    return SubmissionReceived(
        case_id=case,
        kind="ticket",
        source="hotline",
        source_id=source_id,
        channel=dice.choice(CHANNELS),
        title="".join(dice.choices(WORDS, k=12)),
        text="".join(dice.choices(WORDS, k=80)),
        category=f"c{dice.randrange(city.categories):03d}",
        reported_at=at,
        place=Place(address=f"幸福街{dice.randrange(1, 300)}号", grid=f"g{dice.randrange(400):03d}"),
        actor=Actor(role="source", subject="hotline"),
    )


def action(case: str, step: int, at: datetime, department: str, dice: random.Random) -> ActionRequested:
    """The step's action by who may ask for it, with what it needs."""
    name = STEPS[step][0]
    details = {
        "dispatch": ActionDetails(department=department),
        "reply": ActionDetails(text="已办理, " + "".join(dice.choices(WORDS, k=20))),
        "rate": ActionDetails(grade=dice.choice((5, 5, 4, 4, 3, 2)), solved=True),
    }.get(name, ActionDetails())
    lead = Actor(role="department", subject=department)
    actor = {"dispatch": DISPATCHER, "close": DISPATCHER, "rate": FOLLOWUP}.get(name, lead)
    return ActionRequested(case_id=case, action_id=name, action=name, at=at, details=details, actor=actor)


def facts(city: City, partition: int, seed: int) -> Iterator[CaseFact]:
    """Without end: what routing makes of the partition's commands. ValueError where it refuses one."""
    bench = Bench(partition, 1, Loaded(cases={}, judged={}), city.rules())
    for at, command in commands(city, partition, seed):
        made = bench.judge(command, at)
        for fact in made:
            if fact.refusal is not None:
                raise ValueError(f"the workload asks what is refused: {fact.refusal}")
            yield fact
        bench.keep(made)
        if isinstance(command, ActionRequested) and command.action in ("close", "rate"):
            forget(bench, command)


def forget(bench: Bench, command: ActionRequested) -> None:
    """A rated case is over; one that was closed waits for its rating, if there is one."""
    if command.action == "rate":
        bench.changed.pop(command.case_id)
        bench.newest.pop(command.case_id)


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
