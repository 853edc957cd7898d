"""A batch judged: repeats, numbering, and the same facts however the commands are cut into batches."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.cases import CaseFact
from services.routing.domain.case import Command
from services.routing.handlers import Bench
from services.routing.ports import CommandKey, Loaded
from tests.unit.routing.commands import ACTORS, DISPATCHER, RULES, SOURCE, START, A, B, action, submission
from tests.unit.routing.street import rebuilt

COMMANDS: list[Command] = [
    submission(category="roads"), submission(category="noise"), submission(title="other"),
    action("accept", DISPATCHER, category="roads"), action("dispatch", DISPATCHER, 2, department="b"),
    action("sign", A), action("sign", B), action("return", A, reason="r"),
    action("refuse_return", DISPATCHER, reason="yours"),
    action("handle", A), action("handle", B), action("hold", DISPATCHER, reason="r", until=START),
    action("resume", B), action("reply", A, text="t"), action("reply", B, text="t"), action("close", DISPATCHER),
    action("redo", SOURCE, reason="r"), action("rate", SOURCE, grade=3), action("rate", SOURCE, 1, grade=1),
    action("follow_up", ACTORS[6], contacted=True), action("void", SOURCE, reason="r"),
    action("amend", SOURCE, fields={"urgency": "urgent"}), action("correct", SOURCE, corrects="rate-1", grade=2),
    action("sign", A, 5, action_id="sign-1"),
]  # fmt: skip
sequences = st.lists(st.sampled_from(COMMANDS), max_size=30)


def judged(batches: list[list[Command]]) -> list[CaseFact]:
    """All facts, with what a store would have given to each next batch."""
    facts: list[CaseFact] = []
    loaded, digests, next_seq = Loaded(cases={}, judged={}), dict[CommandKey, frozenset[str]](), 1
    for batch in batches:
        bench = Bench(0, next_seq, loaded, RULES)
        made: list[CaseFact] = []
        for command in batch:
            made += bench.judge(command, START)
            bench.keep(made[bench.next_seq - next_seq :])
        for fact in made:
            key = CommandKey.answered(fact)
            digests[key] = digests.get(key, frozenset()) | {fact.command_digest}
        facts += made
        loaded = Loaded(cases={**loaded.cases, **bench.changed}, judged=dict(digests))
        next_seq = bench.next_seq
    return facts


@given(sequences, st.data())
def test_any_batching_gives_the_same_facts(commands: list[Command], data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(commands)), max_size=5)))
    edges = [0, *cuts, len(commands)]
    batches = [commands[a:b] for a, b in pairwise(edges)]
    assert judged(batches) == judged([commands])


@given(sequences)
def test_a_log_played_twice_gives_no_further_fact(commands: list[Command]) -> None:
    once = judged([commands])
    assert judged([commands, commands])[: len(once)] == once
    again = judged([commands, commands])[len(once) :]
    assert again == []


@given(sequences)
def test_facts_are_numbered_without_gap_versions_too_and_replay_gives_the_same_case(commands: list[Command]) -> None:
    facts = judged([commands])
    assert [fact.seq for fact in facts] == list(range(1, len(facts) + 1))
    version = 0
    for fact in facts:
        version += fact.outcome == "applied"
        strangers = fact.refusal is not None and fact.before is None  # told as of a case that is not there
        assert fact.version == (0 if strangers else version)
        if fact.outcome == "refused":
            assert fact.before == fact.after
    case = rebuilt(facts)
    last = next((fact.after for fact in reversed(facts) if fact.after is not None), None)
    assert (case.summary if case else None) == last


@given(sequences)
def test_occurrences_that_are_removed_were_added_once_before(commands: list[Command]) -> None:
    standing: set[str] = set()
    for fact in judged([commands]):
        gone, new = {o.id for o in fact.removed}, {o.id for o in fact.added}
        assert gone <= standing
        assert not new & (standing - gone)
        standing = (standing - gone) | new


def test_an_action_id_used_for_another_body_is_refused_once() -> None:
    first, other = action("sign", A, 1, action_id="x"), action("sign", A, 2, action_id="x")
    facts = judged([[submission(category="roads"), first, other, other, first]])
    assert [fact.refusal.code if fact.refusal else "applied" for fact in facts[3:]] == ["applied", "conflicting_action"]


def test_a_departments_action_called_submit_does_not_meet_the_submission() -> None:
    facts = judged([[submission(category="roads"), action("amend", SOURCE, action_id="submit", fields={"title": "n"})]])
    assert facts[-1].outcome == "applied"
