"""The table of moves against a second reading of DOMAIN.md, for every state, action and role."""

from typing import cast, get_args

import msgspec
import pytest

from services.contracts.actions import ActionDetails, ActionName
from services.contracts.actors import Role
from services.contracts.cases import OccurrenceKind, State
from services.contracts.directory import Channel
from services.routing.domain.authority import allowed_now
from services.routing.domain.moves import ANY_OPEN, CHINESE, MOVES
from tests.recount import table
from tests.unit.routing.street import MAIN, NEEDED, RULES, T0, actor, ask, code, grounded, hours, in_state, one

STATES = get_args(State)
ACTIONS = cast(tuple[ActionName, ...], get_args(ActionName))
ROLES = get_args(Role)
BY_ITSELF = {"verify": "closed", "split": "handling"}
"""Where the table leaves the next state to the case or to what was said."""


def who(action: str, state: str) -> tuple[str, ...]:
    """As the second reading has it; 直接答复 from accepted is the dispatcher's."""
    if action == "reply" and state == "accepted":
        return ("dispatcher",)
    return table.WHO[action]


def test_every_state_and_every_action_stands_in_the_table() -> None:
    assert set(CHINESE) == set(STATES)
    assert set(MOVES) == set(ACTIONS)
    assert set(ANY_OPEN) == set(table.ALL_OPEN)


@pytest.mark.parametrize("action", [name for name in ACTIONS if name != "correct"])
def test_the_table_is_the_domain_s(action: ActionName) -> None:
    move = MOVES[action]
    assert set(move.from_states) == set(table.FROM[action])
    assert (move.to or "") == table.INTO.get(action, "")
    assert set(move.needs) == set(table.NEEDS.get(action, ()))
    assert {*move.needs, *move.takes} == {*move.needs, *table.TAKES.get(action, ()), *table.REMARKS}
    assert not set(move.needs) & set(move.takes)
    assert move.occurrence == table.COUNTED_AS.get(action)


@pytest.mark.parametrize("action", [name for name in ACTIONS if name != "correct"])
@pytest.mark.parametrize("state", STATES)
def test_only_the_table_s_roles_make_the_table_s_moves(state: State, action: ActionName) -> None:
    case = grounded(in_state(state), action)
    counted = table.COUNTED_AS.get(action)
    for role in ROLES:
        decision = one(case, ask(action, role))
        if role not in who(action, state):
            assert code(decision) == "not_authorized", role
        elif state not in table.FROM[action]:
            assert code(decision) == ("merged" if state == "merged" else "not_allowed"), role
        else:
            assert code(decision) == "applied", role
            assert decision.after is not None
            assert decision.after.state == BY_ITSELF.get(action, table.INTO.get(action, state))
            again = {one.id for one in decision.removed}  # 剔除 marks what had occurred before
            new = [one for one in decision.added if one.id not in again]
            kinds: list[OccurrenceKind | None] = [one.kind for one in new]
            first, *others = kinds or [None]
            assert first == ("due_soon" if (action, role) == ("remind", "routing") else counted)
            assert set(others) <= set(table.BESIDES.get(action, ()))
            assert all(one.id.startswith(f"{case.case_id}/{case.version + 1}/{one.kind}") for one in new)
            assert decision.version == case.version + 1


@pytest.mark.parametrize("state", STATES)
def test_a_refusal_changes_nothing_and_names_what_this_actor_may(state: State) -> None:
    case = in_state(state)
    for role in ROLES:
        allowed = allowed_now(actor(role), case, RULES)
        for action in ACTIONS:
            decision = one(case, ask(action, role))
            if decision.refusal is None:
                assert action in allowed
                continue
            assert decision.refusal.allowed == allowed
            assert (decision.version, decision.before, decision.after) == (case.version, case.summary, case.summary)
            assert not decision.added
            assert not decision.removed


@pytest.mark.parametrize("action", [name for name, needs in table.NEEDS.items() if needs])
def test_a_move_without_what_it_needs_is_refused_by_name_of_field(action: ActionName) -> None:
    state: State = "replied" if action == "correct" else cast(State, table.FROM[action][0])
    roles = ("supervisor",) if action == "correct" else who(action, state)
    rules = RULES
    if not roles:  # 自办: whom the channel names
        roles = ("source",)
        channel = Channel(name="网格", kind="ticket", authority={action: ["source"]})
        rules = msgspec.structs.replace(RULES, channels={"grid": channel})
    command = ask(action, roles[0])
    full = {name: getattr(command.details, name) for name in NEEDED[action]}
    for lacking in table.NEEDS[action]:
        empty = () if lacking in ("departments", "parties", "evidence") else None
        for nothing in (empty, "") if lacking in ("reason", "text") else (empty,):
            details = ActionDetails(**(full | {lacking: nothing}))
            bare = type(command)(
                case_id=command.case_id, action_id="x", action=action, at=T0, details=details, actor=command.actor
            )
            refused = one(in_state(state), bare, rules).refusal
            assert refused is not None
            assert (refused.code, refused.fields) == ("missing_field", (lacking,))


SOMETHING: dict[str, object] = {
    "reason": "r", "text": "t", "category": "noise", "department": "roads", "until": hours(900), "contacted": True,
    "effective": False, "solved": False, "grade": 1, "fields": {"text": "t"}, "corrects": "a1",
    "corrects_sender": "source:grid", "departments": ("sewers",), "parties": ("居委会",), "party": "居委会",
    "main": MAIN, "reached": False, "passed": False, "evidence": ("照片",), "notice": "t", "clock": "reply",
    "level": "leader", "step": 0, "task": "t", "hops": 1, "due_at": hours(900),
}  # fmt: skip
"""A value for every field that an action may carry."""


@pytest.mark.parametrize("action", [name for name in ACTIONS if set(table.WHO[name]) - {"routing"}])
def test_a_field_that_an_action_has_no_use_for_is_refused_by_name(action: ActionName) -> None:
    assert SOMETHING.keys() == set(ActionDetails.__struct_fields__)
    state: State = "replied" if action == "correct" else cast(State, table.FROM[action][0])
    role = "supervisor" if action == "correct" else next(one for one in who(action, state) if one != "routing")
    case = grounded(in_state(state), action)
    for field, value in SOMETHING.items():
        if field in (*table.NEEDS.get(action, ()), *table.TAKES.get(action, ()), *table.REMARKS):
            continue
        command = ask(action, role, **{**NEEDED.get(action, {}), field: value})
        refused = one(case, command).refusal
        assert refused is not None, field
        assert (refused.code, refused.fields) == ("unused_field", (field,))


def test_an_assistant_s_move_takes_what_its_own_table_says() -> None:
    case = grounded(in_state("handling"), "release")
    task = msgspec.structs.replace(case.summary.tasks[0], state="signed")
    case = msgspec.structs.replace(case, summary=msgspec.structs.replace(case.summary, tasks=(task,)))
    for more, expected in (({}, "applied"), ({"solved": True}, "unused_field"), ({"evidence": ("照片",)}, "applied")):
        assert code(one(case, ask("reply", actor("department", "roads"), text="t", **more))) == expected


def test_a_department_says_no_other_s_opinion() -> None:
    case = grounded(in_state("accepted"), "opine")
    assert code(one(case, ask("opine", "department", text="t", party="居委会"))) == "unused_field"
    assert code(one(case, ask("opine", "department", text="t", party="housing"))) == "applied"


def test_what_an_answer_takes_from_its_request_is_only_what_it_has_a_use_for() -> None:
    case = grounded(in_state("handling"), "hold")
    asked = msgspec.structs.replace(case.pending["hold"], reason="r", until=hours(50), department="roads")
    case = msgspec.structs.replace(case, pending={**case.pending, "hold": asked})
    assert code(one(case, ask("hold", "dispatcher", text="同意"))) == "applied"


def test_a_survey_that_reached_nobody_is_not_one_that_says_nothing() -> None:
    assert code(one(in_state("closed"), ask("follow_up", "followup", contacted=False))) == "applied"
