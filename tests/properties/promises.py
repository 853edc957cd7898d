"""Strategies for what a case is promised: terms, and the clocks that run by them."""

from datetime import timedelta

from hypothesis import strategies as st

from services.contracts.deadlines import ClockName, EscalationLevel, Window
from services.contracts.directory import Limit
from services.contracts.promises import Clock, PublishFrom, Terms

from .values import counts, instants, maybe_instant, maybe_text, one_of

limits = st.one_of(
    st.builds(Limit, hours=st.floats(0.5, 8784)),
    st.builds(Limit, workhours=st.floats(0.5, 2000)),
    st.builds(Limit, workdays=st.integers(1, 250)),
)
terms = st.builds(
    Terms,
    policy_version=counts,
    limits=st.dictionaries(one_of(ClockName) | st.just("redo"), limits, max_size=2),
    calendar=maybe_text,
    remind_at=st.none() | st.floats(0.1, 0.9),
    stopped_by_hold=st.lists(one_of(ClockName), max_size=2).map(tuple),
    escalation=st.lists(one_of(EscalationLevel), max_size=2).map(tuple),
    step=limits,
    most_redos=counts,
    most_transfers=counts,
    archive_after_days=st.floats(0.5, 3660),
    publish_from=one_of(PublishFrom),
    longest_extension=st.none() | limits,
    redo_if_unsolved=st.booleans(),
)
clocks = st.builds(
    Clock,
    name=one_of(ClockName) | one_of(Window),
    started_at=instants,
    due_at=instants,
    first_due_at=instants,
    working=st.booleans(),
    runs_from=maybe_instant,
    ran=st.timedeltas(timedelta(), timedelta(days=99)),
    late=st.timedeltas(timedelta(), timedelta(days=99)),
    stopped_at=maybe_instant,
    stopped_until=maybe_instant,
    stopped_due=maybe_instant,
    ended_at=maybe_instant,
    next_step=counts,
    next_at=maybe_instant,
)
