"""登记: a submission becomes a case; the same again has no effect, another content is refused by name of field."""

from datetime import datetime

from services.contracts.cases import CaseSummary, Dimensions, Occurrence, Refusal
from services.contracts.submissions import SubmissionReceived

from .promises import begun
from .rules import Rules
from .span import cannot_be
from .state import CaseState, Decision, fingerprints


def decide_submission(
    case: CaseState | None, submission: SubmissionReceived, rules: Rules, now: datetime
) -> Decision | None:
    """The decision; None where the case has just this submission."""
    if case is not None:
        return _repeat(case, submission, now)
    if wrong := cannot_be(submission, now):
        return _refused(None, submission, now, wrong)
    dims = Dimensions(
        channel=submission.channel,
        # a code that nobody knows is no group of its own in anybody's figures
        category=submission.category if rules.category(submission.category) else None,
        grid=rules.ground.of(submission.place),
        urgency=submission.urgency,
    )
    summary = CaseSummary(
        kind=submission.kind,
        state="received",
        dims=dims,
        received_at=submission.reported_at,
        due_at=submission.reported_at,
        first_due_at=submission.reported_at,
    )
    kept = begun(submission, summary, rules)
    occurrence = Occurrence(
        id=f"{submission.case_id}/1/received", kind="received", at=submission.reported_at, dims=dims
    )
    return Decision(
        case_id=submission.case_id,
        action="submit",
        action_id="submit",
        actor=submission.actor,
        at=submission.reported_at,
        version=1,
        submission=submission,
        recorded_at=now,
        after=kept.summary,
        added=(occurrence,),
        terms=kept.terms,
        clocks=kept.clocks,
    )


def _repeat(case: CaseState, submission: SubmissionReceived, now: datetime) -> Decision | None:
    said, then = fingerprints(submission), case.fingerprints
    differing = sorted(name for name in said.keys() | then.keys() if said.get(name) != then.get(name))
    if not differing:
        return None
    fields = tuple("reporter" if name == "contact_digest" else name for name in differing)
    against = Refusal(
        code="conflicting_duplicate",
        detail=f"同一编号已登记，内容不同 / this number is registered with other content: {', '.join(fields)}; "
        "send changes as the action amend",
        allowed=("amend",),
        fields=fields,
    )
    return _refused(case, submission, now, against)


def _refused(case: CaseState | None, submission: SubmissionReceived, now: datetime, against: Refusal) -> Decision:
    summary = case.summary if case else None
    return Decision(
        case_id=submission.case_id,
        action="submit",
        action_id="submit",
        actor=submission.actor,
        at=now if cannot_be(submission, now) else submission.reported_at,
        version=case.version if case else 0,
        refusal=against,
        before=summary,
        after=summary,
    )
