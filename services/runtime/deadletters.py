"""Dead letters: a record that could not be processed, with where it stood and why.

One can always be written, whatever the record holds: headers and key are kept up to a bound, a body that does not fit
stays where it is and is fetched from there when it is looked at or applied again.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from services.contracts import topics
from services.contracts.codec import Headers, header, normal_headers

from .batches import MAX_RECORD_BYTES, Outgoing

MAX_REASON = 2_000
MAX_HEADERS_BYTES, MAX_KEY_BYTES = 65_536, 16_384
_REASON, _TOPIC, _PARTITION, _OFFSET, _AT = "dead_reason", "dead_topic", "dead_partition", "dead_offset", "dead_at"
_CUT = "dead_cut"
"""Present where the letter is not the whole record: which parts are only at its origin, such as `headers,value`."""
_OURS = frozenset((_REASON, _TOPIC, _PARTITION, _OFFSET, _AT, _CUT))
_CARRIERS = frozenset(topic.name for carrying in (topics.DEAD, topics.REPLAYS) for topic in carrying.values())
"""Only there do headers say where a record stood first: anywhere else they would be its writer's invention."""


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where the record stood; `at` is its append time, RFC 3339."""

    topic: str
    partition: int
    offset: int
    at: str

    @property
    def id(self) -> str:
        """Stable over replays and second deaths."""
        return f"{self.topic}:{self.partition}:{self.offset}"


def origin_of(record: Any) -> Origin:
    """Of a record from any topic: where it stood first, through replays and second deaths. It never raises."""
    headers = normal_headers(record.headers)
    topic = header(headers, _TOPIC) if record.topic in _CARRIERS else None
    partition, offset = _number(header(headers, _PARTITION)), _number(header(headers, _OFFSET))
    if topic is None or partition is None or offset is None:
        at = append_time(record.timestamp).isoformat()
        return Origin(topic=record.topic, partition=record.partition, offset=record.offset, at=at)
    return Origin(topic=topic, partition=partition, offset=offset, at=header(headers, _AT) or "")


def append_time(milliseconds: int) -> datetime:
    """A record's timestamp as a time, UTC; one that no time can be is the epoch."""
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def reason_of(record: Any) -> str:
    """Why it died."""
    return header(normal_headers(record.headers), _REASON) or ""


def cut_of(record: Any) -> frozenset[str]:
    """Which parts of the record this letter or request does not have: of `key`, `headers`, `value`."""
    return frozenset((header(normal_headers(record.headers), _CUT) or "").split(",")) - {""}


def original_headers(record: Any) -> Headers:
    """The record's headers without ours."""
    headers = normal_headers(record.headers)
    return [one for one in headers if one[0] not in _OURS] if record.topic in _CARRIERS else headers


def ours(record: Any) -> Headers:
    """What we said of the record: where it stood and why it died."""
    return [one for one in normal_headers(record.headers) if one[0] in _OURS - {_CUT}]


def dead_letter(service: str, record: Any, reason: str) -> Outgoing:
    """The record for `dead.<service>`, same partition."""
    return _carried(topics.DEAD[service].name, record, reason)


def replay_request(service: str, dead: Any) -> Outgoing:
    """The record for `replays.<service>`: apply this dead letter now."""
    return _carried(topics.REPLAYS[service].name, dead, reason_of(dead))


def _carried(topic: str, record: Any, reason: str) -> Outgoing:
    origin, cut = origin_of(record), cut_of(record) if record.topic in _CARRIERS else frozenset[str]()
    headers, left_out = _bounded(original_headers(record))
    key = (record.key or b"")[:MAX_KEY_BYTES]
    cut |= {"headers"} if left_out else frozenset()
    cut |= {"key"} if key != (record.key or b"") else frozenset()
    headers = [  # ours first: what the record itself says of such names is not believed
        (_REASON, reason.encode(errors="replace")[:MAX_REASON]),
        (_TOPIC, origin.topic.encode()),
        (_PARTITION, b"%d" % origin.partition),
        (_OFFSET, b"%d" % origin.offset),
        (_AT, origin.at.encode()),
        *headers,
    ]
    value: bytes | None = record.value
    if value is not None and len(value) > MAX_RECORD_BYTES - len(key) - _size(headers) - 100:
        value, cut = None, cut | {"value"}
    if cut:
        headers.insert(0, (_CUT, ",".join(sorted(cut)).encode()))
    return Outgoing(topic=topic, partition=record.partition, key=key, value=value, headers=headers)


def _bounded(headers: Sequence[tuple[str, bytes]]) -> tuple[Headers, bool]:
    kept: Headers = []
    room = MAX_HEADERS_BYTES
    for name, value in headers:
        room -= len(name.encode(errors="replace")) + len(value)
        if room < 0:
            return kept, True
        kept.append((name, value))
    return kept, False


def _size(headers: Sequence[tuple[str, bytes]]) -> int:
    return sum(len(name.encode(errors="replace")) + len(value) for name, value in headers)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 20 else None
