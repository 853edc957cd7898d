"""Whatever stands on a topic: each record has its effect or is a dead letter that can be written, and others move."""

import asyncio
import time
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any

import bson
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.contracts import topics
from services.contracts.codec import encode
from services.metrics.adapters import evidence_store, sheets
from services.metrics.stream.evidence import EvidenceFold
from services.metrics.stream.facts import CellFold, unmarked
from services.notify.adapters.store import NotifyStore
from services.notify.handlers import Telling
from services.notify.ports import Loaded as NotifyLoaded
from services.notify.worker import TellingFold
from services.routing.adapters.case_store import MongoCaseStore
from services.routing.handlers import Bench
from services.routing.ports import Loaded
from services.routing.worker import JudgingFold
from services.runtime.batches import Batch, Fold
from services.runtime.deadletters import dead_letter, origin_of, replay_request
from services.runtime.folding import Gap, fold_batch, read
from services.runtime.health import Health
from services.runtime.instruments import Refusals
from services.runtime.ledger import Entry
from tests.properties.messages import events, messages
from tests.properties.test_whole_way import RULES, SHANGHAI

BATCH = Batch(partition=0, next_seq=1, number=1, records=())
nothing: Any = None
REFUSALS = Refusals(Health("routing", "routing-1").registry)
FOLDS: Mapping[str, Callable[[], Fold]] = {
    "routing": lambda: JudgingFold(
        Bench(0, 1, Loaded(cases={}, judged={}), RULES), MongoCaseStore(nothing), REFUSALS, lambda topic, key: 0
    ),
    "notify": lambda: TellingFold(
        Telling(0, 1, NotifyLoaded(cases={}, contacts={}), frozenset(RULES.departments)), NotifyStore(nothing), 0
    ),
    "metrics": lambda: CellFold(BATCH, SHANGHAI, lambda number, whole: sheets.writes("6.1", number, whole), unmarked),
    "evidence": lambda: EvidenceFold(BATCH, {}, SHANGHAI, evidence_store.writes),
}
TOPICS = {
    "routing": [topic.name for topic in (topics.TICKETS, topics.OPINIONS, topics.FOLLOWUPS)],
    "notify": [topics.CASES.name, topics.CONTACTS.name],
    "metrics": [topics.CASES.name],
    "evidence": [topics.CASES.name],
}
NAMES = ("ce_id", "ce_type", "ce_time", "ce_source", "ce_subject", "ce_sequence", "ce_specversion", "content-type",
         "dead_topic", "dead_partition", "dead_offset", "dead_reason", "dead_at", "dead_cut", "", "x")  # fmt: skip
strange = st.one_of(
    st.none(),
    st.binary(max_size=40),
    st.sampled_from((b"", b"0", b"-1", b"9" * 30, b"abc", b"1.0", b"9999-12-31T23:59:59-14:00", b"\xff\xfe", b"value")),
)
headers = st.none() | st.lists(st.tuples(st.sampled_from(NAMES), strange), max_size=8)


@st.composite
def bodies(draw: st.DrawFn) -> tuple[bytes, bytes | None, list[tuple[str, bytes | None]]]:
    """Key, value and headers of a message as it is, or with a value of it exchanged, cut off, or of bytes."""
    event = draw(events(messages))
    value, told = encode(event)
    found: list[tuple[str, bytes | None]] = [*told]
    how = draw(st.sampled_from(("as it is", "as it is", "exchanged", "cut", "bytes", "none", "nested")))
    if how == "exchanged":
        plain = msgspec.json.decode(value)
        name = draw(st.sampled_from(sorted(plain)))
        plain[name] = draw(st.sampled_from((None, "", 10**30, -1, [], {}, "9999-12-31T23:59:59-23:59", {"a": [None]})))
        value = msgspec.json.encode(plain) if plain[name] != 10**30 else value.replace(b"}", b',"x":1%s}' % (b"0" * 30))
    elif how == "cut":
        value = value[: draw(st.integers(0, len(value)))]
    elif how == "bytes":
        value = draw(st.binary(max_size=200))
    elif how == "nested":
        value = b"[" * draw(st.sampled_from((10, 1_000, 100_000)))
    return str(getattr(event.data, "case_id", "t-1")).encode(), (None if how == "none" else value), found


@st.composite
def records(draw: st.DrawFn, topic_names: list[str]) -> Any:
    """As aiokafka gives one."""
    key, value, told = draw(bodies())
    more = draw(headers)
    return SimpleNamespace(
        topic=draw(st.sampled_from(topic_names)),
        partition=0,
        offset=draw(st.integers(0, 2**62)),
        timestamp=draw(st.sampled_from((0, -1, 1_772_000_000_000, 2**62, 253_402_300_800_000))),
        key=draw(st.sampled_from((key, key, key, None, b"", b"\xff" * 40))),
        value=value,
        headers=draw(st.sampled_from((more, tuple(told), (*told, *(more or ())), (*(more or ()), *told)))),
    )


@pytest.mark.parametrize("service", FOLDS)
@given(data=st.data())
@settings(max_examples=80)
def test_any_record_has_its_effect_or_is_a_dead_letter(service: str, data: st.DataObject) -> None:
    replays = topics.REPLAYS[service].name
    raws = data.draw(st.lists(records([*TOPICS[service], replays]), max_size=8))
    fold = FOLDS[service]()
    ordered = topics.CASES.name if topics.CASES.name in TOPICS[service] else None
    offered = [read(raw, replays) for raw in raws]
    try:
        folded = asyncio.run(
            fold_batch(
                service,
                Entry(partition=0, epoch=1),
                offered,
                fold,
                sequence_topic=ordered,
                until=time.monotonic() + 60,
                max_documents=100_000,
                aside={item.replay_of for item in offered if item.replay_of},
            )
        )
    except Gap:
        assert ordered is not None, "only facts are never passed over"
        return
    assert folded.taken == len(raws)
    for operations in folded.change.writes.values():
        for operation in operations:
            bson.encode(operation._doc)
    bson.encode(folded.change.after.fields())
    for raw in raws:
        letter = dead_letter(service, raw, "why")
        stands = SimpleNamespace(**{name: getattr(letter, name) for name in ("topic", "partition", "key", "value")})
        stands.headers, stands.offset, stands.timestamp = letter.headers, 1, 0
        assert origin_of(stands).id == origin_of(raw).id
        assert replay_request(service, stands).topic == replays
