"""Dead letters: a record that could not be processed, byte for byte, with where it stood and why."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from services.contracts import topics
from services.contracts.codec import Headers, header

from .batches import MAX_RECORD_BYTES, Outgoing

_REASON, _TOPIC, _PARTITION, _OFFSET, _AT = "dead_reason", "dead_topic", "dead_partition", "dead_offset", "dead_at"
_OURS = frozenset((_REASON, _TOPIC, _PARTITION, _OFFSET, _AT))


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
    """Of a record from any topic: where it stood first, through replays and second deaths."""
    topic = header(record.headers, _TOPIC)
    if topic is None:
        at = datetime.fromtimestamp(record.timestamp / 1000, UTC).isoformat()
        return Origin(topic=record.topic, partition=record.partition, offset=record.offset, at=at)
    return Origin(
        topic=topic,
        partition=int(header(record.headers, _PARTITION) or 0),
        offset=int(header(record.headers, _OFFSET) or 0),
        at=header(record.headers, _AT) or "",
    )


def reason_of(record: Any) -> str:
    """Why it died."""
    return header(record.headers, _REASON) or ""


def original_headers(record: Any) -> Headers:
    """The record's headers without ours."""
    return [(name, value) for name, value in record.headers if name not in _OURS]


def dead_letter(service: str, record: Any, reason: str) -> Outgoing:
    """The record for `dead.<service>`, same partition. A value too large to copy is cut: its origin has it whole."""
    origin = origin_of(record)
    headers = [
        *original_headers(record),
        (_REASON, reason[:2000].encode()),
        (_TOPIC, origin.topic.encode()),
        (_PARTITION, b"%d" % origin.partition),
        (_OFFSET, b"%d" % origin.offset),
        (_AT, origin.at.encode()),
    ]
    room = MAX_RECORD_BYTES - len(record.key or b"") - sum(len(k) + len(v) for k, v in headers)
    value = record.value[:room] if record.value is not None else None
    return Outgoing(
        topic=topics.DEAD[service].name,
        partition=record.partition,
        key=record.key or b"",
        value=value,
        headers=headers,
    )


def replay_request(service: str, dead: Any) -> Outgoing:
    """The record for `replays.<service>`: apply this dead letter now."""
    return Outgoing(
        topic=topics.REPLAYS[service].name,
        partition=dead.partition,
        key=dead.key or b"",
        value=dead.value,
        headers=list(dead.headers),
    )
