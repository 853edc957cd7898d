"""What nothing behind the door could hold is refused there, by the name of its field; one line costs no other."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from services.contracts import limits
from services.contracts.actors import Actor
from services.contracts.alerts import AlertRule, RateId
from services.contracts.directory import Channel, Slug, TimeOfDay
from services.intake.domain.bodies import ActionBody, SubmissionBody, read
from services.intake.domain.flaws import Flaw
from services.intake.domain.submission import Reference, request, take

NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
SOURCE = Actor(role="source", subject="hotline", scopes=("backdate",))
REFERENCE = Reference(channels={"hotline": Channel(name="热线", kind="ticket")}, categories={"street-light"})
CASE = "t-4cd234e3-8a7e-5cc7-908f-ed40200db77f"


def ticket(**changes: Any) -> dict[str, Any]:
    return {
        "channel": "hotline",
        "source_id": "1",
        "title": "路灯",
        "text": "不亮",
        "reported_at": "2026-03-01T08:00:00+00:00",
    } | changes


def action(**changes: Any) -> dict[str, Any]:
    return {"action_id": "1", "action": "hold", "at": "2026-03-01T08:00:00+00:00", "reason": "等料"} | changes


def submitted(body: dict[str, Any] | bytes) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return take(read(raw, SubmissionBody), "ticket", SOURCE, REFERENCE, b"s" * 16, NOW)


def asked(body: dict[str, Any] | bytes) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return request(read(raw, ActionBody), CASE, SOURCE, NOW)


def field_of(how: Any, body: dict[str, Any] | bytes) -> str | None:
    with pytest.raises(Flaw) as refused:
        how(body)
    assert len(str(refused.value)) < 3_000
    return refused.value.field


EDGES = [
    "9999-12-31T23:59:59+08:00",
    "9999-12-31T23:59:59-08:00",
    "9999-12-31T23:59:59-23:59",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+23:59",
    "0001-01-01T00:00:00Z",
    "1949-09-30T00:00:00+08:00",
]


@pytest.mark.parametrize("at", EDGES)
def test_a_time_at_the_edge_of_what_a_type_holds_is_refused_wherever_it_stands(at: str) -> None:
    assert field_of(submitted, ticket(source_due_at=at)) == "source_due_at"
    assert field_of(submitted, ticket(reported_at=at)) == "reported_at"
    assert field_of(asked, action(until=at)) == "until"
    assert field_of(asked, action(at=at)) == "at"


def test_deadlines_reach_ten_years_ahead_and_no_further() -> None:
    last = NOW + limits.AHEAD
    assert submitted(ticket(source_due_at=last.isoformat())).submission.source_due_at == last
    assert field_of(submitted, ticket(source_due_at=(last + timedelta(seconds=1)).isoformat())) == "source_due_at"
    assert asked(action(until=last.isoformat())).details.until == last
    assert field_of(asked, action(until=(last + timedelta(seconds=1)).isoformat())) == "until"


def test_nothing_is_due_before_it_began() -> None:
    assert field_of(submitted, ticket(source_due_at="2026-03-01T07:59:59+00:00")) == "source_due_at"
    assert field_of(asked, action(until="2026-03-01T07:59:59+00:00")) == "until"
    assert field_of(asked, action(until="2026-03-01T16:00:00+08:00")) == "until", "not at the same instant either"


def nested(depth: int, inside: Any = 1) -> Any:
    for _ in range(depth):
        inside = {"x": inside}
    return inside


FREE: dict[str, Any] = {
    "nested 500 deep": nested(500),
    "nested one too deep": nested(limits.MAX_DEPTH + 1),
    "lists nested too deep": {"x": json.loads("[" * 17 + "]" * 17)},
    "a whole number beyond 64 bits": {"x": 1 << 63},
    "one below": {"x": -(1 << 63) - 1},
    "one deep inside": {"x": [{"y": [1 << 64]}]},
    "a thousand and one names": {str(n): n for n in range(1_001)},
    "a thousand and one items": {"x": list(range(1_000))},
    "NUL in a text": {"x": "a\0"},
    "NUL in a name": {"a\0": 1},
    "an empty name": {"": 1},
    "a name of 129 characters": {"n" * 129: 1},
    "more than 16 KiB": {"x": "y" * 17_000},
}


@pytest.mark.parametrize("name", FREE)
def test_a_free_object_that_nothing_behind_could_hold_is_refused(name: str) -> None:
    assert (field_of(submitted, ticket(attributes=FREE[name])) or "").startswith("attributes")
    assert (field_of(asked, action(action="amend", fields=FREE[name])) or "").startswith("fields")


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "NaN", "Infinity", "9" * 5_000, "1" + "0" * 400, "1e999999999999999999999"]
)
def test_a_number_that_no_double_holds_is_refused(number: str) -> None:
    for how, field, body in ((submitted, "attributes", ticket()), (asked, "fields", action())):
        raw = json.dumps(body | {field: {"x": "number"}}).replace('"number"', number).encode()
        field_of(how, raw)


@pytest.mark.parametrize(
    "value", [nested(15), {"x": (1 << 63) - 1}, {"x": -(1 << 63)}, {"a.b": 1, "$c": 2}, {"x": -0.0}]
)
def test_what_can_be_held_is_taken(value: dict[str, Any]) -> None:
    assert submitted(ticket(attributes=value)).submission.attributes == value


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 100_000, b"{" * 9, b"\xff", b"", b"null", b"[]", b"1"])
def test_what_is_no_object_is_said_to_be_none(raw: bytes) -> None:
    field_of(submitted, raw)
    field_of(asked, raw)


GOOD_IDS = [
    "HX-0001",
    "沪信〔2026〕12号",
    "２０２６（办）第〇一二号",
    "a/1?x",
    "【急】12345",
    "№ 7",
    "ａｂｃ",
    "ÀÉ",
    "a b",
    "京A·12345",
    "1..2",
]


@pytest.mark.parametrize("number", GOOD_IDS)
def test_official_numbers_are_taken_as_they_are(number: str) -> None:
    assert submitted(ticket(source_id=number)).submission.source_id == number
    assert asked(action(action_id=number)).action_id == number


BAD_IDS = {
    "a line feed after it": "X\n",
    "a line feed before it": "\nX",
    "a tab": "X\tY",
    "a blank before it": " X",
    "a blank after it": "X ",
    "two blanks": "X  Y",
    "a blank of full width": "X\u3000Y",
    "a blank that does not break": "X\u00a0Y",
    "no width": "X\u200bY",
    "a mark of order": "X\u202eY",
    "a byte order mark": "\ufeffX",
    "a combining mark": "e\u0301",
    "a private character": "\ue000",
    "one that is not assigned": "\u0378",
    "NUL": "X\0",
    "nothing": "",
    "129 characters": "x" * 129,
}


@pytest.mark.parametrize("name", BAD_IDS)
def test_what_looks_like_another_id_is_refused(name: str) -> None:
    assert field_of(submitted, ticket(source_id=BAD_IDS[name])) == "source_id"
    assert field_of(asked, action(action_id=BAD_IDS[name])) == "action_id"
    assert field_of(asked, action(corrects=BAD_IDS[name])) == "corrects"


@pytest.mark.parametrize("number", [".", ".."])
def test_an_action_id_that_no_address_can_hold_is_refused(number: str) -> None:
    assert field_of(asked, action(action_id=number)) == "action_id"


@pytest.mark.parametrize("field", ["category", "department", "corrects_sender"])
def test_names_of_rows_have_the_alphabet_of_ids(field: str) -> None:
    assert field_of(asked, action(**{field: "x\u200by"})) == field
    assert field_of(asked, action(**{field: "x" * 129})) == field


def test_a_text_with_a_character_that_nothing_can_store_is_refused() -> None:
    for field in ("title", "text"):
        assert field_of(submitted, ticket(**{field: "a\0b"})) == field
    assert field_of(submitted, ticket(place={"address": "\0"})) == "place.address"
    assert field_of(submitted, ticket(reporter={"name": "\0"})) == "reporter.name"
    assert field_of(submitted, ticket(place={"grid": "g\n"})) == "place.grid"


def test_an_unknown_action_is_answered_with_those_there_are() -> None:
    with pytest.raises(Flaw, match="grant_return_up"):
        asked(action(action="frobnicate"))


@pytest.mark.parametrize(
    ("kind", "good"),
    [(Slug, "a-1"), (TimeOfDay, "09:00"), (TimeOfDay, "24:00"), (RateId, "handled"), (AlertRule, None)],
)
def test_no_pattern_passes_over_a_line_feed(kind: Any, good: str | None) -> None:
    rule = {"kind": "rate_below", "rate": "handled", "period": "month", "threshold": 0.5, "least": 1}
    if good is None:
        msgspec.convert(rule, kind)
        bad: Any = rule | {"period": "month\n"}
    else:
        assert msgspec.convert(good, kind) == good
        bad = good + "\n"
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(bad, kind)


def test_a_code_that_is_not_known_is_taken_masked_and_said() -> None:
    taken = submitted(ticket(category="13800138000", place={"grid": "13800138000"}))
    assert (taken.submission.category, taken.submission.place.grid) == ("138****8000", "138****8000")
    assert [(hint.field, hint.code) for hint in taken.hints] == [
        ("category", "unknown_category"),
        ("place.grid", "unknown_grid"),
    ]
    assert submitted(ticket(category="street-light")).hints == ()


def test_the_number_of_a_submission_is_never_masked() -> None:
    """The case's id is made of it: two numbers that look alike once masked would be one case."""
    one, other = (submitted(ticket(source_id=number)).submission for number in ("13800138000", "13812348000"))
    assert (one.source_id, other.source_id) == ("13800138000", "13812348000")
    assert one.case_id != other.case_id
