"""The codec: what goes in comes out, and what is none of ours is said to be so, whatever it is."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from services.contracts.codec import Event, Undecodable, decode, encode
from services.contracts.jsonschema import schema
from services.contracts.messages import NAME_OF, TYPES

from .messages import BY_TYPE, events, messages

each_type = pytest.mark.parametrize("kind", TYPES.values(), ids=list(TYPES))
VALIDATORS = {name: Draft202012Validator(schema(name)) for name in TYPES}


def test_there_is_a_strategy_for_every_type() -> None:
    assert BY_TYPE.keys() == set(TYPES.values())


@each_type
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_decode_of_encode_is_the_same_event(kind: type, data: st.DataObject) -> None:
    event = data.draw(events(BY_TYPE[kind]))
    assert decode(*encode(event)) == event


@each_type
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_every_encoded_message_is_valid_by_its_schema(kind: type, data: st.DataObject) -> None:
    value, _ = encode(data.draw(events(BY_TYPE[kind])))
    VALIDATORS[NAME_OF[kind]].validate(json.loads(value))


NAMES = st.sampled_from(
    ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "ce_subject", "ce_sequence", "content-type", "x"]
)
RAW: st.SearchStrategy[Any] = (
    st.binary(max_size=30)
    | st.none()
    | st.sampled_from([b"1.0", b"2026-01-01T00:00:00Z", b"2026-01-01", b"-1", *(name.encode() for name in TYPES)])
)


@given(value=st.none() | st.binary(max_size=200), headers=st.lists(st.tuples(NAMES, RAW), max_size=8))
def test_foreign_record_raises_nothing_but_undecodable(value: bytes | None, headers: list[tuple[str, Any]]) -> None:
    with suppress(Undecodable):
        decode(value, headers)


@given(event=events(messages), data=st.data())
@settings(max_examples=150, deadline=None)
def test_damaged_record_raises_nothing_but_undecodable(event: Event, data: st.DataObject) -> None:
    value, headers = encode(event)
    start = data.draw(st.integers(0, len(value)))
    damaged = value[:start] + data.draw(st.binary(max_size=4)) + value[start + data.draw(st.integers(0, 4)) :]
    index = data.draw(st.integers(0, len(headers) - 1))
    swapped: list[tuple[str, Any]] = [*headers]
    swapped[index] = (headers[index][0], data.draw(RAW))
    for record in ((damaged, headers), (value, swapped), (value, headers[:index] + headers[index + 1 :])):
        with suppress(Undecodable):
            decode(*record)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@each_type
@given(data=st.data())
@settings(max_examples=100, deadline=None)
def test_anything_under_the_right_headers_raises_nothing_but_undecodable(kind: type, data: st.DataObject) -> None:
    """Random bytes, random JSON, and a right message with one of its fields replaced by random JSON."""
    value, headers = encode(data.draw(events(BY_TYPE[kind])))
    told = json.loads(value)
    told[data.draw(st.sampled_from(sorted(told)))] = data.draw(JSON)
    for other in (data.draw(st.binary(max_size=200)), json.dumps(data.draw(JSON)).encode(), json.dumps(told).encode()):
        with suppress(Undecodable):
            decode(other, headers)
