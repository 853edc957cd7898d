"""How much one case holds: whoever acts on it on and on is refused, before the case is larger than what a store, a
record or an answer can be."""

from services.contracts.actions import ActionRequested
from services.contracts.actors import ROUTING

from .state import CaseState

MOST_OF_ONE = 1_000
"""Applied moves of one sender; a case that is worked on has tens of all together."""
MOST_PARTIES = 500
"""All that ever led, assisted, were summoned or consulted."""
MOST_TASKS = 200
"""Tasks of assistants, those done among them: each fact of the case tells all."""
MOST_SUMMONS = 100


def beyond(case: CaseState, command: ActionRequested) -> tuple[str, ...] | None:
    """What the case has no room for: the code, and why in both languages."""
    if command.actor == ROUTING:
        return None  # its own follow from what others did, and have bounds of their own
    sender = command.actor.sender
    own = sum(step.sender == sender and step.action != "submit" for step in case.steps)
    if own >= MOST_OF_ONE and command.action != "void":
        chinese = f"{sender} 在这件事项上的动作已满 {MOST_OF_ONE} 个"
        return "too_many", chinese, f"{sender} has acted on it {MOST_OF_ONE} times: void it, or act on another case"
    details = command.details
    fresh = {*details.departments, *details.parties} - {*case.departments}
    if fresh and len(case.departments) + len(fresh) > MOST_PARTIES:
        return "too_many", f"参与各方至多 {MOST_PARTIES} 个", f"a case has at most {MOST_PARTIES} parties in all"
    added = {"assist": 1, "dispatch": len(details.departments)}.get(command.action, 0)
    if added and len(case.summary.tasks) + added > MOST_TASKS:
        return "too_many", f"协办任务至多 {MOST_TASKS} 个", f"a case has at most {MOST_TASKS} tasks of assistants"
    if command.action == "whistle" and len(case.summons) >= MOST_SUMMONS:
        return "too_many", f"鸣哨至多 {MOST_SUMMONS} 次", f"a case has at most {MOST_SUMMONS} summons"
    return None
