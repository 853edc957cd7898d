"""Strategies for what metrics publishes: cells and alerts."""

from hypothesis import strategies as st

from services.contracts.alerts import AlertChanged, AlertFigure, AlertKind, Basis, Part, Reading
from services.contracts.rates import CellBasis, CellChanged

from .values import counts, instants, maybe_instant, one_of, texts

cells = st.builds(
    CellChanged,
    partition=counts,
    seq=counts,
    basis=one_of(CellBasis),
    bucket=instants,
    dims=st.dictionaries(texts, texts, max_size=2),
    measures=st.dictionaries(texts, st.integers(-(2**53), 2**53), max_size=3),
)
floats = st.floats(allow_nan=False, allow_infinity=False)
figures = st.builds(
    AlertFigure,
    rate=texts,
    definition=counts,
    basis=one_of(Basis),
    reading=one_of(Reading),
    group=st.dictionaries(texts, texts, max_size=2),
    value=st.none() | counts | floats,
    n=counts | floats,
    part=st.none() | one_of(Part),
    threshold=floats,
    mean=st.none() | floats,
    begin=maybe_instant,
    end=maybe_instant,
    position=st.dictionaries(texts, counts, max_size=3),
)
alerts = st.builds(
    AlertChanged,
    id=texts,
    version=st.integers(1, 2**53),
    state=st.sampled_from(("raised", "cleared")),
    at=instants,
    since=instants,
    why=st.sampled_from(("figure", "rule")),
    rule=texts,
    kind=one_of(AlertKind),
    name=texts,
    name_en=texts,
    figure=figures,
)
