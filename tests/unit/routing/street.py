"""A small street, its commands, and a store in memory: what routing's tests are played on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import Actor, Role
from services.contracts.cases import CaseFact, Evaluation, State, Task
from services.contracts.directory import Category, Channel, Department, Grid
from services.contracts.identity import case_id
from services.contracts.submissions import SubmissionReceived
from services.routing.domain.case import Command, decide, evolve
from services.routing.domain.ground import Ground
from services.routing.domain.moves import RequestKind
from services.routing.domain.requests import Pending
from services.routing.domain.rules import Rules
from services.routing.domain.state import CaseState, Consultation, Decision, Dispatched, Step, Summons
from services.routing.handlers import Bench, key_of
from services.routing.ports import CommandKey, Loaded

T0 = datetime(2026, 3, 2, 8, tzinfo=UTC)
RULES = Rules(
    version=7,
    departments={
        "housing": Department(name="房管"),
        "roads": Department(name="市政"),
        "sewers": Department(name="排水"),
    },
    ground=Ground({name: Grid(name=name, community="c", polygon=[]) for name in ("g07", "g09")}),
    categories={
        "noise": Category(name="噪声"),
        "leak": Category(name="漏水", department="housing", hours=24.0),
        "hole": Category(name="路坑", department="roads", hours=48.0),
    },
    channels={
        "grid": Channel(name="网格", kind="ticket"),
        "hotline": Channel(
            name="热线",
            kind="ticket",
            authority={"accept": ["source"], "close": ["source"], "reply": ["dispatcher", "source"]},
        ),
    },
)
MAIN = case_id("ticket", "grid", "main")
NEEDED: Mapping[ActionName, Mapping[str, Any]] = {
    "accept": {"category": "noise"},
    "recategorise": {"category": "noise", "reason": "r"},
    "reject": {"reason": "r"},
    "return_up": {"reason": "r"},
    "refuse_return_up": {"reason": "r"},
    "dispatch": {"department": "roads"},
    "ask_assist": {"department": "sewers", "reason": "r"},
    "assist": {"department": "sewers"},
    "refuse_assist": {"reason": "r"},
    "release": {"department": "roads"},
    "consult": {"parties": ("housing", "居委会"), "reason": "r"},
    "opine": {"text": "意见", "party": "居委会"},
    "conclude": {"reason": "r"},
    "whistle": {"departments": ("housing", "roads"), "reason": "r"},
    "return": {"reason": "r"},
    "refuse_return": {"reason": "r"},
    "contact": {"reached": True},
    "ask_hold": {"reason": "r", "until": T0 + timedelta(days=9)},
    "hold": {"reason": "r", "until": T0 + timedelta(days=9)},
    "refuse_hold": {"reason": "r"},
    "ask_extend": {"reason": "r", "until": T0 + timedelta(days=20)},
    "extend": {"reason": "r", "until": T0 + timedelta(days=20)},
    "refuse_extend": {"reason": "r"},
    "reply": {"text": "办好了"},
    "self_handle": {"evidence": ("照片",)},
    "send_back": {"reason": "r"},
    "verify": {"passed": True},
    "redo": {"reason": "r"},
    "follow_up": {"contacted": True},
    "rate": {"grade": 5},
    "merge": {"main": MAIN},
    "link": {"main": MAIN},
    "supervise": {"reason": "r"},
    "escalate": {"level": "leader"},
    "void": {"reason": "r"},
    "amend": {"fields": {"text": "补充"}},
    "ask_exclude": {"reason": "r", "evidence": ("证明",)},
    "exclude": {"reason": "r"},
    "refuse_exclude": {"reason": "r"},
    "publish": {"notice": "公示"},
    "withdraw": {"reason": "r"},
    "correct": {"corrects": "a1", "corrects_sender": "source:grid", "text": "更正"},
    "hand_over": {"department": "roads", "party": "housing"},
}


def hours(number: float) -> datetime:
    """So long after the reception."""
    return T0 + timedelta(hours=number)


def actor(role: str, subject: str | None = None) -> Actor:
    """A source is `grid` and a department `housing` unless said."""
    usual = {"source": "grid", "department": "housing"}.get(role)
    return Actor(role=cast(Role, role), subject=subject or usual)


def submission(number: str = "1", **more: Any) -> SubmissionReceived:
    """A ticket of the grid's; `source` and anything else as given."""
    source = more.pop("source", "grid")
    told: dict[str, Any] = {"channel": "grid", "title": "题", "text": "文", "reported_at": T0}
    return SubmissionReceived(
        case_id=case_id("ticket", source, number),
        kind="ticket",
        source=source,
        source_id=number,
        actor=actor("source", source),
        **(told | more),
    )


def ask(
    action: ActionName,
    who: Actor | str,
    *,
    number: str = "1",
    action_id: str | None = None,
    at: datetime = T0,
    **details: Any,
) -> ActionRequested:
    """An action on the grid's ticket `number`, with what it needs unless details are given."""
    asking = actor(who) if isinstance(who, str) else who
    needed = dict(NEEDED.get(action, {}))
    if action == "opine" and asking.role == "department":
        needed.pop("party")  # it says its own
    return ActionRequested(
        case_id=case_id("ticket", "grid", number),
        action_id=action_id or f"a-{action}",
        action=action,
        at=at,
        details=ActionDetails(**(details or needed)),
        actor=asking,
    )


def one(case: CaseState | None, command: Command, rules: Rules = RULES) -> Decision:
    """The command's own decision."""
    return decide(case, command, rules, T0)[0]


def after(*commands: Command, rules: Rules = RULES) -> CaseState:
    """The case once all are applied, routing's own moves included; AssertionError where one is refused."""
    case: CaseState | None = None
    for command in commands:
        for decision in decide(case, command, rules, T0):
            assert decision.refusal is None, decision.refusal
            case = evolve(case, decision)
    assert case is not None
    return case


def code(decision: Decision) -> str:
    """The refusal's, or `applied`."""
    return decision.refusal.code if decision.refusal else "applied"


def in_state(state: State, lead: str | None = "housing") -> CaseState:
    """A case put into `state`, whatever the way there."""
    case = after(submission())
    dims = msgspec.structs.replace(case.summary.dims, department=lead)
    return msgspec.structs.replace(case, summary=msgspec.structs.replace(case.summary, state=state, dims=dims))


def grounded(case: CaseState, action: ActionName) -> CaseState:
    """The case with whatever `action` needs to be there: requests, a consultation, a summons, a task, a rating."""
    asked = Pending(action_id="asked", sender="department:housing", at=T0)
    kinds: tuple[RequestKind, ...] = ("return_up", "assist", "hold", "extend", "exclude")
    task = Task(
        id="task", department="roads", state="assigned", assigned_at=T0, due_at=hours(48), first_due_at=hours(48)
    )
    rated = Evaluation(at=T0, grade=4)
    summary = msgspec.structs.replace(
        case.summary,
        linked_to=case_id("ticket", "grid", "main"),
        merged_into=case_id("ticket", "grid", "main") if case.summary.state == "merged" else None,
        published=True,
        evaluation=rated,
        tasks=(task,) if action == "release" else (),
    )
    talk = Consultation(at=T0, parties=("housing", "居委会"))
    rating = Step(sender="source:grid", action_id="a1", action="rate", version=1, at=T0)
    return msgspec.structs.replace(
        case,
        summary=summary,
        steps=(*case.steps, rating),
        pending=dict.fromkeys(kinds, asked),
        consultation=None if action == "consult" else talk,
        summons=(Summons(version=1, at=T0, departments=("housing",)),),
        dispatched=Dispatched(at=T0),
        terms=msgspec.structs.replace(case.terms, publish_from="evaluated"),
        before_merge="handling",
    )


class MemoryStore:
    """Keeps what a store keeps, packed as it packs, so that what comes back was stored."""

    def __init__(self) -> None:
        self.cases: dict[str, bytes] = {}
        self.lines: list[Mapping[str, Any]] = []
        self.facts: list[CaseFact] = []
        self._digests: dict[CommandKey, frozenset[str]] = {}

    async def load(self, keys: Sequence[CommandKey]) -> Loaded:
        return self.loaded(keys)

    def loaded(self, keys: Iterable[CommandKey]) -> Loaded:
        wanted = list(keys)
        found = {key.case_id: self.cases[key.case_id] for key in wanted if key.case_id in self.cases}
        cases = {name: msgspec.msgpack.decode(raw, type=CaseState) for name, raw in found.items()}
        return Loaded(cases=cases, judged={key: self._digests[key] for key in wanted if key in self._digests})

    def loaded_case(self, name: str) -> CaseState | None:
        """As it was stored."""
        raw = self.cases.get(name)
        return msgspec.msgpack.decode(raw, type=CaseState) if raw else None

    def line(self, fact: CaseFact) -> Mapping[str, Any]:
        key = CommandKey.answered(fact)
        return {"key": key, "digest": fact.command_digest, "fact": msgspec.msgpack.encode(fact)}

    def writes(
        self,
        partition: int,
        cases: Mapping[str, CaseState],
        newest: Mapping[str, CaseFact],
        lines: Sequence[Mapping[str, Any]],
    ) -> Mapping[str, Any]:
        return {"cases": {name: (case, newest[name]) for name, case in cases.items()}, "timeline": list(lines)}

    def commit(self, writes: Mapping[str, Any]) -> None:
        """What the worker's transaction does."""
        for name, (case, _) in writes["cases"].items():
            self.cases[name] = msgspec.msgpack.encode(case)
        for line in writes["timeline"]:
            self.lines.append(line)
            self.facts.append(msgspec.msgpack.decode(line["fact"], type=CaseFact))
            self._digests[line["key"]] = self._digests.get(line["key"], frozenset()) | {line["digest"]}


def of_a_stranger(fact: CaseFact) -> bool:
    """Refused to a sender for whom there is no such case: it stands beside the timeline."""
    return fact.refusal is not None and fact.before is None and fact.action != "submit"


def rebuilt(facts: Sequence[CaseFact]) -> CaseState | None:
    """The one case of these facts, from them alone."""
    bench = Bench(0, 1, Loaded(cases={}, judged={}), RULES)
    bench.keep(facts)
    return next(iter(bench.changed.values()), None)


def judged(commands: Sequence[Command], sizes: Iterable[int] = (), rules: Rules = RULES) -> MemoryStore:
    """The store once all commands were judged, in batches of these sizes, the rest in one."""
    store, rest, next_seq = MemoryStore(), list(commands), 1
    for size in [*sizes, len(rest)]:
        batch, rest = rest[:size], rest[size:]
        bench = Bench(0, next_seq, store.loaded(key_of(command) for command in batch), rules)
        lines: list[Mapping[str, Any]] = []
        for command in batch:
            items = bench.judge(command, T0)
            lines += [store.line(item) for item in items]
            bench.keep(items)
        store.commit(store.writes(0, bench.changed, bench.newest, lines))
        next_seq = bench.next_seq
    return store
