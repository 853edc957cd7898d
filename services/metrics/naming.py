"""Cases as people know them: with number, title, department, due time and how late, beside what each gave."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime
from zoneinfo import ZoneInfo

from services.contracts.times import late_by

from .domain.evidence import About
from .domain.receipts import Share
from .domain.watermark import Watermark
from .ports import EvidenceReader, Names


class Given(Share, frozen=True, kw_only=True):
    """What one case gives. `number` is its source's own, `title` None of a confidential case; both are None where the
    evidence is of before they were kept. `department` is whose it is in this figure, with its names as `labels`: of
    flow the one of that time, of assists the assistant, else the lead.

    `due_at` and `days_late` are as the case stands now: late until the reply that stands, the closing without one, or
    for one that is open until the receipt's `counted_up_to`. None where it is not late.
    """

    number: str | None
    title: str | None
    labels: Mapping[str, str]
    due_at: datetime | None
    days_late: float | None


async def named(
    shares: Sequence[Share], *, evidence: EvidenceReader, names: Names, zone: ZoneInfo, mark: Watermark
) -> list[Given]:
    """These, in their order. CellsAway."""
    known = await evidence.about([one.case_id for one in shares]) if shares else {}
    return [_given(one, known.get(one.case_id), names, zone, mark) for one in shares]


async def all_named(
    parts: AsyncGenerator[list[Share], None], *, evidence: EvidenceReader, names: Names, zone: ZoneInfo, mark: Watermark
) -> AsyncGenerator[list[Given], None]:
    """The same part by part. CellsAway."""
    async with aclosing(parts):
        async for part in parts:
            yield await named(part, evidence=evidence, names=names, zone=zone, mark=mark)


def days_late(about: About, until: datetime) -> float | None:
    """By the reply that stands, else the closing, else `until`."""
    return late_by(about.due_at, about.answered_at or about.closed_at or until)


def _given(one: Share, about: About | None, names: Names, zone: ZoneInfo, mark: Watermark) -> Given:
    fields = {name: getattr(one, name) for name in Share.__struct_fields__}
    return Given(
        **fields,
        number=about.number if about else None,
        title=about.title if about else None,
        labels=names.label("department", one.department),
        due_at=about.due_at.astimezone(zone) if about else None,
        days_late=days_late(about, mark.until) if about and one.standing in ("open", "closed") else None,
    )
