"""The benchmark's city: what it makes is what routing would have published, and the same each time."""

from collections import Counter
from itertools import islice

from bench import workload
from bench.city import City
from bench.contestants import job
from services.contracts.submissions import SubmissionReceived
from services.metrics.domain.cells import Sums

CITY = City(departments=7, categories=5)


def test_facts_are_numbered_without_gap_and_of_their_own_partition() -> None:
    found = list(islice(workload.facts(CITY, 2, seed=3), 2_000))
    assert [fact.seq for fact in found] == list(range(1, 2_001))
    assert {fact.partition for fact in found} == {2}
    assert found == list(islice(workload.facts(CITY, 2, seed=3), 2_000))


def test_cases_come_to_their_end_by_every_kind_of_work() -> None:
    quiet = City(departments=7, categories=5, per_day=40, partitions=1)
    found = list(islice(workload.facts(quiet, 0, seed=1), 9_000))
    assert {
        "accept", "dispatch", "link", "void", "return_up", "grant_return_up", "reject", "self_handle", "return", "sign",
        "contact", "handle", "assist", "ask_extend", "extend", "hold", "resume", "whistle", "report_in", "remind",
        "ask_exclude", "exclude", "reply", "send_back", "verify", "close", "publish", "follow_up", "rate", "redo",
        "escalate", "archive",
    } <= {fact.action for fact in found}  # fmt: skip
    assert {"assist_signed", "assist_replied", "verification_failed"} <= {
        one.kind for fact in found for one in fact.added
    }


def test_clocks_are_looked_at_in_their_time() -> None:
    found = list(islice(workload.facts(City(departments=7, categories=5, per_day=400), 0, seed=1), 2_000))
    recorded = [fact.recorded_at for fact in found]
    assert recorded == sorted(recorded)
    by_clock = [fact for fact in found if fact.action == "remind" and fact.actor.role == "routing"]
    assert by_clock
    assert all(fact.at == fact.recorded_at for fact in by_clock)


def test_time_goes_forward_and_the_day_has_as_many_submissions_as_said() -> None:
    day = 86_400
    told = list(islice(workload.commands(CITY, 0, seed=1), 20_000))
    times = [at for at, _ in told]
    assert times == sorted(times)
    submissions = [at for at, command in told if isinstance(command, SubmissionReceived)]
    rate = len(submissions) / (submissions[-1] - submissions[0]).total_seconds() * day
    assert abs(rate / (CITY.per_day / CITY.partitions) - 1) < 0.1


def test_skew_is_what_makes_departments_uneven() -> None:
    def largest(skew: float) -> float:
        facts = islice(workload.facts(City(departments=50, skew=skew), 0, seed=1), 5_000)
        counts = Counter(fact.after.dims.department for fact in facts if fact.action == "dispatch" and fact.after)
        return max(counts.values()) / counts.total()

    assert largest(1.0) > 3 * largest(0.0)


def test_contestants_agree_by_their_cells_however_these_were_split() -> None:
    records = [workload.fact_record(fact) for fact in islice(workload.facts(CITY, 1, seed=1), 300)]
    whole, parts = Sums(), [Sums(), Sums()]
    for number, (_, value, headers) in enumerate(records):
        job.fold(value, headers, whole)
        job.fold(value, headers, parts[number % 2])
    assert job.digest([whole.cells()]) == job.digest(one.cells() for one in parts)
    assert job.digest([whole.cells()]) != job.digest([parts[0].cells()])
