"""Killed at the worst moments, in a whole deployment: what was under way is finished by the next owner, once."""

from pathlib import Path

from tests.e2e.deployment import Deployment
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import ended, guest, short

FAILPOINTS = ("before_commit", "in_transaction", "after_commit", "in_publishing", "after_publish")
READERS = ("routing", "notify", "metrics")
TURNS = 1 if short() else 20


def test_killed_in_the_middle_of_a_batch_the_next_owner_finishes_it_once(
    street: Deployment, tmp_path: Path, seed: int
) -> None:
    """Each reading service's guest takes a share of the partitions and dies there, at each of the points in turn."""
    with Load(street, tmp_path, seed=seed, cases=600 if short() else 20_000, rate=100) as load:
        for turn in range(TURNS):
            for point in FAILPOINTS:
                readers = READERS if point != "in_publishing" else READERS[:2]  # metrics publishes nothing
                guests = [guest(street, name, failpoint=f"{point}:{turn % 3 + 1}") for name in readers]
                ends = [ended(one) for one in guests]
                assert ends == ["SIGKILL"] * len(readers), f"{point}: {ends}"
        assert load.running, "the load was over before the last of them died"
    check(street, [load])
