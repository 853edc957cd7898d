"""Facts about one case, step by step: what routing would say, as far as metrics needs it."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from services.contracts.actors import Actor
from services.contracts.cases import CaseFact, CaseSummary, Dimensions, Evaluation, Occurrence


def at(text: str) -> datetime:
    """A Shanghai time of 2026, as `03-30 08:00`."""
    return datetime.fromisoformat(f"2026-{text}:00+08:00")


class Story:
    """Makes the facts of one case, each from the summary before it."""

    def __init__(self, case_id: str = "t-1", *, channel: str = "hotline", category: str | None = "noise") -> None:
        self.case_id = case_id
        self.now: CaseSummary | None = None
        self.facts: list[CaseFact] = []
        self._dims = Dimensions(channel=channel, category=category)

    def received(self, when: datetime) -> None:
        """Submitted; due in seven days."""
        due = when + timedelta(days=7)
        summary = CaseSummary(
            kind="ticket", state="received", dims=self._dims, received_at=when, due_at=due, first_due_at=due
        )
        self._fact("submit", when, summary, added=[self._happened("received", when, self._dims)])

    def move(self, action: str, when: datetime, *, occurrence: str | None = None, **changes: Any) -> None:
        """Apply an action that sets `changes` in the summary; the occurrence has the dimensions after it."""
        assert self.now is not None
        if "department" in changes:
            department = changes.pop("department")
            changes["dims"] = msgspec.structs.replace(self.now.dims, department=department)
        after = msgspec.structs.replace(self.now, **changes)
        grade = after.evaluation.grade if occurrence == "evaluated" and after.evaluation else None
        added = [self._happened(occurrence, when, after.dims, grade)] if occurrence else []
        self._fact(action, when, after, added=added)

    def corrected(self, when: datetime, old: Occurrence, new: Occurrence, **changes: Any) -> None:
        """A correction replaces an occurrence at its own time."""
        assert self.now is not None
        self._fact("correct", when, msgspec.structs.replace(self.now, **changes), added=[new], removed=[old])

    def voided(self, when: datetime) -> None:
        """Made void: all that happened is taken back."""
        assert self.now is not None
        happened = [occurrence for fact in self.facts for occurrence in fact.added]
        self._fact("void", when, msgspec.structs.replace(self.now, state="void"), added=[], removed=happened)

    def _happened(self, kind: str, when: datetime, dims: Dimensions, grade: int | None = None) -> Occurrence:
        return msgspec.convert(
            {"id": f"{self.case_id}/{len(self.facts)}", "kind": kind, "at": when, "dims": dims, "grade": grade},
            Occurrence,
        )

    def _fact(
        self,
        action: str,
        when: datetime,
        after: CaseSummary,
        added: list[Occurrence],
        removed: list[Occurrence] | None = None,
    ) -> None:
        self.facts.append(
            CaseFact(
                case_id=self.case_id,
                partition=0,
                seq=len(self.facts) + 1,
                version=len(self.facts) + 1,
                outcome="applied",
                action=action,  # type: ignore[arg-type]
                action_id=f"a{len(self.facts)}",
                actor=Actor(role="dispatcher"),
                at=when,
                recorded_at=when,
                before=self.now,
                after=after,
                added=tuple(added),
                removed=tuple(removed or ()),
                directory_version=1,
            )
        )
        self.now = after


def worked_example() -> Story:
    """DOMAIN.md's worked example, whole: what routing says of it, written by hand."""
    story = Story()
    story.received(at("03-30 09:10"))
    story.move("accept", at("03-30 09:20"), occurrence="accepted", state="accepted", accepted=True)
    story.move("dispatch", at("03-30 10:00"), occurrence="dispatched", state="dispatched", department="a", dispatches=1)
    story.move("return", at("04-01 08:30"), occurrence="return_requested", state="return_requested")
    passed = {"department": "b", "dispatches": 2, "returns": 1}
    story.move("dispatch", at("04-01 09:00"), occurrence="dispatched", state="dispatched", **passed)
    story.move("sign", at("04-01 10:00"), occurrence="signed", state="signed", signed_at=at("04-01 10:00"))
    first = at("04-03 15:00")
    story.move("reply", first, occurrence="replied", state="replied", replied_at=first, first_replied_at=first)
    story.move("close", at("04-03 16:00"), occurrence="closed", state="closed", closed_at=at("04-03 16:00"))
    again = at("04-12 11:00")
    story.move("redo", at("04-05 11:00"), occurrence="redone", state="redo", closed_at=None, redos=1, due_at=again)
    story.move("reply", at("04-08 09:00"), occurrence="replied", state="replied", replied_at=at("04-08 09:00"))
    story.move("close", at("04-08 10:00"), occurrence="closed", state="closed", closed_at=at("04-08 10:00"))
    good = Evaluation(at=at("04-09 12:00"), grade=4)
    judged = {"evaluation": good, "first_evaluation": good}
    story.move("rate", at("04-09 12:00"), occurrence="evaluated", state="evaluated", **judged)
    (old,) = story.facts[-1].added
    bad = Evaluation(at=good.at, grade=2)
    new = msgspec.structs.replace(old, id="t-1/new", grade=2)
    story.corrected(at("04-10 09:00"), old, new, evaluation=bad, first_evaluation=bad)
    story.move("merge", at("04-12 09:00"), occurrence="merged", state="merged", merged_into="t-0")
    return story


def excluded_story() -> Story:
    """Another case of the channel, received on 31 March and excluded on 1 April."""
    story = Story("t-2")
    story.received(at("03-31 09:00"))
    (old,) = story.facts[0].added
    story.move("exclude", at("04-01 09:00"), occurrence="excluded", excluded=True)
    fact = story.facts[1]
    (new,) = fact.added
    marked = tuple(msgspec.structs.replace(one, excluded=True) for one in (old, new))
    story.facts[1] = msgspec.structs.replace(fact, removed=(old,), added=marked)
    return story


def before_the_merge() -> Story:
    """The worked example up to the correction of 10 April."""
    story = worked_example()
    story.facts.pop()
    story.now = story.facts[-1].after
    return story
