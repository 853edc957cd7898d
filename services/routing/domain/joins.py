"""并单 across partitions: a merged case and its main case tell each other what became of them.

The merged case asks (CaseJoined), the main answers (MainMoved); either may come twice or late, so both carry the
version of the case that speaks, and an older one has no effect. Where two cases are merged into each other at once, the
one with the smaller id is split again and becomes the main; both see that by themselves. A chain is followed to its
end, at most MOST_HOPS times: a longer one, or a ring of three, is taken apart. A main with many followers tells them
some at a time and owes itself the rest (FollowersOwed), so that no one record makes more than can be stored at once.

A main that is closed would hide what is new: it takes nobody in, and the one that asked is split again; where its
policy says so (`reopen_main`), it is done again (重办) with the new one in it.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec

from services.contracts.actions import ActionDetails, ActionName, ActionRequested
from services.contracts.actors import ROUTING
from services.contracts.cases import NOW_CLOSED, Occurrence, State
from services.contracts.followups import CaseJoined, FollowersOwed, FollowUpCommand, MainMoved

from .moves import CHINESE, MOVES
from .state import CaseState, Decision, of_a_task

MOST_HOPS = 8
AT_ONCE = 200
"""Followers told by one record; each hears at most talks.KEPT_OF_A_REPLY characters."""
MOST_FOLLOWERS = 5_000
"""Of one main, those split from it again among them: it remembers each, in its one document."""
CLOSED_MAIN = "主件{state}，不能并入，已拆单；可改用并案，或先重办主件再并入"
MUTUAL = "互为主件，此件为主件"
TAKES_NOBODY: frozenset[State] = frozenset(("rejected", "void", "returned"))
_TOLD: frozenset[ActionName | Literal["submit"]] = frozenset(
    ("reply", "close", "verify", "self_handle", "redo", "merge", "reject", "void", "grant_return_up", "correct")
)
"""What of its main case a merged one hears."""


def joined(case: CaseState, told: CaseJoined) -> Iterator[ActionRequested]:
    """What a main case does about one that was merged into it or split from it."""
    known = case.followers.get(told.follower)
    if known is not None and told.version <= known.version:
        return
    summary = case.summary
    if told.joined and summary.merged_into == told.follower and case.case_id < told.follower:
        yield _asked(case, "split", f"joined/{told.follower}", told, step=told.version, reason=MUTUAL)
    elif told.joined and (_takes_nobody(case) or _full(case, told.follower)):
        return  # it is told so: `owed`
    if told.joined or (known is not None and known.joined):
        action: ActionName = "absorb" if told.joined else "let_go"
        yield _asked(case, action, f"joined/{told.follower}", told, main=told.follower, step=told.version)
    if told.joined and summary.state in NOW_CLOSED:
        yield _asked(case, "redo", f"joined/{told.follower}", told, reason="并入新的诉求")
        if summary.redos >= case.terms.most_redos:
            text = "重办次数超过上限"
            yield _asked(case, "escalate", f"joined/{told.follower}", told, level="supervision", reason=text)


def _takes_nobody(case: CaseState) -> bool:
    state = case.summary.state
    if state in NOW_CLOSED:
        return not case.terms.reopen_main or state not in MOVES["redo"].from_states
    return state in TAKES_NOBODY or state == "merged"


def main_moved(case: CaseState, told: MainMoved) -> Iterator[ActionRequested]:
    """What a merged case does about its main."""
    old = 0 < told.version <= case.main_version
    if case.summary.merged_into != told.main or old:
        return
    if told.gone or told.hops > MOST_HOPS:
        closed = told.gone and told.state in NOW_CLOSED
        reason = CLOSED_MAIN.format(state=CHINESE[told.state]) if closed and told.state else "主件不能并入，已拆单"
        yield _asked(case, "split", f"main/{told.main}", told, step=told.version, reason=reason)
    elif told.elsewhere == case.case_id:
        if case.case_id < told.main:
            yield _asked(case, "split", f"main/{told.main}", told, step=told.version, reason=MUTUAL)
    else:
        main = told.elsewhere or told.main
        how = f"主件{CHINESE[told.state]}" if told.state else None  # its closing has no words of its own
        details = {"text": told.reply, "main": main, "step": told.version, "hops": told.hops}
        yield _asked(case, "follow", f"main/{told.main}", told, reason=how, **details)


def owed(after: CaseState | None, command: object, decisions: Sequence[Decision]) -> Iterator[FollowUpCommand]:
    """What other cases must be told of all this; `after` is the case as it stands now."""
    if isinstance(command, CaseJoined) and command.joined:
        answer = _answer(after, command)
        if answer is not None:
            yield answer
    if after is None:
        return
    if isinstance(command, MainMoved) and not decisions and after.summary.merged_into != command.main:
        # an old message that came again had made it a follower there
        yield CaseJoined(
            case_id=command.main, follower=after.case_id, version=after.version, joined=False, at=command.at
        )
    for decision in decisions:
        yield from _of(after, decision)
    spoken = [decision for decision in decisions if decision.applied and _speaks(decision.action, decision.added)]
    if spoken:
        yield from _to_followers(after, spoken[-1].version, "", spoken[-1].at)
    if isinstance(command, FollowersOwed) and _spoke_last(after) <= command.version:
        yield from _to_followers(after, command.version, command.after, command.at)


def _answer(main: CaseState | None, asked: CaseJoined) -> MainMoved | None:
    """How the main stands, to the one who asked to join it."""
    if main is None:
        return MainMoved(case_id=asked.follower, main=asked.case_id, version=0, gone=True, hops=asked.hops, at=asked.at)
    answer = _moved(main, asked.follower, asked.hops)
    return msgspec.structs.replace(answer, gone=True) if _full(main, asked.follower) else answer


def _full(main: CaseState, follower: str) -> bool:
    """Whether there is no room for this one besides."""
    return follower not in main.followers and len(main.followers) >= MOST_FOLLOWERS


def _of(after: CaseState, decision: Decision) -> Iterator[FollowUpCommand]:
    if not decision.applied or decision.after is None:
        return
    here, version, at = after.case_id, decision.version, decision.at
    was = decision.before.merged_into if decision.before else None
    now = decision.after.merged_into
    hops = decision.details.hops if decision.action == "follow" else 0
    if was is not None and was != now:
        yield CaseJoined(case_id=was, follower=here, version=version, joined=False, at=at)
    if now is not None and was != now:
        yield CaseJoined(case_id=now, follower=here, version=version, joined=True, hops=hops, at=at)


def _to_followers(main: CaseState, version: int, after: str, at: datetime) -> Iterator[FollowUpCommand]:
    """The next of them, in the order of their ids, hear how it stands now; the rest is owed."""
    waiting = sorted(name for name, known in main.followers.items() if known.joined and name > after)
    for follower in waiting[:AT_ONCE]:
        yield _moved(main, follower, 0)
    if len(waiting) > AT_ONCE:
        yield FollowersOwed(case_id=main.case_id, version=version, after=waiting[AT_ONCE - 1], at=at)


def _speaks(action: ActionName | Literal["submit"], occurrences: tuple[Occurrence, ...]) -> bool:
    return action in _TOLD and not of_a_task(occurrences)


def _spoke_last(main: CaseState) -> int:
    """The version at which all its followers were last owed word."""
    return next((step.version for step in reversed(main.steps) if _speaks(step.action, step.occurrences)), 0)


def _moved(main: CaseState, follower: str, hops: int) -> MainMoved:
    summary, known = main.summary, main.followers.get(follower)
    stays_out = summary.state in NOW_CLOSED and (known is None or not known.joined)
    return MainMoved(
        case_id=follower,
        main=main.case_id,
        version=_spoken_at(main, follower),
        state=summary.state,
        reply=main.standing_reply,
        elsewhere=summary.merged_into,
        gone=stays_out or summary.state in TAKES_NOBODY,
        hops=hops + 1,
        at=main.steps[-1].at,
    )


def _spoken_at(main: CaseState, follower: str) -> int:
    """The version at which the follower was last owed word: to ask again gives no newer answer."""
    taken_in = f"joined/{follower}/absorb/"
    owed_by = (
        step
        for step in reversed(main.steps)
        if step.action_id.startswith(taken_in) or _speaks(step.action, step.occurrences)
    )
    return next((step.version for step in owed_by), 0)


def _asked(
    case: CaseState, action: ActionName, name: str, told: CaseJoined | MainMoved, **details: Any
) -> ActionRequested:
    return ActionRequested(
        case_id=case.case_id,
        action_id=f"{name}/{action}/{case.version}",  # at one version it asks once
        action=action,
        at=max(told.at, case.summary.received_at),
        details=ActionDetails(**details),
        actor=ROUTING,
    )
