"""Who has a part in what happened, and until when: the lead, its assistants, who was called and who was asked."""

from collections.abc import Callable, Iterable, Set
from datetime import datetime
from typing import Literal

import msgspec

from services.contracts.cases import TASK_OPEN, CaseFact, CaseSummary, Task, TaskState

from .told import Told, parties_of

Part = Literal["lead", "assistant", "summoned", "consulted"]


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """A department, the part it has, and when that is due."""

    department: str
    role: Part = "lead"
    due_at: datetime


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An applied fact with its summary after; `known` is the case before it, but for a submission."""

    fact: CaseFact
    after: CaseSummary
    known: Told
    departments: Set[str]

    @property
    def tasks_before(self) -> tuple[Task, ...]:
        """As they were."""
        return self.fact.before.tasks if self.fact.before else ()

    @property
    def due_at(self) -> datetime:
        """The deadline that a clock is about, else the case's."""
        details = self.fact.details
        return details.due_at if details.clock and details.due_at else self.after.due_at

    def moved(self, to: TaskState, *before: TaskState) -> list[Task]:
        """Tasks that went there from one of these states."""
        was = {task.id: task.state for task in self.tasks_before}
        return [task for task in self.after.tasks if task.state == to and was.get(task.id) in before]


Whom = Callable[[Happened], Iterable[Recipient]]


def lead(now: Happened) -> list[Recipient]:
    """主办, as it is now."""
    department = now.after.dims.department
    return [Recipient(department=department, due_at=now.due_at)] if department else []


def former_lead(now: Happened) -> list[Recipient]:
    """Who led before and does not any more."""
    former = now.fact.before.dims.department if now.fact.before else None
    return [Recipient(department=former, due_at=now.due_at)] if former and former != now.after.dims.department else []


def had_it_already(now: Happened) -> list[Recipient]:
    """The lead and its assistants, but for those who get it just now: they read the category with it."""
    old = {task.id for task in now.tasks_before}
    stays = now.fact.action != "dispatch"
    return [*(lead(now) if stays else ()), *_of(task for task in _open(now) if task.id in old)]


def heirs(now: Happened) -> list[Recipient]:
    """移交: who has the lead, or an assistant's open task, from a department that is closed."""
    return [*(lead(now) if former_lead(now) else ()), *_of(task for _, task in _handed_over(now))]


def forebears(now: Happened) -> list[Recipient]:
    """Whose task an heir has now."""
    return _of(task for task, _ in _handed_over(now))


def new_assistants(now: Happened) -> list[Recipient]:
    """协办: who got a task just now."""
    old = {task.id for task in now.tasks_before}
    return _of(task for task in now.after.tasks if task.id not in old)


def released_assistants(now: Happened) -> list[Recipient]:
    """Whose open task was taken back."""
    gone = {task.id for task in now.moved("released", *TASK_OPEN)}
    return _of(task for task in now.tasks_before if task.id in gone)


def refused_assistants(now: Happened) -> list[Recipient]:
    """Whose return was refused."""
    return _of(now.moved("signed", "return_requested"))


def assistants(now: Happened) -> list[Recipient]:
    """Who had an open task until now: what ends the case ends that too, whether or not it says so."""
    return _of(task for task in now.tasks_before if task.state in TASK_OPEN)


def still_assistants(now: Happened) -> list[Recipient]:
    """Who has an open task."""
    return _of(_open(now))


def summoned(now: Happened) -> list[Recipient]:
    """鸣哨: who is called. They are departments of the directory, or routing had refused."""
    return _all(now.fact.details.departments, "summoned", now.fact.details.until or now.after.due_at)


def consulted(now: Happened) -> list[Recipient]:
    """会商: the departments among those asked."""
    return _all(parties_of(now.fact, now.departments), "consulted", now.fact.details.until or now.after.due_at)


def were_consulted(now: Happened) -> list[Recipient]:
    """Who was asked, whether it has spoken or not."""
    return _all(now.known.consulted, "consulted", now.after.due_at)


def whose_clock(now: Happened) -> list[Recipient]:
    """Whom a deadline is about: of a task its assistant, of a summons or a consultation whoever still owes something,
    of every other clock the lead. Where the fact names a department, only that one."""
    match now.fact.details.clock:
        case "assist":
            waiting = still_assistants(now)
        case "report":
            waiting = _all(now.known.summoned.get(now.fact.details.task or "", ()), "summoned", now.due_at)
        case "opine":
            silent = [department for department, has_spoken in now.known.consulted.items() if not has_spoken]
            waiting = _all(silent, "consulted", now.due_at)
        case _:
            return lead(now)
    named = now.fact.details.department
    return [one for one in waiting if named in (None, one.department)]


def _open(now: Happened) -> list[Task]:
    return [task for task in now.after.tasks if task.state in TASK_OPEN]


def _handed_over(now: Happened) -> list[tuple[Task, Task]]:
    """Open tasks as they were and are, where another department has them."""
    pairs = zip(now.tasks_before, now.after.tasks, strict=False)
    return [(was, task) for was, task in pairs if task.state in TASK_OPEN and was.department != task.department]


def _of(tasks: Iterable[Task]) -> list[Recipient]:
    return [Recipient(department=task.department, role="assistant", due_at=task.due_at) for task in tasks]


def _all(departments: Iterable[str], role: Part, due_at: datetime) -> list[Recipient]:
    return [Recipient(department=department, role=role, due_at=due_at) for department in departments]
