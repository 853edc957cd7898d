"""What policies say for one case: resolved once, kept with it under the version it was promised by."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.contracts.directory import Category, Department, Limit, Policy
from services.contracts.promises import LimitName, Terms
from services.contracts.submissions import Urgency

DEFAULT_REPLY = Limit(hours=168.0)


def terms_for(
    *,
    channel: str,
    category: str | None,
    urgency: Urgency,
    department: str | None,
    policies: Mapping[str, Policy],
    categories: Mapping[str, Category],
    departments: Mapping[str, Department],
    version: int,
) -> Terms:
    """Each field from the matching policy with the most criteria that says it. Of equally many: with a category, the
    deeper first, then with a department, with an urgency, with a channel, then by id.

    The reply's limit: from a policy that names a category, the deepest first; else the nearest category's own hours;
    else from any other policy; else 168 hours.
    """
    line = _line(category, categories)
    matching = [
        (policy_id, policy)
        for policy_id, policy in policies.items()
        if policy.channel in (None, channel)
        and (policy.category is None or policy.category in line)
        and policy.urgency in (None, urgency)
        and policy.department in (None, department)
    ]
    ranked = [policy for _, policy in sorted(matching, key=lambda one: _rank(one[0], one[1], line))]
    limits: dict[LimitName, Limit] = {}
    for policy in ranked:
        limits = policy.limits | limits
    limits["reply"] = _reply(ranked, line, categories)
    said = {field: _said(ranked, field) for field in _PLAIN}
    stopped, escalation = _said(ranked, "stopped_by_hold"), _said(ranked, "escalation")
    return Terms(
        policy_version=version,
        limits=limits,
        calendar=_calendar(department, departments),
        stopped_by_hold=tuple(stopped or ()),
        escalation=tuple(escalation or ()),
        **{field: value for field, value in said.items() if value is not None},
    )


_PLAIN = (
    "remind_at", "step", "most_redos", "most_transfers", "longest_extension", "archive_after_days", "redo_if_unsolved",
    "reopen_main", "publish_from",
)  # fmt: skip


def _said(ranked: Iterable[Policy], field: str) -> Any:
    return next((value for policy in ranked if (value := getattr(policy, field)) is not None), None)


def _rank(policy_id: str, policy: Policy, line: list[str]) -> tuple[Any, ...]:
    lacks = [one is None for one in (policy.department, policy.urgency, policy.channel)]
    return (sum(lacks) + (policy.category is None), _height(policy, line), *lacks, policy_id)


def _height(policy: Policy, line: list[str]) -> int:
    return len(line) if policy.category is None else line.index(policy.category)


def _reply(ranked: list[Policy], line: list[str], categories: Mapping[str, Category]) -> Limit:
    saying = [policy for policy in ranked if "reply" in policy.limits]
    for policy in sorted(saying, key=lambda one: _height(one, line)):
        if policy.category is not None:
            return policy.limits["reply"]
    own = (row.hours for code in line if (row := categories.get(code)) and row.hours is not None)
    if hours := next(own, None):
        return Limit(hours=hours)
    return saying[0].limits["reply"] if saying else DEFAULT_REPLY


def _calendar(department: str | None, departments: Mapping[str, Department]) -> str | None:
    above = (departments[name] for name in _line(department, departments) if name in departments)
    return next((row.calendar for row in above if row.calendar is not None), None)


def _line(row_id: str | None, rows: Mapping[str, Category] | Mapping[str, Department]) -> list[str]:
    """A row's id and those above it, nearest first; a circle ends where it would begin again."""
    line: list[str] = []
    while row_id is not None and row_id not in line:
        line.append(row_id)
        row = rows.get(row_id)
        row_id = row.parent if row else None
    return line
