"""并单 by the thousand: one record makes never more than can be stored at once, and every follower hears."""

import pytest

from services.contracts.cases import CaseFact
from services.contracts.followups import CaseJoined, FollowersOwed, FollowUpCommand, MainMoved
from services.contracts.identity import case_id
from services.routing.domain import joins
from services.routing.domain.case import Command
from services.routing.domain.joins import AT_ONCE
from services.routing.domain.state import CaseState
from services.routing.domain.talks import KEPT_OF_A_REPLY
from services.routing.handlers import Bench, followup_record
from services.routing.ports import Loaded
from services.runtime.folding import MAX_OUTBOX_BYTES
from services.runtime.ledger import packed
from tests.unit.routing.street import RULES, T0, ask, submission

MAIN = submission().case_id
MANY = 2_550
LONGEST = "\x00" * 20_000
"""Of a reply: each character is six bytes of JSON."""


class Main:
    """A signed case that many were merged into."""

    def __init__(self, followers: int) -> None:
        self.bench = Bench(0, 1, Loaded(cases={}, judged={}), RULES)
        self.names = [case_id("ticket", "hotline", str(number)) for number in range(followers)]
        self.take(submission(category="leak"))
        self.take(ask("sign", "department"))
        for name in self.names:
            self.take(CaseJoined(case_id=MAIN, follower=name, version=3, joined=True, at=T0))

    def take(self, command: Command) -> list[FollowUpCommand]:
        """What it makes routing tell."""
        made = self.judged(command)
        assert not [fact.refusal for fact in made if fact.refusal]
        return self.bench.owed(command, made)

    def judged(self, command: Command) -> list[CaseFact]:
        made = self.bench.judge(command, T0)
        self.bench.keep(made)
        return made

    def case(self) -> CaseState:
        found = self.bench.case(MAIN)
        assert found is not None
        return found

    def told(self, first: list[FollowUpCommand]) -> list[list[FollowUpCommand]]:
        """What each record in turn makes it tell, from `first` until nothing is owed."""
        records = [first]
        while (last := records[-1][-1] if records[-1] else None) is not None and isinstance(last, FollowersOwed):
            records.append(self.take(last))
        return records


def heard(told: list[FollowUpCommand]) -> list[MainMoved]:
    return [one for one in told if isinstance(one, MainMoved)]


@pytest.fixture(scope="module")
def told() -> tuple[Main, list[list[FollowUpCommand]]]:
    main = Main(MANY)
    return main, main.told(main.take(ask("reply", "department", text=LONGEST)))


def test_no_record_makes_an_outbox_larger_than_may_be(told: tuple[Main, list[list[FollowUpCommand]]]) -> None:
    _, records = told
    sizes = [
        len(packed([followup_record(one, "mingshao.tickets.v1/0/1234567", T0, lambda topic, key: 0) for one in made]))
        for made in records
    ]
    assert max(sizes) < MAX_OUTBOX_BYTES
    assert {len(heard(made)) for made in records[:-1]} == {AT_ONCE}


def test_each_of_2550_followers_hears_the_reply_once(told: tuple[Main, list[list[FollowUpCommand]]]) -> None:
    main, records = told
    all_told = [one for made in records for one in heard(made)]
    assert [one.case_id for one in all_told] == sorted(main.names)
    assert {one.reply for one in all_told} == {LONGEST[:KEPT_OF_A_REPLY]}
    assert {one.version for one in all_told} == {main.case().version}


def test_what_comes_again_tells_the_same_again_and_no_fact_is_made() -> None:
    main = Main(AT_ONCE + 2)
    (*_, owed) = main.take(ask("reply", "department", text="已修好"))
    assert isinstance(owed, FollowersOwed)
    assert main.judged(owed) == []
    assert main.take(owed) == main.take(owed)
    assert [one.case_id for one in main.take(owed)] == sorted(main.names)[AT_ONCE:]


def test_word_of_a_later_move_takes_the_place_of_what_is_still_owed() -> None:
    main = Main(AT_ONCE + 2)
    (*_, owed) = main.take(ask("reply", "department", text="已修好"))
    closing = main.take(ask("close", "dispatcher"))
    assert main.take(owed) == []
    all_told = [one for made in main.told(closing) for one in heard(made)]
    assert sorted(one.case_id for one in all_told) == sorted(main.names)
    assert {one.state for one in all_told} == {"closed"}


def test_what_a_main_does_that_followers_do_not_hear_holds_nothing_back() -> None:
    main = Main(AT_ONCE + 2)
    (*_, owed) = main.take(ask("reply", "department", text="已修好"))
    main.take(CaseJoined(case_id=MAIN, follower=case_id("ticket", "hotline", "late"), version=3, joined=True, at=T0))
    assert len(heard(main.take(owed))) >= 2


def test_who_was_split_meanwhile_hears_no_more() -> None:
    main = Main(AT_ONCE + 2)
    (*_, owed) = main.take(ask("reply", "department", text="已修好"))
    last = max(main.names)
    main.take(CaseJoined(case_id=MAIN, follower=last, version=4, joined=False, at=T0))
    assert last not in [one.case_id for one in main.take(owed)]


def test_a_main_that_is_full_sends_whoever_comes_besides_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(joins, "MOST_FOLLOWERS", 3)
    main = Main(3)
    late = CaseJoined(case_id=MAIN, follower=case_id("ticket", "hotline", "late"), version=3, joined=True, at=T0)
    (answer,) = main.take(late)
    assert isinstance(answer, MainMoved)
    assert (answer.case_id, answer.gone) == (late.follower, True)
    assert late.follower not in main.case().followers
    again = CaseJoined(case_id=MAIN, follower=main.names[0], version=5, joined=True, at=T0)
    (answer,) = main.take(again)
    assert isinstance(answer, MainMoved)
    assert not answer.gone, "one it has already is not sent back"
