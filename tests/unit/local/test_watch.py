"""When a process is started again: pure, by the clock."""

from typing import Any

import pytest

from deploy.local.supervisor import watch
from deploy.local.supervisor.watch import Seen, Watched


def seen(**changes: Any) -> Seen:
    fields: dict[str, Any] = {"answered": True, "ready": True, "status": "ok"}
    return Seen(**(fields | changes))


def after(*looks: tuple[float, Seen]) -> Watched:
    watched = watch.begin(0.0)
    for now, look in looks:
        watched = watch.look(watched, look, now)
    return watched


@pytest.mark.parametrize(("ends", "seconds"), [(1, 0.25), (2, 0.5), (5, 4.0), (8, 30.0), (1000, 30.0)])
def test_the_wait_doubles_up_to_half_a_minute(ends: int, seconds: float) -> None:
    assert watch.backoff(ends) == seconds


def test_a_steady_run_forgets_earlier_ends() -> None:
    assert watch.ends_in_a_row(7, ran_for=61) == 1
    assert watch.ends_in_a_row(7, ran_for=59) == 8


def test_a_service_that_does_not_answer_is_silent_after_30_s() -> None:
    assert watch.judge_service(after((1.0, seen())), 0.0, 30.9) is None
    assert watch.judge_service(after((1.0, seen())), 0.0, 31.0) == "silent"


def test_a_service_that_never_answered_has_two_minutes_to_load_its_code() -> None:
    assert watch.judge_service(watch.begin(5.0), 0.0, 124.9) is None
    assert watch.judge_service(watch.begin(5.0), 0.0, 125.0) == "silent"
    assert watch.judge_service(watch.begin(5.0), 100.0, 125.0) is None, "only time in which it could have come up"


def test_lag_without_progress_is_stuck_after_30_s() -> None:
    looks = [(float(now), seen(lag=5, progress=7)) for now in range(40)]
    assert watch.judge_service(after(*looks[:30]), 0.0, 29.5) is None
    assert watch.judge_service(after(*looks[:31]), 0.0, 30.5) == "stuck"


def test_one_that_takes_work_and_does_not_know_its_lag_is_stuck_after_30_s() -> None:
    looks = [(float(now), seen(lag=None)) for now in range(40)]
    assert watch.judge_service(after(*looks[:30]), 0.0, 29.5) is None
    assert watch.judge_service(after(*looks[:31]), 0.0, 30.5) == "stuck"


@pytest.mark.parametrize(
    "changes",
    [
        {"lag": 0},
        {"lag": 5, "status": "halted"},
        {"lag": 5, "status": "stopping"},
        {"lag": None, "status": "waiting", "ready": False},
    ],
)
def test_no_lag_or_a_halt_is_left_alone(changes: dict[str, Any]) -> None:
    looks = [(float(now), seen(**changes)) for now in range(100)]
    assert watch.judge_service(after(*looks), 0.0, 99.5) is None


def test_time_in_which_it_was_left_alone_does_not_count() -> None:
    waiting = [(float(now), seen(lag=None, status="waiting", ready=False)) for now in range(40)]
    looks = [*waiting, *((float(now), seen(lag=None)) for now in range(40, 80))]
    assert watch.judge_service(after(*looks[:69]), 0.0, 68.5) is None
    assert watch.judge_service(after(*looks[:71]), 0.0, 70.5) == "stuck"


def test_progress_is_not_stuck() -> None:
    looks = [(float(now), seen(lag=5, progress=now)) for now in range(100)]
    assert watch.judge_service(after(*looks), 0.0, 99.5) is None


def test_time_in_which_the_stores_were_away_does_not_count() -> None:
    watched = after((1.0, seen(lag=5)))
    assert watch.judge_service(watched, None, 500.0) is None
    assert watch.judge_service(watched, 480.0, 500.0) is None
    assert watch.judge_service(watched, 480.0, 510.0) == "silent"


def test_one_that_is_stuck_again_gets_twice_the_time() -> None:
    watched = watch.begin(0.0, stuck_before=1)
    for now in range(60):
        watched = watch.look(watched, seen(lag=5), float(now))
        assert watch.judge_service(watched, 0.0, float(now)) is None
    assert watch.judge_service(watch.look(watched, seen(lag=5), 60.0), 0.0, 60.0) == "stuck"
    assert watch.look(watched, seen(lag=5, progress=1), 61.0).stuck_before == 0


def test_a_server_is_judged_only_once_it_had_answered() -> None:
    assert watch.judge_server(watch.begin(0.0), 1000.0) is None
    assert watch.judge_server(after((1.0, seen())), 60.0) is None
    assert watch.judge_server(after((1.0, seen())), 61.0) == "silent"
