"""并单: what a main case and one merged into it tell each other, move by move."""

import msgspec

from services.contracts.actors import ROUTING
from services.contracts.cases import CaseFact
from services.contracts.directory import Policy
from services.contracts.followups import CaseJoined, FollowUpCommand, MainMoved
from services.routing.domain.case import Command
from services.routing.domain.joins import MOST_HOPS
from services.routing.domain.rules import Rules
from services.routing.domain.state import CaseState
from services.routing.handlers import Bench
from services.routing.ports import Loaded
from tests.unit.routing.street import RULES, T0, actor, ask, submission

ONE, TWO = sorted(submission(number).case_id for number in ("1", "2"))
NUMBER = {submission(number).case_id: number for number in ("1", "2", "3")}


class Two:
    """Cases on one bench; what is told is delivered when the test says so."""

    def __init__(self, *names: str, rules: Rules = RULES) -> None:
        self.bench = Bench(0, 1, Loaded(cases={}, judged={}), rules)
        self.told: list[FollowUpCommand] = []
        self.facts: list[CaseFact] = []
        for name in names:
            self.take(submission(NUMBER[name], category="leak"))

    def take(self, command: Command) -> list[CaseFact]:
        made = self.bench.judge(command, T0)
        self.bench.keep(made)
        self.facts += made
        self.told += self.bench.owed(command, made)
        return made

    def do(self, action: str, who: str, case: str, **details: object) -> list[CaseFact]:
        name = f"a{len(self.facts)}"
        made = self.take(ask(action, who, number=NUMBER[case], action_id=name, **details))  # type: ignore[arg-type]
        assert made[0].refusal is None, made[0].refusal
        return made

    def deliver(self) -> list[CaseFact]:
        """All that is told, until nobody tells anything."""
        made = list[CaseFact]()
        while self.told:
            made += self.take(self.told.pop(0))
        return made

    def case(self, name: str) -> CaseState:
        found = self.bench.case(name)
        assert found is not None
        return found


def merged() -> Two:
    two = Two(ONE, TWO)
    two.do("merge", "dispatcher", ONE, main=TWO)
    two.deliver()
    return two


def test_a_main_takes_in_who_was_merged_into_it_and_says_so() -> None:
    two = Two(ONE, TWO)
    (fact,) = two.do("merge", "dispatcher", ONE, main=TWO)
    assert two.told == [CaseJoined(case_id=TWO, follower=ONE, version=fact.version, joined=True, at=T0)]
    absorbed, follows = two.deliver()
    assert (absorbed.case_id, absorbed.action, absorbed.actor, absorbed.details.main) == (TWO, "absorb", ROUTING, ONE)
    assert (follows.case_id, follows.action, follows.details.main) == (ONE, "follow", TWO)
    assert follows.details.reason == "主件已派单"
    for made in (absorbed, follows):
        assert (made.added, made.removed, made.terms, made.clocks) == ((), (), None, None)
        assert made.before == made.after
    assert two.case(TWO).followers[ONE].joined


def test_a_follower_hears_its_main_s_reply_and_closing() -> None:
    two = merged()
    two.do("sign", "department", TWO)
    assert two.deliver() == []
    two.do("reply", "department", TWO, text="已修好")
    (heard,) = two.deliver()
    assert (heard.case_id, heard.details.text, heard.details.reason) == (ONE, "已修好", "主件已答复待核查")
    two.do("close", "dispatcher", TWO)
    (heard,) = two.deliver()
    assert (heard.details.text, heard.details.reason) == ("已修好", "主件已办结")
    two.do("redo", "source", TWO)
    (heard,) = two.deliver()
    assert heard.details.reason == "主件重办"
    two.do("handle", "department", TWO)
    (again,) = two.do("reply", "department", TWO, text="又修了")
    two.deliver()
    two.do("correct", "department", TWO, corrects=again.action_id, text="修了两处")
    assert [fact.details.text for fact in two.deliver()] == ["修了两处"]
    assert two.case(ONE).summary.state == "merged"


def into_a_closed_one(rules: Rules = RULES) -> Two:
    two = Two(ONE, TWO, rules=rules)
    two.do("sign", "department", TWO)
    two.do("reply", "department", TWO)
    two.do("close", "dispatcher", TWO)
    two.do("merge", "dispatcher", ONE, main=TWO)
    return two


def test_a_closed_main_hides_nobody_the_new_one_is_split_and_told_why() -> None:
    two = into_a_closed_one()
    asked, *_ = two.told
    (split,) = two.deliver()
    assert (split.case_id, split.action, split.actor) == (ONE, "split", ROUTING)
    assert split.details.reason == "主件已办结，不能并入，已拆单；可改用并案，或先重办主件再并入"
    assert two.case(ONE).summary.state == "dispatched", "as it was, and its lead is told"
    assert (two.case(TWO).summary.state, two.case(TWO).followers) == ("closed", {})
    for late in (asked, MainMoved(case_id=ONE, main=TWO, version=99, state="closed", gone=True, at=T0)):
        two.take(late)
        assert two.deliver() == [], "told again, late or twice, it changes nothing"


def test_where_the_policy_says_so_a_closed_main_is_done_again_with_the_new_one_in_it() -> None:
    policies = {"all": Policy(name="all", reopen_main=True)}
    two = into_a_closed_one(msgspec.structs.replace(RULES, policies=policies, known_terms={}))
    asked, *_ = two.told
    absorbed, redone, follows = two.deliver()
    assert [(fact.case_id, fact.action) for fact in (absorbed, redone, follows)] == [
        (TWO, "absorb"), (TWO, "redo"), (ONE, "follow"),
    ]  # fmt: skip
    assert [one.kind for one in redone.added] == ["redone"], "its lead is told, its time begins anew"
    assert (redone.actor, redone.details.reason, two.case(TWO).summary.redos) == (ROUTING, "并入新的诉求", 1)
    assert (two.case(ONE).summary.state, two.case(TWO).summary.state) == ("merged", "redo")
    assert two.take(asked) == [], "the same again opens nothing again"
    two.deliver()
    assert two.case(TWO).summary.redos == 1


def test_one_too_often_is_supervised() -> None:
    policies = {"all": Policy(name="all", reopen_main=True, most_redos=0)}
    two = into_a_closed_one(msgspec.structs.replace(RULES, policies=policies, known_terms={}))
    assert [fact.action for fact in two.deliver()] == ["absorb", "redo", "escalate", "follow"]


def test_who_was_in_it_stays_in_it_when_it_closes() -> None:
    two = merged()
    two.do("sign", "department", TWO)
    two.do("reply", "department", TWO)
    two.do("close", "dispatcher", TWO)
    two.deliver()
    two.take(CaseJoined(case_id=TWO, follower=ONE, version=two.case(ONE).version, joined=True, at=T0))
    two.deliver()
    assert two.case(ONE).summary.merged_into == TWO


def test_who_acts_on_a_merged_one_is_told_where_it_went() -> None:
    two = merged()
    refused = two.take(ask("sign", "department", number=NUMBER[ONE], action_id="late"))[0].refusal
    assert refused is not None
    assert (refused.code, refused.main) == ("merged", TWO)
    assert TWO in refused.detail


def test_an_assistant_s_reply_is_not_the_main_s() -> None:
    two = merged()
    two.do("assist", "dispatcher", TWO, department="roads")
    roads = actor("department", "roads")
    two.take(ask("sign", roads, number=NUMBER[TWO], action_id="s"))
    (fact,) = two.take(ask("reply", roads, number=NUMBER[TWO], action_id="r", text="我处已办"))
    assert (fact.outcome, two.told) == ("applied", [])


def test_who_joins_after_the_reply_hears_it_at_once() -> None:
    two = Two(ONE, TWO)
    two.do("sign", "department", TWO)
    two.do("reply", "department", TWO, text="已修好")
    two.do("merge", "dispatcher", ONE, main=TWO)
    assert [fact.details.text for fact in two.deliver() if fact.case_id == ONE] == ["已修好"]


def test_a_split_case_is_let_go_and_hears_no_more() -> None:
    two = merged()
    two.do("split", "dispatcher", ONE)
    (let_go,) = two.deliver()
    assert (let_go.case_id, let_go.action, let_go.details.main) == (TWO, "let_go", ONE)
    assert not two.case(TWO).followers[ONE].joined
    two.do("sign", "department", TWO)
    two.do("reply", "department", TWO)
    assert two.told == []


def test_a_merger_into_a_case_never_seen_is_taken_apart_again() -> None:
    two = Two(ONE)
    before = two.case(ONE).summary
    two.do("merge", "dispatcher", ONE, main=TWO)
    (split,) = two.deliver()
    assert (split.action, split.actor, split.details.reason) == ("split", ROUTING, "主件不能并入，已拆单")
    assert two.case(ONE).summary == before


def test_a_main_that_goes_away_lets_all_go() -> None:
    for action, who in (("void", "source"), ("grant_return_up", "source")):
        two = merged()
        two.do("return_up", "dispatcher", TWO)
        two.do(action, who, TWO)
        assert [(fact.case_id, fact.action) for fact in two.deliver()] == [(ONE, "split"), (TWO, "let_go")]
        assert two.case(ONE).summary.state == "dispatched"


def test_a_main_that_is_merged_itself_hands_its_followers_on() -> None:
    three = Two(*NUMBER)
    first, second, third = NUMBER
    three.do("merge", "dispatcher", first, main=second)
    three.deliver()
    three.do("merge", "dispatcher", second, main=third)
    three.deliver()
    assert three.case(first).summary.merged_into == three.case(second).summary.merged_into == third
    assert {name for name, told in three.case(third).followers.items() if told.joined} == {first, second}
    assert not three.case(second).followers[first].joined


def test_what_is_older_than_what_is_known_has_no_effect() -> None:
    two = merged()
    two.do("sign", "department", TWO)
    two.do("reply", "department", TWO)
    (late,) = two.told
    two.deliver()
    two.do("close", "dispatcher", TWO)
    two.deliver()
    two.told = [late, late]
    assert two.deliver() == []
    joined = CaseJoined(case_id=TWO, follower=ONE, version=2, joined=True, at=T0)
    assert two.take(joined) == []
    assert two.take(CaseJoined(case_id=TWO, follower=ONE, version=1, joined=False, at=T0)) == []


def test_a_join_that_comes_again_is_answered_without_news() -> None:
    two = Two(ONE, TWO)
    two.do("merge", "dispatcher", ONE, main=TWO)
    (join,) = two.told
    two.deliver()
    two.do("sign", "department", TWO)  # of which nobody tells a follower
    two.told = [join]
    assert two.deliver() == [], "as when routing reads its commands from their beginning after a rebuild"


def test_an_old_join_that_comes_again_makes_no_follower_of_who_left() -> None:
    two = Two(ONE)
    two.do("merge", "dispatcher", ONE, main=TWO)
    (join,) = two.told
    two.deliver()
    two.take(submission(NUMBER[TWO], category="leak"))
    two.told = [join]
    assert [(fact.case_id, fact.action) for fact in two.deliver()] == [(TWO, "absorb"), (TWO, "let_go")]


def test_a_merger_handed_on_too_often_is_taken_apart() -> None:
    two = merged()
    far = MainMoved(case_id=ONE, main=TWO, version=99, elsewhere=TWO, hops=MOST_HOPS + 1, at=T0)
    (split,) = two.take(far)
    assert split.action == "split"


def test_a_message_for_one_who_is_merged_elsewhere_changes_nothing() -> None:
    two = Two(ONE, TWO)
    assert two.take(MainMoved(case_id=ONE, main=TWO, version=5, gone=True, at=T0)) == []
    assert two.case(ONE).summary.state == "dispatched"
