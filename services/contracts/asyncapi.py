"""The AsyncAPI 3.0 document: channels from the catalogue, messages from their definitions, operations by service.

https://www.asyncapi.com/docs/reference/specification/v3.0.0
"""

from typing import Any

import msgspec

from . import topics
from .jsonschema import tidy
from .messages import TYPES
from .topics import CATALOGUE, Topic

_SCHEMAS = "#/components/schemas/{name}"
_RAW = "dead-letter"
_ALL = (*CATALOGUE, topics.assignments("{department}"))
# Kafka topic settings that the binding knows as numbers or lists
_NUMBERS = frozenset(("retention.ms", "retention.bytes", "delete.retention.ms", "max.compaction.lag.ms"))
_TEXT = {"type": "string", "minLength": 1}


def document(version: str) -> dict[str, Any]:
    """The whole document; the same contracts and `version` give the same document."""
    payloads, schemas = msgspec.json.schema_components(list(TYPES.values()), ref_template=_SCHEMAS)
    messages = {name: _message(name, payload) for name, payload in zip(TYPES, payloads, strict=True)}
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "鸣哨 Mingshao",
            "version": version,
            "description": "CloudEvents 1.0 in Kafka binary mode: attributes in ce_ headers, the message as JSON. "
            "The key of a record is the case id; of a directory change it is kind/id, of an alert its id.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_short(topic): _channel(topic) for topic in _ALL},
        "operations": {name: operation for topic in _ALL for name, operation in _operations(topic)},
        "components": {
            "messages": messages | {_RAW: _raw()},
            "schemas": {name: tidy(schema) for name, schema in schemas.items()},
        },
    }


def _short(topic: Topic) -> str:
    """`mingshao.tickets.v1` → `tickets`; a parameter's braces are left off."""
    return topic.name.removeprefix("mingshao.").removesuffix(".v1").replace("{", "").replace("}", "")


def _message(name: str, payload: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "contentType": "application/json",
        "headers": _cloudevents(name),
        "payload": payload,
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }


def _cloudevents(name: str) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type"],
        "properties": {
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": _TEXT,
            "ce_source": _TEXT,
            "ce_type": {"type": "string", "const": name},
            "ce_time": {"type": "string", "format": "date-time", "description": "RFC 3339 with an offset"},
            "ce_subject": _TEXT,
            "ce_sequence": {
                "type": "string",
                "pattern": "^[0-9]{1,20}$",
                "description": "the place in its partition, from 1 without gaps; padded with zeros to 20 digits, to "
                "sort as text, but for records of versions before",
            },
            "content-type": {"type": "string", "const": "application/json"},
        },
    }


def _raw() -> dict[str, Any]:
    """A record of another topic, whole up to a size, with where it stood and why it was put aside."""
    own = ("dead_reason", "dead_topic", "dead_partition", "dead_offset", "dead_at")
    return {
        "name": _RAW,
        "summary": "A record of another topic, whole up to a size, with where it stood and why it was put aside.",
        "headers": {
            "type": "object",
            "required": list(own),
            "properties": {name: {"type": "string"} for name in own}
            | {"dead_cut": {"type": "string", "description": "parts that are only at its origin: key, headers, value"}},
        },
    }


def _carried(topic: Topic) -> tuple[str, ...]:
    put_aside = topic in topics.DEAD.values() or topic in topics.REPLAYS.values()
    return (_RAW,) if put_aside else topic.types


def _channel(topic: Topic) -> dict[str, Any]:
    settings = {name: _setting(name, value) for name, value in sorted(topic.config.items())}
    partitions = {"partitions": 1} if topic.partitions == "one" else {}
    channel: dict[str, Any] = {
        "address": topic.name,
        "description": f"Written by {topic.writer}, read by {', '.join(topic.readers)}."
        + (f" {topic.keeper} erases, and writes again what was wrongly replaced." if topic.keeper else ""),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _carried(topic)},
        "bindings": {"kafka": {**partitions, "topicConfiguration": settings, "bindingVersion": "0.5.0"}},
    }
    if "{department}" in topic.name:
        channel["parameters"] = {"department": {"description": "a department's id in the directory, [a-z0-9-]"}}
    return channel


def _setting(name: str, value: str) -> Any:
    if name == "cleanup.policy":
        return value.split(",")
    return int(value) if name in _NUMBERS else value


def _operations(topic: Topic) -> list[tuple[str, dict[str, Any]]]:
    senders = [(topic.writer, "sends")] + ([(topic.keeper, "keeps")] if topic.keeper else [])
    readers = [(reader.partition(":")[0], "receives") for reader in topic.readers]
    return [(f"{who}.{verb}.{_short(topic)}", _operation(topic, who, verb)) for who, verb in senders + readers]


def _operation(topic: Topic, who: str, verb: str) -> dict[str, Any]:
    channel = f"#/channels/{_short(topic)}"
    operation: dict[str, Any] = {
        "action": "receive" if verb == "receives" else "send",
        "channel": {"$ref": channel},
        "tags": [{"name": who}],
    }
    if verb == "keeps":
        operation["summary"] = "A record without a value erases its key; one with a value was there before."
    if names := _carried(topic):
        operation["messages"] = [{"$ref": f"{channel}/messages/{name}"} for name in names]
    return operation
