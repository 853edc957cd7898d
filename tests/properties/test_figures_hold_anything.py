"""Whatever a fact's types let through is counted in bounded work, kept, and read again: figures never stand still."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import bson
import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.contracts.cases import CaseFact, CaseSummary, Dimensions, Task
from services.metrics.adapters import evidence_store, sheets
from services.metrics.domain.bounds import LONGEST_VALUE, MOST_OF_ONE_CASE
from services.metrics.domain.cells import DIMENSION_SETS, Sums
from services.metrics.domain.evidence import after
from services.metrics.domain.months import with_months
from services.metrics.domain.periods import day_of, hour_of
from services.metrics.domain.spans import UNITS, Turn, span_of
from services.metrics.domain.units import moves
from tests.unit.metrics.cases import Story, at

ZONES = [ZoneInfo(name) for name in ("Asia/Shanghai", "UTC", "America/Los_Angeles", "Pacific/Kiritimati")]
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
FIRST, LAST = datetime.min, datetime.max  # noqa: DTZ901  # hypothesis adds the zone
times = st.datetimes(FIRST, LAST, timezones=offsets | st.just(UTC)) | st.sampled_from(
    [edge.replace(tzinfo=timezone(timedelta(hours=hours))) for edge in (FIRST, LAST) for hours in (-12, 0, 8, 14)]
)
numbers = st.integers(-(2**70), 2**70)
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=LONGEST_VALUE * 3) | st.sampled_from(
    ["", "$", ".", "a.b", "\0", "%", "~", "/"]
)
dims = st.builds(
    Dimensions, channel=words, department=st.none() | words, category=st.none() | words, grid=st.none() | words
)
tasks = st.builds(
    Task, id=words, department=words, state=st.sampled_from(["assigned", "replied"]), assigned_at=times, due_at=times,
    first_due_at=times, replied_at=st.none() | times,
)  # fmt: skip
summaries = st.builds(
    CaseSummary,
    kind=st.just("ticket"),
    state=st.sampled_from(["received", "replied", "closed", "redo", "merged", "evaluated"]),
    dims=dims,
    received_at=times,
    due_at=times,
    first_due_at=times,
    first_replied_at=st.none() | times,
    replied_at=st.none() | times,
    closed_at=st.none() | times,
    signed_at=st.none() | times,
    returns=numbers,
    dispatches=numbers,
    verifications=numbers,
    verifications_failed=numbers,
    redos=numbers,
    extended=numbers,
    tasks=st.lists(tasks, max_size=3).map(tuple),
)


def fact_of(summary: CaseSummary, when: datetime) -> CaseFact:
    story = Story()
    story.received(at("03-30 09:10"))
    (fact,) = story.facts
    happened = tuple(msgspec.structs.replace(one, at=when, dims=summary.dims) for one in fact.added)
    return msgspec.structs.replace(fact, at=when, after=summary, added=happened)


@given(summary=summaries, when=times, zone=st.sampled_from(ZONES))
def test_any_fact_is_counted_written_and_told_as_evidence(summary: CaseSummary, when: datetime, zone: ZoneInfo) -> None:
    fact, sums = fact_of(summary, when), Sums()
    sums.add(list(moves(fact, zone)))
    whole = with_months(sums.sheets(), zone)
    for (operation,) in ([one] for writes in sheets.writes("6.1", 0, whole).values() for one in writes):
        asked: Any = operation
        bson.encode(asked._doc)
        assert all(part for name in asked._doc["$inc"] for part in name.split(".")), "MongoDB has no empty names"
        assert all(abs(count) <= MOST_OF_ONE_CASE for count in asked._doc["$inc"].values())
    evidence = after(None, fact, zone)
    assert evidence is not None
    document = evidence_store._document(0, evidence)
    again = evidence_store._evidence(bson.decode(bson.encode(document)))
    in_order = tuple(sorted(evidence.pieces, key=lambda piece: piece.basis))
    assert msgspec.structs.replace(again, pieces=tuple(sorted(again.pieces, key=lambda one: one.basis))) == (
        msgspec.structs.replace(evidence, pieces=in_order)
    )
    msgspec.json.encode(evidence)


@given(moment=times, zone=st.sampled_from(ZONES), day=st.integers(1, 28), month=st.integers(1, 12))
@example(moment=datetime.fromisoformat("9999-12-31T23:59:59+08:00"), zone=ZONES[0], day=25, month=11)
@example(moment=datetime.fromisoformat("0001-01-01T00:00:00+08:00"), zone=ZONES[2], day=1, month=1)
def test_every_time_has_its_hour_its_day_and_its_spans(moment: datetime, zone: ZoneInfo, day: int, month: int) -> None:
    assert hour_of(moment, zone).tzinfo is day_of(moment, zone).tzinfo is UTC
    for unit in UNITS:
        one = span_of(moment, unit, zone, Turn(day=day, month=month))
        assert one.begin < one.end


def test_times_within_the_calendar_stay_exactly_where_they_were() -> None:
    for text in ("1949-10-01T00:00:00+08:00", "2036-12-31T23:59:59-08:00", "9990-01-01T00:00:00+08:00"):
        moment = datetime.fromisoformat(text)
        assert hour_of(moment, ZONES[0]) == moment.replace(minute=0, second=0).astimezone(UTC)


@pytest.mark.parametrize("due", ["9999-12-31T23:59:59+08:00", "9999-12-31T23:59:59-08:00", "0001-01-01T00:00:00+14:00"])
def test_a_due_time_at_the_end_of_the_calendar_leaves_all_sets_of_dimensions_countable(due: str) -> None:
    story = Story()
    story.received(at("03-30 09:10"))
    summary = story.now
    assert summary is not None
    edge = datetime.fromisoformat(due)
    fact = fact_of(msgspec.structs.replace(summary, due_at=edge, first_due_at=edge), at("03-30 09:10"))
    sums = Sums()
    sums.add(list(moves(fact, ZONES[0])))
    found = {key.dims for key, tally in sums.cells().items() if key.basis == "due" and tally.get("due")}
    assert found == set(DIMENSION_SETS)
