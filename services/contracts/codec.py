"""CloudEvents 1.0, Kafka binary mode: attributes in `ce_` headers, the message as JSON in the value.

https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/kafka-protocol-binding.md, section 3.2
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

import msgspec

from .messages import NAME_OF, TYPES, Message

Headers = list[tuple[str, bytes]]
CONTENT_TYPE = b"application/json"
SEQUENCE_DIGITS = 20
"""Padded with zeros, since the CloudEvents extension `sequence` is compared as text; records of older versions are not
padded, and are read all the same.
https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/extensions/sequence.md"""

_encode = msgspec.json.Encoder().encode
_decoders: dict[str, msgspec.json.Decoder[Any]] = {
    name: msgspec.json.Decoder(definition) for name, definition in TYPES.items()
}
_names = frozenset(name.rsplit(".", 1)[0] for name in TYPES)


class Undecodable(ValueError):
    """The record is not one of our messages; `code` says why and is stable."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A message with its CloudEvents context; `sequence` is the place in its partition, where it has one."""

    id: str
    source: str
    time: datetime
    data: Message
    subject: str | None = None
    sequence: int | None = None


def encode(event: Event) -> tuple[bytes, Headers]:
    """The record's value and headers. ValueError for a time without offset."""
    if event.time.tzinfo is None:
        raise ValueError("time needs a UTC offset")
    headers: Headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", event.id.encode()),
        ("ce_source", event.source.encode()),
        ("ce_type", NAME_OF[type(event.data)].encode()),
        ("ce_time", event.time.isoformat().encode()),
        ("content-type", CONTENT_TYPE),
    ]
    if event.subject is not None:
        headers.append(("ce_subject", event.subject.encode()))
    if event.sequence is not None:
        headers.append(("ce_sequence", b"%0*d" % (SEQUENCE_DIGITS, event.sequence)))
    return _encode(event.data), headers


def normal_headers(headers: Iterable[tuple[str, bytes | None]] | None) -> Headers:
    """A record's headers as we handle them: a value may be null on the wire, which is empty here."""
    return [(name, value or b"") for name, value in headers or ()]


def decode(value: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> Event:
    """The event in a record. Undecodable where it is none of ours; never another error."""
    if value is None:
        raise Undecodable("tombstone", "the record has no value")
    try:
        attributes = {name: raw.decode() for name, raw in normal_headers(headers) if name.startswith("ce_")}
    except (UnicodeDecodeError, AttributeError) as error:
        raise Undecodable("bad_header", str(error)[:500]) from error
    if attributes.get("ce_specversion") != "1.0":
        raise Undecodable("not_cloudevents", "ce_specversion is not 1.0")
    name = attributes.get("ce_type", "")
    decoder = _decoders.get(name)
    if decoder is None:
        code = "unknown_version" if name.rsplit(".", 1)[0] in _names else "unknown_type"
        raise Undecodable(code, f"ce_type {name[:200]!r}")
    try:
        return Event(
            id=_present(attributes, "ce_id"),
            source=_present(attributes, "ce_source"),
            time=_instant(attributes["ce_time"]),
            data=cast(Message, decoder.decode(value)),
            subject=attributes.get("ce_subject"),
            sequence=_sequence(attributes.get("ce_sequence")),
        )
    except KeyError as error:
        raise Undecodable("bad_header", f"missing {error}") from error
    except (msgspec.DecodeError, ValueError, OverflowError, RecursionError) as error:
        raise Undecodable("invalid", str(error)[:500]) from error


def _present(attributes: dict[str, str], name: str) -> str:
    if not attributes[name]:
        raise ValueError(f"{name} is empty")
    return attributes[name]


def _sequence(text: str | None) -> int | None:
    if text is None:
        return None
    number = sequence_in(text)
    if number is None:
        raise ValueError(f"ce_sequence is no whole number of at most {SEQUENCE_DIGITS} digits")
    return number


def sequence_in(text: str) -> int | None:
    """The number in a `ce_sequence`, padded or not; None where it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= SEQUENCE_DIGITS else None


def _instant(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    if parsed.tzinfo is None:
        raise ValueError("ce_time needs a UTC offset")
    return parsed


def header(headers: Sequence[tuple[str, bytes | None]], name: str) -> str | None:
    """The first header of that name as text, None where there is none."""
    return next(((raw or b"").decode(errors="replace") for key, raw in headers if key == name), None)
