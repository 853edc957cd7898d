"""The CloudEvents SDK as the oracle: it reads what we write, and we read what it writes."""

import json

import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary_event, to_binary_event
from cloudevents.core.v1.event import CloudEvent

from services.contracts.codec import decode, encode

from .samples import SAMPLES, Sample

each_sample = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)


@each_sample
def test_sdk_reads_our_record(sample: Sample) -> None:
    event = decode(*sample.record())
    value, headers = encode(event)
    seen = from_binary_event(KafkaMessage(headers=dict(headers), key=None, value=value))
    assert (seen.get_id(), seen.get_source(), seen.get_type()) == (event.id, event.source, sample.type)
    assert (seen.get_time(), seen.get_subject(), seen.get_specversion()) == (event.time, event.subject, "1.0")
    assert seen.get_datacontenttype() == "application/json"
    assert seen.get_extension("sequence") == (None if event.sequence is None else f"{event.sequence:020}")
    assert seen.get_data() == sample.value


@each_sample
def test_we_read_the_record_of_the_sdk(sample: Sample) -> None:
    event = decode(*sample.record())
    attributes = {
        "id": event.id,
        "source": event.source,
        "type": sample.type,
        "specversion": "1.0",
        "time": event.time,
        "subject": event.subject,
        "datacontenttype": "application/json",
    }
    if event.sequence is not None:
        attributes["sequence"] = str(event.sequence)
    written = to_binary_event(CloudEvent(attributes=attributes, data=sample.value))
    assert json.loads(written.value) == sample.value
    assert decode(written.value, list(written.headers.items())) == event
