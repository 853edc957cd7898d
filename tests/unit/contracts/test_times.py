"""A time without an offset is an error where it enters."""

from datetime import UTC, datetime

import msgspec
import pytest

from services.contracts.actions import ActionDetails, ActionRequested
from services.contracts.actors import ROUTING
from services.contracts.times import check_aware, with_plus

NAIVE = datetime(2026, 3, 1, 8)  # noqa: DTZ001  # what is to be refused
AWARE = datetime(2026, 3, 1, 8, tzinfo=UTC)


def test_aware_and_absent_times_pass() -> None:
    check_aware(at=AWARE, until=None)


def test_naive_time_is_named() -> None:
    with pytest.raises(ValueError, match="until needs a UTC offset"):
        check_aware(at=AWARE, until=NAIVE)


def test_message_refuses_a_naive_time() -> None:
    with pytest.raises(ValueError, match="at needs a UTC offset"):
        ActionRequested(case_id="t-1", action_id="a", action="sign", at=NAIVE, actor=ROUTING)
    with pytest.raises(ValueError, match="until needs a UTC offset"):
        ActionDetails(until=NAIVE)


def test_naive_time_on_the_wire_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="timezone"):
        msgspec.json.decode(b'{"until": "2026-03-01T08:00:00"}', type=ActionDetails)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("2026-03-01T08:00:00 08:00", "2026-03-01T08:00:00+08:00"),
        ("2026-03-01 08:00 0800", "2026-03-01 08:00+0800"),
        ("2026-03-01T08:00:00.5 08", "2026-03-01T08:00:00.5+08"),
        ("2026-03-01 08:00", "2026-03-01 08:00"),
        ("2026-03-01 08:00:00+08:00", "2026-03-01 08:00:00+08:00"),
        ("2026-03-01", "2026-03-01"),
        ("x 08:00", "x 08:00"),
    ],
)
def test_a_plus_that_a_query_lost_is_put_back_and_no_other_blank_is_touched(given: str, meant: str) -> None:
    assert with_plus(given) == meant
