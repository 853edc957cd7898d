"""Why a record is none of ours: each reason has its stable code."""

from datetime import UTC, datetime

import pytest

from services.contracts.codec import Event, Undecodable, decode, encode, header
from services.contracts.submissions import ContactGiven

AT = datetime(2026, 3, 1, 8, tzinfo=UTC)
VALUE, HEADERS = encode(Event(id="1", source="/test", time=AT, data=ContactGiven(case_id="t-1", digest="00")))


def changed(**headers: bytes | None) -> list[tuple[str, bytes]]:
    """HEADERS with some replaced, or left out where None."""
    made = dict(HEADERS) | headers
    return [(name, raw) for name, raw in made.items() if raw is not None]


def code_of(value: bytes | None, headers: list[tuple[str, bytes]]) -> str:
    with pytest.raises(Undecodable) as caught:
        decode(value, headers)
    assert str(caught.value).startswith(f"{caught.value.code}: ")
    return caught.value.code


def test_least_record_is_read() -> None:
    event = decode(VALUE, HEADERS)
    assert (event.subject, event.sequence) == (None, None)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"ce_specversion": None}, "not_cloudevents"),
        ({"ce_specversion": b"0.3"}, "not_cloudevents"),
        ({"ce_type": None}, "unknown_type"),
        ({"ce_type": b"com.example.other"}, "unknown_type"),
        ({"ce_type": b"mingshao.contact.given.v2"}, "unknown_version"),
        ({"ce_id": None}, "bad_header"),
        ({"ce_id": b""}, "invalid"),
        ({"ce_source": b""}, "invalid"),
        ({"ce_id": b"\xff"}, "bad_header"),
        ({"ce_time": None}, "bad_header"),
        ({"ce_time": b"yesterday"}, "invalid"),
        ({"ce_time": b"2026-03-01T08:00:00"}, "invalid"),
        ({"ce_sequence": b"one"}, "invalid"),
        ({"ce_sequence": b"-1"}, "invalid"),
        ({"ce_sequence": b""}, "invalid"),
        ({"ce_sequence": b"9" * 5000}, "invalid"),
    ],
)
def test_wrong_header_has_a_code(headers: dict[str, bytes | None], code: str) -> None:
    assert code_of(VALUE, changed(**headers)) == code


@pytest.mark.parametrize(
    "value", [b"", b"{", b"[]", b'{"case_id":"t-1"}', b'{"case_id":1,"digest":"0"}', b"\xff", b"[" * 100_000]
)
def test_wrong_value_is_invalid(value: bytes) -> None:
    assert code_of(value, HEADERS) == "invalid"


def test_tombstone_is_said_to_be_one() -> None:
    assert code_of(None, HEADERS) == "tombstone"


def test_naive_time_is_not_written() -> None:
    naive = datetime(2026, 3, 1, 8)  # noqa: DTZ001  # what is to be refused
    with pytest.raises(ValueError, match="UTC offset"):
        encode(Event(id="1", source="/test", time=naive, data=ContactGiven(case_id="t-1", digest="00")))


def test_header_gives_the_first_of_its_name() -> None:
    headers = [("a", b"1"), ("a", b"2"), ("b", b"\xff")]
    assert header(headers, "a") == "1"
    assert header(headers, "b") == "\ufffd"
    assert header(headers, "c") is None
