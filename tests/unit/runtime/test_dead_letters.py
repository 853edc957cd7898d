"""A dead letter can be written of whatever stands on a log, and says what it is and what is only at its origin."""

from types import SimpleNamespace
from typing import Any

import pytest

from services.contracts import topics
from services.runtime.batches import MAX_RECORD_BYTES
from services.runtime.deadletters import dead_letter, origin_of, replay_request
from tests.unit.runtime.test_folding import CASES, REPLAYS, Recording, folded, record

STRANGE: dict[str, dict[str, Any]] = {
    "a null header value": {"headers": [("ce_type", None), ("x", None)]},
    "no headers at all": {"headers": None},
    "headers of a megabyte": {"headers": [("x", b"y" * 1_000_000)]},
    "a hundred thousand headers": {"headers": [("x", b"y")] * 100_000},
    "a header's name of a megabyte": {"headers": [("名" * 300_000, b"")]},
    "a partition that is no number": {"headers": [("dead_topic", b"t"), ("dead_partition", b"abc")]},
    "an offset beyond all": {
        "headers": [("dead_topic", b"t"), ("dead_partition", b"0"), ("dead_offset", b"9" * 5_000)],
    },
    "a topic that is no text": {"headers": [("dead_topic", b"\xff")]},
    "a body of a megabyte": {"value": b"x" * 1_040_000},
    "a key of a megabyte": {"key": b"k" * 1_000_000},
    "a key that is no text": {"key": b"\xff\xfe"},
    "no key and no body": {"key": None, "value": None},
    "a time before all": {"timestamp": -(10**18)},
    "a time after all": {"timestamp": 10**18},
    "no time": {"timestamp": -1},
    "lists a thousand deep": {"value": b"[" * 100_000},
}


@pytest.mark.parametrize("name", STRANGE)
@pytest.mark.parametrize("topic", [CASES, topics.TICKETS.name, REPLAYS, topics.CONTACTS.name])
def test_a_dead_letter_can_be_written_of_any_record_and_others_move_on(name: str, topic: str) -> None:
    strange, fold = record(0, topic=topic), Recording(poison="k0")
    for field, value in STRANGE[name].items():
        setattr(strange, field, value)
    died = dead_letter("routing", strange, "理由" * 10_000)
    assert died.size <= MAX_RECORD_BYTES
    carried = SimpleNamespace(topic=died.topic, partition=0, offset=9, timestamp=1, headers=died.headers)
    assert origin_of(carried) == origin_of(strange)
    folded([strange, record(1, sequence=1)], fold)
    assert fold.seen[-1] == "k1"


def test_where_a_record_stood_is_believed_of_dead_letters_alone() -> None:
    forged = record(4)
    forged.headers = [("dead_topic", b"other"), ("dead_partition", b"1"), ("dead_offset", b"2")]
    assert origin_of(forged).id == f"{CASES}:0:4"


def test_a_dead_letter_says_what_of_the_record_is_only_where_it_stood() -> None:
    large = record(1)
    large.value, large.headers = b"x" * 990_000, [("x", b"y" * 60_000), ("z", b"y" * 60_000)]
    died = dead_letter("routing", large, "why")
    assert dict(died.headers)["dead_cut"] == b"headers,value"
    again = SimpleNamespace(**{n: getattr(died, n) for n in ("topic", "key", "value", "headers")}, partition=0)
    assert dict(replay_request("routing", again).headers)["dead_cut"] == b"headers,value"
