"""Routing's decisions beside the recount's, command by command, over histories of many seeds: no servers, so many."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts.actions import ActionRequested
from services.contracts.directory import Category, Channel, Department
from services.contracts.submissions import SubmissionReceived
from services.routing.domain.rules import Rules
from services.routing.handlers import Bench
from services.routing.ports import Loaded
from tests.recount.history import generate, reference_street
from tests.recount.recount import SUBMITTED, Recount
from tests.unit.recount.log import logged

STREET = reference_street()
RULES = Rules(
    departments=msgspec.convert(STREET["department"], dict[str, Department]),
    categories=msgspec.convert(STREET["category"], dict[str, Category]),
    channels=msgspec.convert(STREET["channel"], dict[str, Channel]),
)
NOW = datetime(2026, 1, 1, tzinfo=UTC)
Told = tuple[Any, ...]


@given(seed=st.integers(0, 1 << 30))
@settings(max_examples=40, deadline=None)
def test_every_command_of_a_history_becomes_what_the_recount_says(seed: int) -> None:
    log = logged(generate(STREET, seed=seed, cases=60))
    recount = Recount(STREET)
    recount.read(log)
    expected: list[Told] = [
        (one["case_id"], one["action"], one["action_id"] or "submit", one["sender"], one["outcome"], one["code"])
        for one in recount.outcomes
        if one["outcome"] != "none"
    ]
    bench, made = Bench(0, 1, Loaded(cases={}, judged={}), RULES), list[Told]()
    for records in log:
        for value, headers, _ in records:
            kind = SubmissionReceived if headers["ce_type"] == SUBMITTED else ActionRequested
            facts = bench.judge(msgspec.convert(value, kind), NOW)
            bench.keep(facts)
            made += [
                (
                    one.case_id,
                    one.action,
                    one.action_id,
                    one.actor.sender,
                    one.outcome,
                    one.refusal and one.refusal.code,
                )
                for one in facts
                if one.actor.role != "routing"
            ]
    assert made == expected
