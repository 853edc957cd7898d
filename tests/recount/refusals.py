"""Why a move is refused: who, from where, when, with what, and whether it makes sense; the first that is against it."""

from datetime import datetime, timedelta
from typing import Any

from .case import Case, Json, Move, instant, task_of
from .policies import Rules
from .sense import SENSE
from .table import ALL_OPEN, FROM, GRANTS, NEEDS, ONLY_IF_ASKED, REMARKS, TAKES, TASK_FROM, TASK_TAKES, WHO

BEGINNING = datetime.fromisoformat("1949-10-01T00:00:00+08:00")
TEN_YEARS = timedelta(days=3660)
EMPTY: tuple[Any, ...] = (None, "", {}, [])


def refusal(rules: Rules, case: Case, move: Move, now: datetime) -> str | None:
    """The code, None where it is to be applied. `move` has its details from a request already."""
    if not _may(rules, case, move):
        return "not_authorized"
    until = instant(move.details["until"]) if move.details.get("until") else None
    if cannot_be(now, move.at, until):
        return "bad_time"
    if not _from_here(case, move):
        return "merged" if case["state"] == "merged" else "not_allowed"
    if move.at < case["received_at"]:
        return "before_reception"
    if any(move.details.get(field) in EMPTY for field in NEEDS.get(move.action, ())):
        return "missing_field"
    if _says_what_nobody_hears(case, move):
        return "unused_field"
    if until is not None and until <= move.at:
        return "bad_time"
    if move.action in ONLY_IF_ASKED and asked_for(move.action) not in case["asked"]:
        return "nothing_asked"
    if is_of_a_task(case, move):
        return None
    if has_no_room(case, move):
        return "too_many"
    return SENSE[move.action](rules, case, move) if move.action in SENSE else None


def has_no_room(case: Case, move: Move) -> bool:
    """A case holds a thousand moves of one sender, five hundred parties, two hundred tasks, a hundred summons."""
    if move.action != "void" and sum(name[0] == move.name[0] for name in case["done"]) >= 1_000:
        return True
    named = move.details.get("departments") or []
    joining = (set(named) | set(move.details.get("parties") or [])) - case["parts"]
    if joining and len(case["parts"] | joining) > 500:
        return True
    tasks = {"assist": 1, "dispatch": len(named)}.get(move.action, 0)
    if tasks > 0 and len(case["tasks"]) + tasks > 200:
        return True
    return move.action == "whistle" and len(case["summons"]) >= 100


def _says_what_nobody_hears(case: Case, move: Move) -> bool:
    takes = (TASK_TAKES if is_of_a_task(case, move) else TAKES).get(move.action, ())
    heard = {*NEEDS.get(move.action, ()), *takes, *REMARKS}
    return any(field not in heard for field, value in move.details.items() if value not in EMPTY)


def cannot_be(now: datetime, *times: datetime | None) -> bool:
    """Before the republic, or ten years ahead of the log."""
    return any(at is not None and (at < BEGINNING or at > now + TEN_YEARS) for at in times)


def is_stranger(case: Case, actor: Json) -> bool:
    """Has no part in the case, and is not to learn that there is one."""
    if _is_department(actor):
        return actor.get("subject") != case["department"] and not _took_part(case, actor)
    return bool(actor["role"] == "source" and actor.get("subject") != case["source"])


def asked_for(action: str) -> str:
    """What the request was for that this grants or refuses."""
    return GRANTS.get(action) or action.removeprefix("refuse_")


def with_request(case: Case, move: Move) -> Move:
    """What a granting move does not say itself is taken from the request."""
    waiting = case["asked"].get(GRANTS.get(move.action), {})
    heard = {*NEEDS.get(move.action, ()), *TAKES.get(move.action, ()), *REMARKS}
    asked = {field: value for field, value in waiting.items() if field in heard}
    own = {field: value for field, value in move.details.items() if value not in EMPTY}
    return move._replace(details={**asked, **own})


def is_of_a_task(case: Case, move: Move) -> bool:
    """An assistant's own move, or the refusal to take its task back."""
    if move.action == "refuse_return":
        named = move.details.get("department") or case["department"]
        return bool(named != case["department"]) and task_of(case, named) is not None
    own = move.actor.get("subject")
    return move.action in TASK_FROM and _is_department(move.actor) and own != case["department"]


def task_meant(case: Case, move: Move) -> dict[str, Any] | None:
    """The task of such a move."""
    named = move.details.get("department") if move.action == "refuse_return" else move.actor.get("subject")
    return task_of(case, named)


# -- who


def _may(rules: Rules, case: Case, move: Move) -> bool:
    actor = move.actor
    if is_of_a_task(case, move) and move.action != "refuse_return":
        return task_meant(case, move) is not None
    if actor["role"] not in _roles(rules, case, move.action):
        return False
    if _is_department(actor):
        if move.action == "correct":
            return _took_part(case, actor)
        return move.action in ("opine", "report_in") or bool(actor.get("subject") == case["department"])
    return actor["role"] != "source" or bool(actor.get("subject") == case["source"])


def _roles(rules: Rules, case: Case, action: str) -> tuple[str, ...]:
    authority = rules.directory["channel"].get(case["channel"], {}).get("authority") or {}
    if action in authority:
        return tuple(authority[action])
    return ("dispatcher",) if action == "reply" and case["state"] == "accepted" else WHO[action]


def _is_department(actor: Json) -> bool:
    return bool(actor["role"] == "department")


def _took_part(case: Case, actor: Json) -> bool:
    """It led the case once, assisted, was summoned or consulted."""
    return actor.get("subject") in case["parts"]


def _from_here(case: Case, move: Move) -> bool:
    if not is_of_a_task(case, move):
        return case["state"] in FROM[move.action]
    task = task_meant(case, move)
    return case["state"] in ALL_OPEN and task is not None and task["state"] in TASK_FROM[move.action]
