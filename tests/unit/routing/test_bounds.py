"""Whoever acts on a case on and on is refused before the case is too large; routing and the recount agree on when."""

from collections.abc import Iterable

import msgspec

from services.contracts.actions import ActionName, ActionRequested
from services.contracts.submissions import SubmissionReceived
from services.routing.domain.bounds import MOST_OF_ONE, MOST_PARTIES, MOST_SUMMONS, MOST_TASKS, beyond
from tests.recount.recount import ASKED, SUBMITTED
from tests.unit.recount.log import STREET
from tests.unit.recount.side_by_side import SideBySide
from tests.unit.routing.street import T0, actor, after, ask, submission

FACT_BYTES = 500_000
DEPARTMENTS = {f"d{number}": {"name": f"部门{number}"} for number in range(60)}
DIRECTORY = STREET | {"department": DEPARTMENTS, "category": {"leak": {"name": "漏水"}}}
NAMES = tuple(DEPARTMENTS)


def told(commands: Iterable[SubmissionReceived | ActionRequested]) -> SideBySide:
    """All judged by both, which agree on each; the last refused."""
    both = SideBySide(DIRECTORY)
    for number, command in enumerate(commands):
        plain = msgspec.to_builtins(command)
        if isinstance(command, ActionRequested):
            plain["action_id"] = f"a{number}"
        kind = SUBMITTED if isinstance(command, SubmissionReceived) else ASKED
        both.read([(plain, {"ce_type": kind}, int(T0.timestamp() * 1000))])
    return both


def last_codes(both: SideBySide, count: int) -> list[str | None]:
    return [fact.refusal.code if fact.refusal else None for fact in both.facts[-count:]]


def begin() -> list[SubmissionReceived | ActionRequested]:
    return [submission(category="leak"), ask("dispatch", "dispatcher", department="d0")]


def test_a_sender_s_moves_of_one_case_are_bounded_and_others_go_on() -> None:
    amend: ActionName = "amend"
    many = [ask(amend, "source", fields={"text": "长" * 50}) for _ in range(MOST_OF_ONE + 1)]
    both = told([*begin(), *many, ask("accept", "dispatcher"), ask("void", "dispatcher", reason="重复")])
    assert last_codes(both, 4) == [None, "too_many", "not_allowed", None]


def test_tasks_are_bounded_and_a_fact_with_all_of_them_is_a_record() -> None:
    names = [name for name in NAMES if name != "d0"]
    rounds = [
        step
        for _ in range(MOST_TASKS // len(names) + 1)
        for name in names
        for step in (ask("assist", "dispatcher", department=name), ask("release", "dispatcher", department=name))
    ]
    both = told([*begin(), *rounds])
    assert last_codes(both, 2) == ["too_many", "no_task"]
    case = both.bench.case(submission().case_id)
    assert case is not None
    assert len(case.summary.tasks) == MOST_TASKS
    assert max(len(msgspec.json.encode(fact)) for fact in both.facts) < FACT_BYTES


def test_parties_and_summons_are_bounded() -> None:
    talks = [
        step
        for number in range(MOST_PARTIES // 50 + 1)
        for step in (
            ask("consult", "dispatcher", parties=tuple(f"居委会{number}-{one}" for one in range(50)), reason="问"),
            ask("conclude", "dispatcher", reason="已有结论"),
        )
    ]
    both = told([*begin(), *talks])
    assert last_codes(both, 2) == ["too_many", "no_consultation"]
    both = told(
        [*begin(), *(ask("whistle", "dispatcher", departments=("d1",), reason="到场") for _ in range(MOST_SUMMONS + 1))]
    )
    assert last_codes(both, 2) == [None, "too_many"]


def test_a_case_that_is_beyond_a_bound_already_goes_on_with_those_it_has() -> None:
    case = after(submission(category="leak"), ask("dispatch", "dispatcher", department="roads"))
    many = msgspec.structs.replace(case, departments=(*case.departments, *(f"d{n}" for n in range(MOST_PARTIES + 9))))
    for go_on in (
        ask("sign", actor("department", "roads")),
        ask("whistle", "dispatcher", departments=("d1",), reason="r"),
    ):
        assert beyond(many, go_on) is None
    assert beyond(many, ask("consult", "dispatcher", parties=("居委会",), reason="r")) is not None
