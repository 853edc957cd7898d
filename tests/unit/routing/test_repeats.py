"""A command said again has no effect; under its id with another body it is refused, once."""

import pytest

from services.routing.domain.case import Command, evolve
from services.routing.handlers import NotACommand, key_of
from tests.unit.routing.street import actor, after, ask, hours, in_state, judged, one, rebuilt, submission

FIRST = submission(category="leak")


def outcomes(commands: list[Command], sizes: tuple[int, ...] = ()) -> list[str]:
    return [fact.refusal.code if fact.refusal else fact.action for fact in judged(commands, sizes).facts]


@pytest.mark.parametrize("sizes", [(), (1,) * 20])
def test_repeats_are_nothing_and_conflicts_are_refused_once(sizes: tuple[int, ...]) -> None:
    other = submission(category="leak", title="别的")
    sign, later = ask("sign", "department"), ask("sign", "department", at=hours(1))
    commands: list[Command] = [FIRST, FIRST, other, other, FIRST, sign, sign, later, later, sign]
    assert outcomes(commands, sizes) == [
        "submit", "accept", "dispatch", "conflicting_duplicate", "sign", "conflicting_action",
    ]  # fmt: skip


@pytest.mark.parametrize("sizes", [(), (1,) * 20])
def test_a_refused_action_said_again_stays_refused_without_a_second_fact(sizes: tuple[int, ...]) -> None:
    early = ask("sign", "department")
    store = judged([early, early, FIRST, early], sizes)
    assert outcomes([early, early, FIRST, early], sizes) == ["unknown_case", "submit", "accept", "dispatch"]
    assert store.facts[0].version == 0


def test_action_ids_are_the_sender_s_own() -> None:
    mine = ask("close", "dispatcher", action_id="7")
    theirs = ask("amend", "source", action_id="7")
    assert outcomes([FIRST, mine, theirs]) == ["submit", "accept", "dispatch", "not_allowed", "amend"]


def test_an_action_called_submit_is_not_the_submission() -> None:
    named = ask("amend", "source", action_id="submit")
    assert key_of(named) != key_of(FIRST)
    assert outcomes([FIRST, named, named, FIRST]) == ["submit", "accept", "dispatch", "amend"]


def test_another_key_of_the_same_sender_says_the_same() -> None:
    narrow = ask("amend", "source")
    wide = ask("amend", type(narrow.actor)(role="source", subject="grid", scopes=("backdate",)))
    assert outcomes([FIRST, narrow, wide])[3:] == ["amend"]


def test_the_bench_numbers_facts_without_gap_and_keeps_the_newest_that_changed_the_case() -> None:
    store = judged([FIRST, ask("sign", "department"), ask("close", actor("source"))])
    assert [fact.seq for fact in store.facts] == [1, 2, 3, 4, 5]
    assert [fact.version for fact in store.facts] == [1, 2, 3, 4, 4]
    assert [fact.outcome for fact in store.facts][-1] == "refused"
    assert all(fact.directory_version == 7 for fact in store.facts)
    case = rebuilt(store.facts)
    assert case is not None
    assert (case.version, case.summary.state) == (4, "signed")


def test_a_case_is_rebuilt_from_its_facts_alone() -> None:
    way: list[Command] = [FIRST, ask("return", "department"), ask("dispatch", "dispatcher", department="roads")]
    assert rebuilt(judged(way).facts) == after(*way)
    assert rebuilt([]) is None


def test_refusals_and_what_is_no_command_change_no_case() -> None:
    with pytest.raises(ValueError, match="a refusal"):
        evolve(in_state("void"), one(in_state("void"), ask("sign", "department")))
    with pytest.raises(ValueError, match="begins with its submission"):
        evolve(None, one(in_state("dispatched"), ask("sign", "department")))
    with pytest.raises(NotACommand, match="NoneType"):
        key_of(None)
