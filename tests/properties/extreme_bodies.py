"""Strategies for what callers send: bodies whose fields hold the least, the most and the strangest of their types."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

from hypothesis import strategies as st

from services.contracts.actions import ActionName
from services.contracts.deadlines import EscalationLevel

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)
CHANNELS = ("grid", "hotline", "mediation")
DEPARTMENTS = ("housing", "roads", "parks", "sewers", "nosuch")
_PHONES = "13900000000 " * 40
words = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        (
            "沪信〔2026〕12号",
            "０１",
            "=1+1",
            "a/b?c#d",
            "%2e%2e",
            "",
            " ",
            "\0",
            "\x7f",
            "\ufeff",
            "\u202e",
            "$",
            "$where",
            "a.b",
            ".",
            "é",
            "👩\u200d🚒",
            "﷽" * 20,
            "=HYPERLINK()",
            _PHONES,
        )
    ),
    st.sampled_from((1, 64, 128, 200, 201, 500, 5_000)).map(lambda length: "好" * length),
)
codes = st.one_of(st.sampled_from(("leak", "noise", "sewer", "what", *DEPARTMENTS)), words)
edges = st.sampled_from(
    (
        "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "1949-09-30T23:59:59+08:00", "1949-10-01T00:00:00+08:00",
        "1970-01-01T00:00:00-23:59", "9999-12-31T23:59:59.999999-14:00", "9999-12-31T23:59:59Z", "2026-13-01T00:00:00Z",
        "2026-03-02T08:00:00", "2026-02-30T08:00:00Z", "2026-03-02T24:00:00Z", "2026-03-02T08:00:60Z", "now", "",
    )
)  # fmt: skip
around = st.one_of(
    st.timedeltas(timedelta(days=-400), timedelta()),
    st.sampled_from((timedelta(days=-28_000), timedelta(microseconds=-1), timedelta(minutes=4), timedelta(hours=1))),
).map(lambda away: (NOW + away).isoformat())
ahead = st.timedeltas(timedelta(), timedelta(days=3_700)).map(lambda away: (NOW + away).isoformat())
times = st.one_of(around, around, ahead, edges)
whole = st.sampled_from((0, -1, 2**31, 2**53 + 1, 2**63 - 1, -(2**63), 2**63, 10**30))
floats = st.one_of(st.floats(-200, 200), st.sampled_from((0.0, -0.0, 1e308, 5e-324, 180, 90, 116.3912345678)))
anything = st.recursive(
    st.none() | st.booleans() | whole | floats | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words, inner, max_size=4),
    max_leaves=12,
)
deep = st.sampled_from((3, 15, 16, 17, 200)).map(lambda depth: json.loads("[" * depth + "1" + "]" * depth))
nasty = st.sampled_from(
    (
        {"n": 2**63}, {"n": 10**30}, {"n": [-(2**63) - 1]}, {"n": 2**64 - 1}, {"n": 1e308}, {"": 1}, {"\0": 1},
        {"$set": {"a.b": None}}, {"phone 13900000000": 1, "phone 13900000001": 2}, {"深": {"深": {"深": []}}},
        {str(number): number for number in range(1_001)}, {"长": "好" * 20_000}, {"half": "\ud800"},
    )
)  # fmt: skip
free = st.one_of(nasty, deep.map(lambda value: {"deep": value}), st.dictionaries(words, anything, max_size=5))
names = st.lists(codes, max_size=3) | st.just(["居委会"] * 51)


def _some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


places = _some(address=words, lon=floats, lat=floats, grid=codes)
amendments = st.one_of(_some(title=words, text=words, place=places, urgency=words, attributes=free), free)
OF_A_SUBMISSION: Mapping[str, st.SearchStrategy[Any]] = {
    "source_id": words, "title": words, "text": words, "reported_at": times, "category": codes, "place": places,
    "reporter": _some(name=words, phone=words), "source_due_at": times, "attributes": free,
    "confidential": st.booleans(), "urgency": st.sampled_from(("urgent", "no")), "channel": st.sampled_from(CHANNELS),
}  # fmt: skip
OF_AN_ACTION: Mapping[str, st.SearchStrategy[Any]] = {
    "action_id": words, "at": times, "reason": words, "text": words, "category": codes, "department": codes,
    "until": times, "contacted": st.booleans(), "effective": st.booleans(), "solved": st.booleans(),
    "grade": st.integers(0, 6), "fields": amendments, "corrects": words, "departments": names, "parties": names,
    "party": codes, "reached": st.booleans(), "passed": st.booleans(), "evidence": names, "notice": words,
    "level": st.sampled_from((*get_args(EscalationLevel), "none")),
}  # fmt: skip


def _strange(draw: st.DrawFn, fields: Mapping[str, st.SearchStrategy[Any]], names: Sequence[str]) -> dict[str, Any]:
    """Mostly none, at times one or two of these fields: a body with many is refused for the first."""
    names = [*names, *(name for name in ("attributes", "fields") if name in names for _ in range(4))]
    chosen = draw(st.lists(st.sampled_from(names), max_size=2)) if draw(st.booleans()) else []
    return {name: draw(fields[name]) for name in chosen}


@st.composite
def submissions(draw: st.DrawFn) -> dict[str, Any]:
    """What is usual, with something strange."""
    usual = {
        "channel": "grid", "source_id": "1", "title": "路灯", "text": "不亮", "reported_at": NOW.isoformat(),
        "category": draw(st.sampled_from(("leak", "noise", None, "sewer"))),
    }  # fmt: skip
    return usual | _strange(draw, OF_A_SUBMISSION, list(OF_A_SUBMISSION))


@st.composite
def asked(
    draw: st.DrawFn, actions: Sequence[ActionName], usual: Mapping[ActionName, Mapping[str, Any]]
) -> dict[str, Any]:
    """One of these actions with what it usually says, with something strange in that or beside it."""
    action: ActionName = draw(st.sampled_from(actions))
    said = {"action_id": str(draw(st.uuids())), "at": NOW.isoformat(), **usual.get(action, {})}
    fitting = list(said) if draw(st.integers(0, 3)) else list(OF_AN_ACTION)
    return said | {"action": action} | _strange(draw, OF_AN_ACTION, [name for name in fitting if name in OF_AN_ACTION])


def raw(body: Any) -> bytes:
    """As it stands in a request; half of a surrogate pair is sent as its escape."""
    return json.dumps(body).encode()
