"""What was written once is read for ever, and is written the same today."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from services.contracts.cases import CaseFact
from services.contracts.codec import decode, encode
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
    assert {name: raw.decode() for name, raw in headers} == sample.headers


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
