"""What was written once is read for ever, and is written the same today."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.contracts.cases import CaseFact
from services.contracts.codec import SEQUENCE_DIGITS, Event, Undecodable, decode, encode
from services.contracts.identity import case_id, kind_of
from services.contracts.jsonschema import schema
from services.contracts.messages import TYPES
from services.contracts.submissions import SubmissionReceived

from .samples import SAMPLES, Sample

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
VALIDATORS = {name: Draft202012Validator(schema(name)) for name in TYPES}


def test_every_message_type_has_a_sample() -> None:
    assert {sample.type for sample in SAMPLES} == set(TYPES)


@each_sample
def test_sample_is_read_and_written_the_same(sample: Sample) -> None:
    value, headers = encode(decode(*sample.record()))
    assert json.loads(value) == sample.value
    written = {name: raw.decode() for name, raw in headers}
    assert written == sample.headers | padded(sample.headers)


def padded(headers: dict[str, str]) -> dict[str, str]:
    """Sequence numbers as they are written since they sort as text; of versions before they are shorter."""
    return {name: headers[name].zfill(SEQUENCE_DIGITS) for name in ("ce_sequence",) if name in headers}


def test_sequence_numbers_sort_as_text_as_they_do_as_numbers() -> None:
    data = decode(*SAMPLES[0].record()).data
    at = datetime(2026, 3, 1, tzinfo=UTC)
    written = [
        dict(encode(Event(id="x", source="/y", time=at, data=data, sequence=number))[1])["ce_sequence"]
        for number in (1, 2, 9, 10, 99, 100, 2**53, 10**20 - 1)
    ]
    assert written == sorted(written)


@pytest.mark.parametrize("number", ["", "-1", "+1", "1.0", "٣", "1" * 21, "1" * 5_000, "\x00"])
def test_a_sequence_that_is_no_number_of_ours_is_said_to_be_none(number: str) -> None:
    value, headers = SAMPLES[0].record()
    with pytest.raises(Undecodable, match="ce_sequence"):
        decode(value, [*[one for one in headers if one[0] != "ce_sequence"], ("ce_sequence", number.encode())])


@each_sample
def test_sample_is_valid_by_its_schema(sample: Sample) -> None:
    VALIDATORS[sample.type].validate(sample.value)


@each_sample
def test_reader_passes_over_a_field_it_does_not_know(sample: Sample) -> None:
    value, headers = sample.record()
    newer = json.dumps({**json.loads(value), "added_later": 1}).encode()
    assert decode(newer, headers) == decode(value, headers)


@each_sample
def test_schema_and_codec_both_miss_what_is_required(sample: Sample) -> None:
    for name in schema(sample.type)["$defs"][TYPES[sample.type].__name__]["required"]:
        without = {key: value for key, value in sample.value.items() if key != name}
        assert not VALIDATORS[sample.type].is_valid(without), name
        with pytest.raises(ValueError, match="invalid"):
            decode(json.dumps(without).encode(), sample.record()[1])


def submissions() -> list[SubmissionReceived]:
    found = [decode(*sample.record()).data for sample in SAMPLES]
    inside = [fact.submission for fact in found if isinstance(fact, CaseFact) and fact.submission]
    return [data for data in [*found, *inside] if isinstance(data, SubmissionReceived)]


@pytest.mark.parametrize("data", submissions(), ids=lambda data: data.case_id)
def test_case_id_of_a_sample_follows_from_kind_source_and_number(data: Any) -> None:
    assert data.case_id == case_id(data.kind, data.source, data.source_id)
    assert kind_of(data.case_id) == data.kind
