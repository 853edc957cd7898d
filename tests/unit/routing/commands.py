"""Commands and rules for routing's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from services.contracts.actions import ActionDetails, ActionRequested
from services.contracts.actors import Actor
from services.contracts.directory import Category, Channel, Department
from services.contracts.identity import case_id
from services.contracts.submissions import SubmissionReceived
from services.routing.domain.case import Command, decide, evolve
from services.routing.domain.rules import Rules
from services.routing.domain.state import CaseState, Decision

START = datetime(2026, 3, 30, 9, tzinfo=UTC)
RULES = Rules(
    version=7,
    departments={"a": Department(name="甲"), "b": Department(name="乙")},
    categories={
        "roads": Category(name="道路", department="a", hours=48),
        "noise": Category(name="噪声", hours=24),
    },
    channels={
        "grid": Channel(name="网格", kind="ticket"),
        "hotline": Channel(
            name="热线", kind="ticket", authority={action: ["source"] for action in ("accept", "close", "redo", "void")}
        ),
    },
)
SOURCE = Actor(role="source", subject="platform")
DISPATCHER = Actor(role="dispatcher")
A, B = Actor(role="department", subject="a"), Actor(role="department", subject="b")
ACTORS = (
    SOURCE, Actor(role="source", subject="other"), DISPATCHER, A, B, Actor(role="supervisor"), Actor(role="followup"),
    Actor(role="admin"), Actor(role="dashboard"),
)  # fmt: skip


def submission(**changes: Any) -> SubmissionReceived:
    return msgspec.structs.replace(
        SubmissionReceived(
            case_id=case_id("ticket", "platform", "1"),
            kind="ticket",
            source="platform",
            source_id="1",
            channel="grid",
            title="t",
            text="x",
            reported_at=START,
            actor=SOURCE,
        ),
        **changes,
    )


def action(name: Any, actor: Actor, hours: float = 1, action_id: str = "", **details: Any) -> ActionRequested:
    return ActionRequested(
        case_id=case_id("ticket", "platform", "1"),
        action_id=action_id or f"{name}-{hours}",
        action=name,
        at=START + timedelta(hours=hours),
        details=ActionDetails(**details),
        actor=actor,
    )


def play(*commands: Command, rules: Rules = RULES) -> tuple[CaseState | None, list[Decision]]:
    """The case after all commands, and every decision."""
    case, decisions = None, list[Decision]()
    for command in commands:
        for decision in decide(case, command, rules, START):
            decisions.append(decision)
            if decision.applied:
                case = evolve(case, decision)
    return case, decisions


def state_of(*commands: Command) -> str:
    case, _ = play(*commands)
    assert case is not None
    return case.summary.state
