"""What each department must have been told, read off the facts once more: by who moved and how, in plain dicts.

Notify goes by what occurred; here it is by the move, so that the two share no more than DOMAIN.md.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from services.contracts.topics import CASES
from tests.e2e.log import Logged, read_as

Json = Mapping[str, Any]
OPEN = ("assigned", "signed", "return_requested")
TO_THE_LEAD = {
    "refuse_assist": "assist_refused",
    "hold": "held",
    "refuse_hold": "hold_refused",
    "resume": "resumed",
    "extend": "extended",
    "refuse_extend": "extension_refused",
    "send_back": "sent_back",
    "redo": "redo",
    "supervise": "supervised",
}
TO_ALL_AT_WORK = {
    "amend": "amended",
    "close": "closed",
    "merge": "merged",
    "recategorise": "recategorised",
    "split": "split",
    "void": "void",
}
ENDS_THE_TALKS = ("dispatch", "conclude", "reject", "grant_return_up", "void")
ENDS_IT_ALL = ("reject", "grant_return_up", "void")


class Told(NamedTuple):
    """One notice: of which case, at which version, what, and in which part."""

    case_id: str
    version: int
    notice: str
    part: str


class Heard(NamedTuple):
    """Whom a fact is told to, and what."""

    department: str
    notice: str
    part: str = "lead"


class Case:
    """What a case's earlier facts leave open: who was called by which summons, and who was asked."""

    def __init__(self) -> None:
        self.version = 0
        self.called: dict[str, list[str]] = {}
        self.asked: dict[str, bool] = {}

    def hears(self, fact: Json, departments: Collection[str]) -> Iterator[Heard]:
        """What an applied fact tells, to whom; then the case is as it leaves it."""
        yield from self._to_those_at_work(fact)
        yield from self._to_those_who_talk(fact, departments)
        if fact["actor"]["role"] == "routing" and fact["action"] in ("remind", "escalate"):
            yield from self._by_a_clock(fact)
        self._goes_on(fact)

    def _to_those_at_work(self, fact: Json) -> Iterator[Heard]:
        action, details = fact["action"], fact.get("details") or {}
        lead, former = _lead(fact["after"]), _lead(fact.get("before"))
        working = [task["department"] for task in _tasks(fact.get("before")).values() if task["state"] in OPEN]
        if action == "dispatch" and _category(fact.get("before")) != _category(fact["after"]):
            after = {task for task, one in _tasks(fact["after"]).items() if one["state"] in OPEN}
            tasks = _tasks(fact.get("before")).items()
            still = [one["department"] for task, one in tasks if one["state"] in OPEN and task in after]
            yield from _all(still if details.get("category") else [], "recategorised", "assistant")
        if action in ("dispatch", "self_handle", "grant_return_up", "reject") and former not in (None, lead):
            yield Heard(str(former), "withdrawn")
        if action in ("self_handle", "grant_return_up", "reject"):
            yield from _all([lead], "withdrawn")
            yield from _all(working, "withdrawn", "assistant")
        elif action == "release":
            yield Heard(details["department"], "withdrawn", "assistant")
        elif action == "hand_over":
            yield from _handed_over(fact, working)
        elif action == "refuse_return":
            named = details.get("department")
            yield from (
                _all([lead], "return_refused")
                if named in (None, lead)
                else [Heard(named, "return_refused", "assistant")]
            )
        elif action == "verify":
            yield from _all([lead], "closed" if details["passed"] else "redo")
        elif action in TO_THE_LEAD:
            yield from _all([lead], TO_THE_LEAD[action])
        elif action in TO_ALL_AT_WORK:
            yield from _all([lead], TO_ALL_AT_WORK[action])
            yield from _all(working, TO_ALL_AT_WORK[action], "assistant")
        elif action in ("remind", "escalate") and fact["actor"]["role"] != "routing":
            yield from _all([lead], "reminded" if action == "remind" else "escalated")
        if action == "dispatch":
            if lead in working:
                yield Heard(str(lead), "withdrawn", "assistant")
            yield from _all([lead], "assigned")
        if action in ("dispatch", "assist"):
            new = [details["department"]] if action == "assist" else details.get("departments", ())
            yield from _all(new, "assigned", "assistant")

    def _to_those_who_talk(self, fact: Json, departments: Collection[str]) -> Iterator[Heard]:
        details = fact.get("details") or {}
        if fact["action"] == "whistle":
            yield from _all(details["departments"], "whistled", "summoned")
        elif fact["action"] == "consult":
            parties = [party for party in dict.fromkeys(details["parties"]) if party in departments]
            self.asked = dict.fromkeys(parties, False)
            yield from _all(parties, "consulted", "consulted")
        elif fact["action"] in ENDS_THE_TALKS:
            yield from _all(self.asked, "concluded", "consulted")

    def _by_a_clock(self, fact: Json) -> Iterator[Heard]:
        """Whoever is late, or soon will be: not the lead alone has clocks."""
        details = fact.get("details") or {}
        match details.get("clock"):
            case "assist":
                task = _tasks(fact["after"])[details["task"]]
                late, part = [task["department"]] if task["state"] in OPEN else [], "assistant"
            case "report":
                late, part = self.called.get(details["task"], []), "summoned"
            case "opine":
                late, part = [party for party, has_spoken in self.asked.items() if not has_spoken], "consulted"
            case _:
                late, part = [one for one in [_lead(fact["after"])] if one], "lead"
        if fact["action"] == "remind":
            yield from _all(late, "due_soon", part)
            return
        if details.get("step") == 1:
            yield from _all(late, "overdue", part)
        if details["level"] != "department":
            yield from _all(late, "escalated", part)

    def _goes_on(self, fact: Json) -> None:
        action, details, speaker = fact["action"], fact.get("details") or {}, fact["actor"].get("subject")
        if action == "whistle":
            self.called[str(fact["version"])] = [*dict.fromkeys(details["departments"])]
        elif action == "report_in":
            answered = next(waiting for waiting in reversed(self.called.values()) if speaker in waiting)
            answered.remove(speaker)
        elif action == "opine":
            party = speaker if fact["actor"]["role"] == "department" else details.get("party")
            self.asked |= {party: True} if party in self.asked else {}
        if action in ENDS_THE_TALKS:
            self.asked = {}
        if action in ENDS_IT_ALL:
            self.called = {}


def expected(bootstrap: str, departments: Collection[str]) -> dict[str, set[Told]]:
    """By department, from the log's facts. Constant but for one small entry for each case and each notice."""
    found: dict[str, set[Told]] = {}
    cases: dict[str, Case] = {}

    def take(record: Logged) -> None:
        fact = record.value
        if "ce_sequence" not in record.headers or fact["outcome"] != "applied":
            return
        case = cases.setdefault(fact["case_id"], Case())
        if fact["version"] <= case.version:
            return  # published again
        case.version = fact["version"]
        first: dict[tuple[str, str], str] = {}
        for heard in case.hears(fact, departments):
            first.setdefault((heard.department, heard.notice), heard.part)
        for (department, notice), part in first.items():
            found.setdefault(department, set()).add(Told(fact["case_id"], fact["version"], notice, part))

    read_as(bootstrap, CASES.name, take)
    return found


def _handed_over(fact: Json, working: Collection[str]) -> Iterator[Heard]:
    """Its successor has what the closed department had: the lead, or its tasks, unless it leads itself."""
    gone, heir = fact["details"]["party"], fact["details"]["department"]
    led = _lead(fact.get("before")) == gone
    yield Heard(gone, "withdrawn", "lead" if led else "assistant")
    if led:
        yield from _all([heir] if heir in working else [], "withdrawn", "assistant")
        yield Heard(heir, "assigned")
    elif heir != _lead(fact["after"]):
        yield Heard(heir, "assigned", "assistant")


def _all(departments: Any, notice: str, part: str = "lead") -> list[Heard]:
    return [Heard(department, notice, part) for department in departments if department is not None]


def _lead(summary: Json | None) -> str | None:
    return summary["dims"].get("department") if summary else None


def _category(summary: Json | None) -> object:
    return summary and summary["dims"].get("category")


def _tasks(summary: Json | None) -> dict[str, Json]:
    return {task["id"]: task for task in (summary or {}).get("tasks", ())}
