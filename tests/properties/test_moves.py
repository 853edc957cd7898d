"""No sequence of commands leaves the table of moves, and how they are batched changes nothing."""

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.cases import CaseFact, CaseSummary, Occurrence, State
from services.routing.domain.case import Command, decide, evolve
from services.routing.domain.moves import ANY_OPEN, MOVES
from services.routing.domain.state import CaseState
from services.routing.domain.tasks import TASK_MOVES, TaskMove
from tests.unit.routing.street import NEEDED, RULES, T0, actor, hours, judged, of_a_stranger, rebuilt, submission

NUMBERS = ("1", "2")
INTO: dict[str, tuple[State, ...]] = {"verify": ("closed", "redo"), "split": get_args(State)}
"""Where the table leaves the next state to what was said, or to where the case was before."""
ACTORS = (
    actor("source", "grid"),
    actor("source", "hotline"),
    actor("department", "housing"),
    actor("department", "roads"),
    actor("dispatcher"),
    actor("supervisor"),
    actor("followup"),
)
submissions = st.builds(
    submission,
    st.sampled_from(NUMBERS),
    channel=st.sampled_from(("grid", "hotline")),
    category=st.sampled_from((None, "noise", "leak", "no-such")),
    title=st.sampled_from(("题", "别的题")),
)


@st.composite
def actions(draw: st.DrawFn) -> ActionRequested:
    """Mostly with what the action needs, few ids, so that repeats, conflicts and corrections meet."""
    action: ActionName = draw(st.sampled_from(get_args(ActionName)))
    details = dict(NEEDED.get(action, {})) if draw(st.integers(0, 9)) else {}
    if action == "dispatch":
        details["department"] = draw(st.sampled_from(("housing", "roads", "parks")))
    if action == "accept":
        details["category"] = draw(st.sampled_from(("noise", "leak", "no-such")))
    if action == "correct":
        details = {
            "corrects": draw(st.sampled_from([f"{name}{digit}" for name in ("rate", "reply") for digit in "12"])),
            "corrects_sender": draw(st.sampled_from((None, *(one.sender for one in ACTORS)))),
            "grade": draw(st.integers(1, 5)),
        }
    return ActionRequested(
        case_id=submission(draw(st.sampled_from(NUMBERS))).case_id,
        action_id=f"{action}{draw(st.sampled_from('12'))}",
        action=action,
        at=hours(draw(st.integers(-1, 100))),
        details=ActionDetails(**details),
        actor=draw(st.sampled_from(ACTORS)),
    )


@st.composite
def lives(draw: st.DrawFn) -> list[Command]:
    """What may happen to a case: each next command mostly one that the case, as it then stands, allows."""
    made: list[Command] = [submission(category=draw(st.sampled_from((None, "noise", "leak"))))]
    case: CaseState | None = None
    for number in range(draw(st.integers(1, 12))):
        for decision in decide(case, made[-1], RULES, T0):
            case = evolve(case, decision) if decision.applied else case
        assert case is not None
        state = case.summary.state
        open_to = [
            move for move in MOVES.values() if state in move.from_states and move.action not in ("void", "reject")
        ]
        move = draw(st.sampled_from(open_to))
        details = dict(NEEDED.get(move.action, {}))
        if rated := [step for step in case.steps if step.action == "rate"] if move.action == "correct" else []:
            details = {"corrects": rated[-1].action_id, "corrects_sender": rated[-1].sender, "grade": 2}
        by = [one for one in ACTORS if one.role in move.roles and one.subject in (None, "grid", case.department)]
        made.append(
            ActionRequested(
                case_id=case.case_id,
                action_id=f"n{number}",
                action=move.action,
                at=hours(number),
                details=ActionDetails(**details),
                actor=draw(st.sampled_from(by or ACTORS)),
            )
        )
    return made


anything = st.lists(submissions | actions(), max_size=25)
commands = st.one_of(anything, lives(), st.builds(lambda life, more: [*life[:4], *more, *life[4:]], lives(), anything))
sizes = st.lists(st.integers(1, 6), max_size=12)


def of_case(facts: list[CaseFact]) -> dict[str, list[CaseFact]]:
    """What stands in each case's timeline: what strangers are refused does not."""
    found: dict[str, list[CaseFact]] = {}
    for fact in facts:
        if of_a_stranger(fact):
            continue
        found.setdefault(fact.case_id, []).append(fact)
    return found


@given(commands)
def test_no_sequence_of_commands_leaves_the_table(given_commands: list[Command]) -> None:
    for fact in judged(given_commands).facts:
        if fact.outcome == "refused":
            assert fact.refusal is not None
            assert (fact.added, fact.removed, fact.before) == ((), (), fact.after)
        elif fact.action == "submit":
            assert (fact.before, fact.version) == (None, 1)
            assert fact.after is not None
            assert fact.after.state == "received"
        else:
            move = MOVES[fact.action]
            assert fact.before is not None
            assert fact.after is not None
            if fact.before.tasks != fact.after.tasks and fact.action in TASK_MOVES:
                _moves_a_task(fact.before, fact.after, TASK_MOVES[fact.action])
                continue
            assert fact.before.state in move.from_states
            assert fact.after.state in INTO.get(fact.action, (move.to or fact.before.state,))


def _moves_a_task(before: CaseSummary, after: CaseSummary, move: TaskMove) -> None:
    """One assistant's task, by its own table; the case stays as it is."""
    assert before.state == after.state
    assert before.state in ANY_OPEN
    (was, now), *others = [(a, b) for a, b in zip(before.tasks, after.tasks, strict=True) if a != b]
    assert not others
    assert was.state in move.from_states
    assert (now.state, now.id, now.department) == (move.to, was.id, was.department)


@given(commands)
def test_each_case_s_versions_are_without_gap_and_every_fact_begins_where_the_last_ended(
    given_commands: list[Command],
) -> None:
    store = judged(given_commands)
    assert [fact.seq for fact in store.facts] == list(range(1, len(store.facts) + 1))
    for facts in of_case(store.facts).values():
        version, summary = 0, None
        for fact in facts:
            assert fact.before == summary
            version += fact.outcome == "applied"
            assert fact.version == version
            summary = fact.after


@given(commands)
def test_evolving_by_the_facts_gives_the_case_that_was_decided_on(given_commands: list[Command]) -> None:
    store = judged(given_commands)
    for case_id, facts in of_case(store.facts).items():
        case = rebuilt(facts)
        assert case == store.loaded_case(case_id)
        assert (case.summary if case else None) == facts[-1].after


@given(commands, sizes)
def test_any_batching_gives_the_same_facts(given_commands: list[Command], given_sizes: list[int]) -> None:
    whole, cut = judged(given_commands), judged(given_commands, given_sizes)
    assert cut.facts == whole.facts
    assert cut.cases == whole.cases


@given(commands, sizes)
def test_played_twice_over_nothing_more_happens(given_commands: list[Command], given_sizes: list[int]) -> None:
    once, twice = judged(given_commands), judged([*given_commands, *given_commands], given_sizes)
    assert twice.facts == once.facts


@given(commands)
def test_only_what_occurred_is_taken_back_and_once(given_commands: list[Command]) -> None:
    seen: set[str] = set()
    standing: dict[str, Occurrence] = {}
    for fact in judged(given_commands).facts:
        assert fact.action in ("void", "correct", "exclude") or not fact.removed
        for gone in fact.removed:
            assert standing.pop(gone.id) == gone
        again = {one.id for one in fact.removed} if fact.action == "exclude" else set()
        for new in fact.added:
            assert new.id not in seen or new.id in again
            assert new.excluded is bool(fact.after and fact.after.excluded)
            seen.add(new.id)
            standing[new.id] = new
        if fact.action == "void" and fact.outcome == "applied":
            assert [one.kind for one in standing.values() if one.id.startswith(fact.case_id)] == ["voided"]
