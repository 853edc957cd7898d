"""并单 over partitions: however messages cross, once all is quiet each merged case and its main agree."""

import random
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.cases import CaseFact
from services.contracts.followups import FollowUpCommand
from services.contracts.identity import case_id
from services.routing.domain import joins
from services.routing.domain.case import Command
from services.routing.domain.joins import TAKES_NOBODY
from services.routing.domain.state import CaseState
from services.routing.handlers import Bench
from services.routing.ports import Loaded
from tests.unit.routing.street import RULES, T0, ask, submission

NOBODY = "never-submitted"


class Partition:
    """One owner: senders' commands and followups, each in its order, taken in any."""

    def __init__(self, number: int) -> None:
        self.bench = Bench(number, 1, Loaded(cases={}, judged={}), RULES)
        self.commands: list[Command] = []
        self.followups: list[FollowUpCommand] = []
        self.facts: list[CaseFact] = []

    def take(self, queue: list[Command] | list[FollowUpCommand]) -> list[FollowUpCommand]:
        """The next of this queue; what it makes routing tell other cases."""
        command = queue.pop(0)
        made = self.bench.judge(command, T0)
        self.bench.keep(made)
        self.facts += made
        return self.bench.owed(command, made)


class Town:
    """Cases spread over partitions."""

    def __init__(self, numbers: list[str], partitions: int, dice: random.Random) -> None:
        self.partitions = [Partition(number) for number in range(partitions)]
        self.place = {id_of(number): dice.randrange(partitions) for number in [*numbers, NOBODY]}
        self.dice = dice
        self.sent: list[FollowUpCommand] = []
        for number in numbers:
            self.say(submission(number))

    def say(self, command: Command) -> None:
        """A sender's."""
        self.partitions[self.place[command.case_id]].commands.append(command)

    def step(self) -> bool:
        """One record of any partition; False where there is none."""
        waiting = [(one, queue) for one in self.partitions for queue in (one.commands, one.followups) if queue]
        if not waiting:
            return False
        partition, queue = self.dice.choice(waiting)
        for told in partition.take(queue):
            self.tell(told)
        return True

    def tell(self, told: FollowUpCommand) -> None:
        """Appended where its case is."""
        self.sent.append(told)
        self.partitions[self.place[told.case_id]].followups.append(told)

    def repeat(self) -> None:
        """One told before, again, however late."""
        if self.sent:
            self.tell(self.dice.choice(self.sent))

    def settle(self) -> None:
        """Until all is quiet. AssertionError where it goes on for ever."""
        for _ in range(20_000):
            if not self.step():
                return
        raise AssertionError("they talk for ever")

    def cases(self) -> dict[str, CaseState]:
        """All that there are."""
        return {name: case for one in self.partitions for name, case in one.bench.changed.items()}

    def facts(self, number: str) -> list[CaseFact]:
        """Of one case."""
        return [fact for one in self.partitions for fact in one.facts if fact.case_id == id_of(number)]


def id_of(number: str) -> str:
    return case_id("ticket", "grid", number)


def disagreements(town: Town) -> Iterator[str]:
    """Of what each merged case and its main say of each other."""
    cases = town.cases()
    for name, case in cases.items():
        main = case.summary.merged_into
        assert (case.summary.state == "merged") is (main is not None)
        if main is not None:
            if main not in cases:
                yield f"{name} is merged into {main}, which is not there"
            elif cases[main].summary.state in (*TAKES_NOBODY, "merged"):
                yield f"{name} is merged into {main}, which is {cases[main].summary.state}"
            elif name not in joined(cases[main]):
                yield f"{name} is merged into {main}, which does not know"
        for follower in joined(case):
            if cases[follower].summary.merged_into != name:
                yield f"{name} has {follower}, which is with {cases[follower].summary.merged_into}"


def joined(case: CaseState) -> list[str]:
    return [name for name, told in case.followers.items() if told.joined]


def live(dice: random.Random, *, repeats: bool, cases: int, moves: int) -> Town:
    """Mergers, splits and ends at random, while messages are under way."""
    numbers = [str(number) for number in range(cases)]
    town = Town(numbers, dice.randint(1, 4), dice)
    while any(one.commands for one in town.partitions):
        town.step()
    for number in range(moves):
        which = dice.choice(numbers)
        action = dice.choice(("merge", "merge", "merge", "split", "void"))
        others = [one for one in (*numbers, NOBODY) if one != which]
        if action == "void" and dice.random() < 0.7:
            action = "merge"
        main = id_of(dice.choice(others if dice.random() < 0.1 else others[:-1]))
        details = {"main": main} if action == "merge" else {"reason": "r"}
        town.say(ask(action, "dispatcher", number=which, action_id=f"m{number}", **details))  # type: ignore[arg-type]
        for _ in range(dice.choice((0, 0, 1, 3, 30))):
            if repeats and dice.random() < 0.2:
                town.repeat()
            town.step()
    town.settle()
    return town


seeds = st.integers(0, 1 << 40)
counts = st.integers(2, 7)


@given(seeds, counts)
@settings(deadline=None)
def test_when_all_is_quiet_each_merged_case_has_one_main_that_lists_it(seed: int, cases: int) -> None:
    town = live(random.Random(seed), repeats=False, cases=cases, moves=3 * cases)
    assert list(disagreements(town)) == []


@given(seeds, counts)
@settings(deadline=None)
def test_messages_that_come_again_however_late_change_nothing_in_the_end(seed: int, cases: int) -> None:
    town = live(random.Random(seed), repeats=True, cases=cases, moves=3 * cases)
    assert list(disagreements(town)) == []


@given(seeds, counts, st.booleans())
@settings(deadline=None)
def test_however_few_are_told_at_once_all_agree_in_the_end(seed: int, cases: int, repeats: bool) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joins, "AT_ONCE", 1)
        town = live(random.Random(seed), repeats=repeats, cases=cases, moves=3 * cases)
    assert list(disagreements(town)) == []


@given(seeds, st.booleans())
@settings(deadline=None)
def test_two_merged_into_each_other_end_with_the_smaller_id_as_the_main(seed: int, repeats: bool) -> None:
    dice = random.Random(seed)
    town = Town(["1", "2"], dice.randint(1, 2), dice)
    while any(one.commands for one in town.partitions):
        town.step()
    for one, other in dice.sample([("1", "2"), ("2", "1")], 2):
        town.say(ask("merge", "dispatcher", number=one, main=id_of(other)))
    # each is taken before it hears of the other
    for partition in town.partitions:
        while partition.commands:
            for told in partition.take(partition.commands):
                town.tell(told)
                if repeats:
                    town.tell(told)
    town.settle()
    smaller, larger = sorted(town.cases().values(), key=lambda case: case.case_id)
    assert (smaller.summary.merged_into, larger.summary.merged_into) == (None, smaller.case_id)
    assert (joined(smaller), joined(larger)) == ([larger.case_id], [])
    assert smaller.summary.state == "received"


@given(seeds, st.integers(3, 6))
@settings(deadline=None)
def test_a_ring_is_no_ring_in_the_end(seed: int, size: int) -> None:
    dice = random.Random(seed)
    numbers = [str(number) for number in range(size)]
    town = Town(numbers, dice.randint(1, 4), dice)
    while any(one.commands for one in town.partitions):
        town.step()
    for number, main in zip(numbers, [*numbers[1:], numbers[0]], strict=True):
        town.say(ask("merge", "dispatcher", number=number, main=id_of(main)))
    town.settle()
    assert list(disagreements(town)) == []


@given(seeds, st.integers(2, 7))
@settings(deadline=None)
def test_a_chain_ends_in_its_last_case_as_the_one_main(seed: int, size: int) -> None:
    dice = random.Random(seed)
    numbers = [str(number) for number in range(size)]
    town = Town(numbers, dice.randint(1, 4), dice)
    while any(one.commands for one in town.partitions):
        town.step()
    links = list(pairwise(numbers))
    for number, main in dice.sample(links, len(links)):
        town.say(ask("merge", "dispatcher", number=number, main=id_of(main)))
    town.settle()
    last = town.cases()[id_of(numbers[-1])]
    assert set(joined(last)) == {id_of(number) for number in numbers[:-1]}
    assert list(disagreements(town)) == []
