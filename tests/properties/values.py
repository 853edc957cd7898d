"""Strategies for what fields hold: texts, counts, times, JSON, a value of a Literal."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_args

from hypothesis import strategies as st

# JSON has no lone surrogates
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
maybe_text = st.none() | texts
counts = st.integers(0, 2**53)
FIRST, LAST = datetime.min, datetime.max  # noqa: DTZ901  # the zone is added
# RFC 3339 has offsets in whole minutes
offsets = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001  # hypothesis adds the zone
    max_value=datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=offsets | st.just(UTC),
) | st.sampled_from(
    [edge.replace(tzinfo=timezone(timedelta(hours=hours))) for edge in (FIRST, LAST) for hours in (-12, 0, 8, 14)]
)
maybe_instant = st.none() | instants
grades = st.integers(1, 5)
maybe_bool = st.none() | st.booleans()
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
json_objects = st.dictionaries(texts, json_values, max_size=3)


def one_of(literal: Any) -> st.SearchStrategy[Any]:
    """A value of a Literal type."""
    return st.sampled_from(get_args(literal))
