"""A partition's batch: sequence numbers, dead letters, replays and caps, without any server."""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from services.contracts import topics
from services.contracts.actors import Actor
from services.contracts.codec import Event, encode
from services.contracts.directory import DirectoryChanged
from services.contracts.submissions import SubmissionReceived
from services.runtime import breath
from services.runtime.batches import Incoming, Outgoing, OversizeRecord
from services.runtime.deadletters import dead_letter, origin_of, reason_of, replay_request
from services.runtime.folding import Folded, Gap, Read, fold_batch, read
from services.runtime.ledger import Entry

CASES = topics.CASES.name
REPLAYS = topics.REPLAYS["routing"].name
AT = datetime(2026, 3, 1, tzinfo=UTC)


class Recording:
    """A fold that publishes one record for each it gets, and raises on the text it was told."""

    directory_version = 3

    def __init__(self, poison: str = "") -> None:
        self.next_seq = 1
        self.seen: list[str] = []
        self._poison = poison

    @property
    def documents(self) -> int:
        return len(self.seen)

    def left(self, loaded: Any) -> Any:
        return loaded

    def apply(self, record: Incoming) -> Sequence[Outgoing]:
        if record.key == self._poison:
            raise ValueError("poisonous")
        self.seen.append(record.key)
        self.next_seq += 1
        return [Outgoing(topic=CASES, partition=0, key=record.key.encode(), value=b"x", headers=[])]

    def writes(self) -> Mapping[str, Sequence[Any]]:
        return {"things": list(self.seen)}


def record(offset: int, *, key: str = "", topic: str = CASES, sequence: int | None = None) -> SimpleNamespace:
    data = DirectoryChanged(kind="key", id="x", version=1)
    place = str(offset) if sequence is None else f"0.{sequence}"
    value, headers = encode(Event(id=place, source="/test", time=AT, data=data, sequence=sequence))
    return SimpleNamespace(
        topic=topic,
        partition=0,
        offset=offset,
        timestamp=1_700_000_000_000 + offset,
        key=(key or f"k{offset}").encode(),
        value=value,
        headers=tuple(headers),
    )


def folded(
    records: Sequence[Any],
    fold: Recording,
    before: Entry | None = None,
    sequence: str | None = CASES,
    aside: Collection[str] = (),
    seconds: float = 60,
    max_documents: int = 10_000,
) -> Folded:
    items: list[Read] = [read(raw, REPLAYS) for raw in records]
    batch = fold_batch(
        "routing",
        before or Entry(partition=0, epoch=1),
        items,
        fold,
        sequence_topic=sequence,
        until=time.monotonic() + seconds,
        max_documents=max_documents,
        aside=aside,
    )
    return asyncio.run(batch)


def test_facts_that_were_read_are_dropped_and_the_next_is_applied() -> None:
    fold = Recording()
    result = folded([record(i, sequence=i + 1) for i in range(4)], fold, Entry(partition=0, epoch=1, last_seq=2))
    assert fold.seen == ["k2", "k3"]
    assert (result.change.after.last_seq, result.change.after.offsets[CASES], result.taken) == (4, 4, 4)


def test_a_gap_in_the_sequence_halts() -> None:
    with pytest.raises(Gap, match="sequence 3 follows 1"):
        folded([record(0, sequence=1), record(1, sequence=3)], Recording())


def test_a_record_without_sequence_among_facts_is_a_dead_letter_and_the_partition_moves_on() -> None:
    fold = Recording()
    result = folded([record(0), record(1, sequence=1)], fold)
    assert fold.seen == ["k1"]
    assert result.dead == 1
    assert result.outgoing[0].topic == topics.DEAD["routing"].name


def test_a_fold_that_raises_makes_a_dead_letter_and_counts_its_sequence() -> None:
    fold = Recording(poison="k0")
    result = folded([record(0, sequence=1), record(1, sequence=2)], fold)
    assert (result.dead, result.change.after.last_seq, fold.seen) == (1, 2, ["k1"])
    assert "ValueError: poisonous" in dict(result.outgoing[0].headers)["dead_reason"].decode()


def test_a_fact_that_this_version_cannot_read_halts() -> None:
    broken = record(0, sequence=1)
    broken.value = b"\xff"
    with pytest.raises(Gap, match=r"cannot be read .* start a version"):
        folded([broken, record(1, sequence=2)], Recording())


@pytest.mark.parametrize(
    "headers",
    [
        [("ce_sequence", b"1")],
        [("ce_sequence", b"1"), ("ce_id", b"0.2")],
        [("ce_sequence", b"1"), ("ce_id", None)],
        [("ce_sequence", b"9" * 5_000), ("ce_id", b"0." + b"9" * 5_000)],
        [("ce_sequence", "\u0663".encode()), ("ce_id", "0.\u0663".encode())],
    ],
)
def test_a_record_from_elsewhere_takes_no_facts_place(headers: list[tuple[str, bytes | None]]) -> None:
    foreign, fold = record(0), Recording()
    foreign.headers = tuple(headers)
    result = folded([foreign, record(1, sequence=1)], fold)
    assert (result.dead, result.change.after.last_seq, fold.seen) == (1, 1, ["k1"])


def test_a_replayed_dead_letter_is_applied_once_without_moving_the_sequence() -> None:
    died = dead_letter("routing", record(7, sequence=8, key="again"), "a bug")
    asked = replay_request(
        "routing", SimpleNamespace(**{n: getattr(died, n) for n in ("topic", "key", "value", "headers")}, partition=0)
    )
    raws = [
        SimpleNamespace(
            topic=asked.topic,
            partition=0,
            offset=i,
            timestamp=1,
            key=asked.key,
            value=asked.value,
            headers=asked.headers,
        )
        for i in range(2)
    ]
    fold, at = Recording(), Entry(partition=0, epoch=1, last_seq=9)
    result = folded(raws, fold, at, aside={f"{CASES}:0:7"})
    assert fold.seen == ["again"]
    assert result.change.aside == {f"{CASES}:0:7": False}
    assert (result.change.after.last_seq, result.change.after.offsets[REPLAYS]) == (9, 2)


def test_a_replay_of_what_this_reader_never_set_aside_counts_nothing_twice() -> None:
    died = dead_letter("routing", record(7, sequence=8, key="again"), "a bug that is mended")
    raw = SimpleNamespace(
        topic=REPLAYS, partition=0, offset=0, timestamp=1, key=died.key, value=died.value, headers=died.headers
    )
    fold = Recording()
    result = folded([record(7, sequence=8, key="again"), raw], fold, Entry(partition=0, epoch=1, last_seq=7))
    assert fold.seen == ["again"]
    assert result.change.aside == {}


def test_a_replay_that_fails_again_keeps_its_origin_and_may_be_tried_again() -> None:
    died = dead_letter("routing", record(7, key="bad"), "first reason")
    raw = SimpleNamespace(
        topic=REPLAYS, partition=0, offset=0, timestamp=1, key=died.key, value=died.value, headers=died.headers
    )
    result = folded([raw], Recording(poison="bad"), aside={f"{CASES}:0:7"})
    again = SimpleNamespace(**{n: getattr(result.outgoing[0], n) for n in ("headers", "topic", "partition")})
    assert origin_of(again).id == f"{CASES}:0:7"
    assert reason_of(again) == "ValueError: poisonous"
    assert result.change.aside == {f"{CASES}:0:7": True}
    assert result.change.events == {f"{CASES}:0:7": "7"}, "its sender finds it by the event's id"


def test_time_caps_a_batch_but_one_record_always_goes() -> None:
    result = folded([record(i, sequence=i + 1) for i in range(3)], Recording(), seconds=-1)
    assert (result.taken, result.change.after.offsets[CASES]) == (1, 1)


def test_documents_cap_a_batch() -> None:
    result = folded([record(i, sequence=i + 1) for i in range(5)], Recording(), max_documents=3)
    assert (result.taken, result.change.after.last_seq) == (3, 3)


async def test_others_have_their_turn_while_a_batch_is_folded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breath, "BREATH_SECONDS", -1.0)
    fold = Recording()
    seen: list[int] = []

    async def other() -> None:
        while len(fold.seen) < 5:
            seen.append(len(fold.seen))
            await asyncio.sleep(0)

    watching = asyncio.create_task(other())
    await fold_batch(
        "routing",
        Entry(partition=0, epoch=1),
        [read(record(i, sequence=i + 1), REPLAYS) for i in range(5)],
        fold,
        sequence_topic=CASES,
        until=time.monotonic() + 60,
        max_documents=10_000,
    )
    await watching
    assert seen == [0, 1, 2, 3, 4]


def test_what_the_ledger_stores_is_what_the_next_owner_publishes() -> None:
    after = folded([record(0, sequence=1)], Recording()).change.after
    document = {"partition": 0, "epoch": 1} | after.fields()
    assert Entry.of(document) == after
    assert [sent.key for sent in Entry.of(document).pending()] == [b"k0"]
    assert after.directory_version == 3


def test_a_record_too_large_to_publish_is_refused_where_it_is_made() -> None:
    with pytest.raises(OversizeRecord, match="at most"):
        Outgoing(topic=CASES, partition=0, key=b"k", value=b"x" * 1_000_001, headers=[])


def test_a_submission_in_a_topic_without_sequence_is_applied_in_order() -> None:
    data = SubmissionReceived(
        case_id="t-1", kind="ticket", source="s", source_id="1", channel="hotline", title="t", text="x",
        reported_at=AT, actor=Actor(role="source", subject="s"),
    )  # fmt: skip
    value, headers = encode(Event(id="1", source="/test", time=AT, data=data))
    raw = SimpleNamespace(
        topic=topics.TICKETS.name, partition=0, offset=0, timestamp=1, key=b"t-1", value=value, headers=tuple(headers)
    )
    tombstone = SimpleNamespace(
        topic=topics.CONTACTS.name, partition=0, offset=0, timestamp=1, key=b"t-1", value=None, headers=()
    )
    fold = Recording()
    folded([raw, tombstone], fold)
    assert fold.seen == ["t-1", "t-1"]
