"""A cursor comes back as it was given, and what is none of ours is refused."""

import base64
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.domain.cursor import BadCursor, Waiting, decoded, encoded, waiting


@given(st.dictionaries(st.integers(0, 3), st.integers(0, 2**53 - 1), min_size=4))
def test_a_cursor_comes_back(place: dict[int, int]) -> None:
    assert decoded(encoded(place), 4) == place


def test_no_cursor_is_the_beginning_of_every_partition() -> None:
    assert decoded(None, 3) == decoded("", 3) == {0: 0, 1: 0, 2: 0}


def test_a_partition_the_cursor_does_not_know_begins_at_its_beginning() -> None:
    assert decoded(encoded({1: 9}), 3) == {0: 0, 1: 9, 2: 0}


@pytest.mark.parametrize(
    "raw", [b"[]", b"{", b'{"a": 1}', b'{"0": "x"}', b"\xff", b'{"0": -1}', b'{"0": 9223372036854775808}']
)
def test_what_is_no_cursor_is_refused(raw: bytes) -> None:
    with pytest.raises(BadCursor):
        decoded(base64.urlsafe_b64encode(raw).decode(), 4)


def test_other_text_and_other_deployments_are_refused() -> None:
    for text in ("é", "?", "AAAAA"):
        with pytest.raises(BadCursor):
            decoded(text, 4)
    with pytest.raises(BadCursor, match="another deployment"):
        decoded(encoded({8: 1}), 4)


@given(st.datetimes(timezones=st.just(UTC)), st.text(max_size=64))
def test_a_place_in_the_queue_comes_back_as_exactly_as_mongodb_keeps_times(at: datetime, case_id: str) -> None:
    place = waiting(encoded(Waiting.of(at, case_id)))
    assert place is not None
    assert place.case_id == case_id
    assert timedelta(0) <= at - place.received_at < timedelta(milliseconds=1)


@pytest.mark.parametrize(
    "raw", [b"{}", b"[]", b"[1]", b'["x", "c"]', b"[9e30, 1]", b'[9007199254740993000, "c"]', b"\xff"]
)
def test_what_is_no_place_in_the_queue_is_refused(raw: bytes) -> None:
    with pytest.raises(BadCursor):
        waiting(base64.urlsafe_b64encode(raw).decode())


def test_the_queue_begins_at_its_head() -> None:
    assert waiting(None) is waiting("") is None
