"""One partition's batch: from records to a change of the ledger and an outbox. Pure but for the clock."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import Any

import msgspec

from services.contracts.codec import Headers, Undecodable, decode, header, normal_headers, sequence_in
from services.contracts.topics import DEAD

from .batches import Fold, Incoming, Outgoing
from .breath import Breath
from .deadletters import append_time, dead_letter, origin_of, original_headers
from .ledger import Change, Entry, packed

MAX_OUTBOX_BYTES = 4_000_000
"""The outbox shares MongoDB's 16 MB with the rest of the ledger's document."""
MAX_EVENT_ID = 1_024
"""Longer than any of ours."""


class Gap(Exception):
    """Records are missing, not those that were applied, or facts that cannot be read: a person must look before
    anything is skipped."""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A fetched record, decoded where it could be. `sequence` is read from the header even where it could not.
    `condemned`: it could be, and to handle it failed again and again."""

    raw: Any
    incoming: Incoming | None
    flaw: str | None
    sequence: int | None
    replay_of: str | None
    condemned: bool = False


def read(raw: Any, replays: str) -> Read:
    """Decode one record of any of the worker's topics; never raises for what it contains."""
    origin = origin_of(raw) if raw.topic == replays else None
    headers = original_headers(raw) if origin else normal_headers(raw.headers)
    incoming: Incoming | None = None
    flaw: str | None = None
    try:
        incoming = Incoming(
            topic=origin.topic if origin else raw.topic,
            partition=raw.partition,
            offset=origin.offset if origin else raw.offset,
            timestamp=append_time(raw.timestamp),
            key=(raw.key or b"").decode(),
            event=decode(raw.value, headers) if raw.value is not None else None,
            replayed=origin is not None,
        )
    except (Undecodable, UnicodeDecodeError) as error:
        flaw = str(error)[:500]
    return Read(
        raw=raw,
        incoming=incoming,
        flaw=flaw,
        sequence=_sequence(headers, raw.partition),
        replay_of=origin.id if origin else None,
    )


def condemned(item: Read, flaw: str) -> Read:
    """The same record, to become a dead letter without being handled."""
    return msgspec.structs.replace(item, incoming=None, flaw=flaw, condemned=True)


def _sequence(headers: Headers, partition: int) -> int | None:
    """The record's place among the facts of its partition. Their id says it once more, or, where a version before wrote
    them, the case: what only bears a number, as a record from elsewhere may, takes no fact's place."""
    number, named = sequence_in(header(headers, "ce_sequence") or ""), header(headers, "ce_id") or ""
    subject = header(headers, "ce_subject")
    known = named == f"{partition}.{number}" or (subject is not None and named.startswith(f"{subject}/"))
    return number if known else None


class Folded(msgspec.Struct, frozen=True, kw_only=True):
    """What a partition's batch came to; `taken` records of those offered, `dead` of them."""

    fold: Fold
    change: Change
    outgoing: Sequence[Outgoing]
    taken: int
    dead: int


async def fold_batch(
    service: str,
    before: Entry,
    offered: Sequence[Read],
    fold: Fold,
    *,
    sequence_topic: str | None,
    until: float,
    max_documents: int,
    aside: Collection[str] = (),
    before_each: Callable[[str], None] = lambda key: None,
) -> Folded:
    """Apply records in order until a cap: bytes of the outbox, documents, or the monotonic time `until` (at least
    one record). Of replays only those of dead letters that are `aside` are applied: what this reader did not set
    aside it has counted. `before_each` is called with a record's key; what it raises counts as the handler's own.
    Others have their turn meanwhile."""
    outgoing: list[Outgoing] = []
    offsets, stamps = dict(before.offsets), dict(before.stamps)
    letters, changed, events = DEAD[service].name, dict[str, bool](), dict[str, str]()
    last_seq, size, taken, dead = before.last_seq, 0, 0, 0
    breath = Breath()
    for item in offered:
        if taken and (size > MAX_OUTBOX_BYTES or time.monotonic() > until or fold.documents >= max_documents):
            break
        await breath.take()
        made: Sequence[Outgoing] = ()
        if item.replay_of is not None:
            if changed.get(item.replay_of, item.replay_of in aside):
                made, died = _apply(service, item, fold, before_each)
                dead, changed[item.replay_of] = dead + died, bool(died)
        elif item.raw.topic == sequence_topic and item.sequence is not None:
            if item.sequence > last_seq:
                _check_next(item, last_seq)
                made, died = _apply(service, item, fold, before_each)
                dead, last_seq = dead + died, item.sequence
        elif item.raw.topic == sequence_topic:
            made, dead = [dead_letter(service, item.raw, "no sequence number")], dead + 1
        else:
            made, died = _apply(service, item, fold, before_each)
            dead += died
        outgoing.extend(made)
        for letter in (record for record in made if record.topic == letters):
            changed[name := origin_of(letter).id] = True
            events[name] = (header(letter.headers, "ce_id") or "")[:MAX_EVENT_ID]
        size += sum(record.size for record in made)
        offsets[item.raw.topic], stamps[item.raw.topic] = item.raw.offset + 1, item.raw.timestamp
        taken += 1
    after = msgspec.structs.replace(
        before,
        batch=before.batch + 1,
        offsets=offsets,
        stamps=stamps,
        last_seq=last_seq,
        next_seq=fold.next_seq,
        directory_version=max(before.directory_version, fold.directory_version),
        outbox=packed(outgoing),
        takes=0,
        suspect=None,
    )
    change = Change(before=before, after=after, writes=fold.writes(), aside=changed, events=events)
    return Folded(fold=fold, change=change, outgoing=outgoing, taken=taken, dead=dead)


def _check_next(item: Read, last_seq: int) -> None:
    """Gap where it is not the next fact, or one that this version cannot read: no fact is ever skipped."""
    place = f"{item.raw.topic}/{item.raw.partition}"
    if item.sequence != last_seq + 1:
        raise Gap(f"{place}: sequence {item.sequence} follows {last_seq}")
    if item.incoming is None and not item.condemned:
        raise Gap(
            f"{place}/{item.raw.offset}: the fact of sequence {item.sequence} cannot be read ({item.flaw}); figures "
            "without it would be wrong: start a version of this service that knows it"
        )


def _apply(service: str, item: Read, fold: Fold, before_each: Callable[[str], None]) -> tuple[Sequence[Outgoing], int]:
    if item.incoming is None:
        return [dead_letter(service, item.raw, item.flaw or "undecodable")], 1
    try:
        before_each(item.incoming.key)
        return fold.apply(item.incoming), 0
    except Exception as error:  # pure code: the record is at fault or the code is; never the store or the broker
        return [dead_letter(service, item.raw, f"{type(error).__name__}: {error}")], 1
