"""Whether a calendar's hours and a policy's limits can be meant."""

from collections.abc import Iterator, Mapping

import msgspec

from services.contracts.deadlines import ClockName
from services.contracts.directory import Calendar, Limit, Policy

from .flaw import Flaw, flaw

_BY_THE_REPLY: tuple[ClockName, ...] = ("sign", "contact", "return", "inner")
"""What has to be done on the way to the reply cannot have longer than the reply."""


def calendar_flaws(row_id: str, row: Calendar) -> Iterator[Flaw]:
    """Office hours are in order and apart, and no day is both."""
    if not row.hours:
        text = '没有办公时段；写成 [["09:00", "17:30"]]', 'no hours: write [["09:00", "17:30"]]'
        yield flaw("calendar", row_id, "hours", "bad_hours", *text)
    before = "00:00"
    for number, (begin, end) in enumerate(row.hours):
        if not before <= begin < end:
            yield flaw(
                "calendar", row_id, f"hours[{number}]", "bad_hours",
                f"时段 {begin}–{end} 须有始有终，且在前一时段之后（{before} 起）",
                f"{begin}–{end} must begin before it ends and after the one before it, from {before} on",
            )  # fmt: skip
        before = max(before, end)
    if both := sorted({*row.workdays} & {*row.holidays}):
        days = ", ".join(map(str, both))
        yield flaw(
            "calendar", row_id, "workdays", "bad_hours",
            f"{days} 既是工作日又是休息日；只留一处", f"{days} is among the holidays too: keep one of the two",
        )  # fmt: skip


def policy_flaws(row_id: str, row: Policy) -> Iterator[Flaw]:
    """Limits that lead to the reply are not longer than its own, where the two are told in the same unit."""
    for clock in _BY_THE_REPLY:
        if _longer(row.limits.get(clock), row.limits.get("reply")):
            text = "比答复时限（reply）还长；缩短它，或放宽答复时限", "is longer than reply: shorten it, or widen reply"
            yield flaw("policy", row_id, f"limits.{clock}", "bad_limit", *text)
    if _longer(row.limits.get("reply"), row.limits.get("close")):
        text = "比答复时限（reply）还短；二者都从登记起算", "is shorter than reply: both count from the reception"
        yield flaw("policy", row_id, "limits.close", "bad_limit", *text)
    if row.escalation is not None and len({*row.escalation}) < len(row.escalation):
        text = "同一级写了两次；每级只写一次", "names a level twice: once is enough"
        yield flaw("policy", row_id, "escalation", "bad_limit", *text)


def twin_flaws(policies: Mapping[str, Policy]) -> Iterator[Flaw]:
    """Two policies for the very same cases: neither would go before the other."""
    seen: dict[tuple[str | None, ...], str] = {}
    for row_id, row in sorted(policies.items()):
        criteria = (row.channel, row.category, row.urgency, row.department)
        if (first := seen.setdefault(criteria, row_id)) != row_id:
            yield flaw(
                "policy", row_id, "row", "bad_limit",
                f"与 {first} 的适用条件相同；合并为一条", f"is for the same cases as {first}: make them one",
            )  # fmt: skip


def _longer(one: Limit | None, other: Limit | None) -> bool:
    if one is None or other is None:
        return False
    pairs = zip(msgspec.structs.astuple(one), msgspec.structs.astuple(other), strict=True)
    return any(a is not None and b is not None and a > b for a, b in pairs)
