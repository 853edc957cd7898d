"""Killed at the worst moments, in a whole deployment: what was under way is finished by the next owner, once."""

from pathlib import Path

from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import Street, ended, guest, short

# metrics and evidence publish nothing, so they are never in publishing
ROUNDS: tuple[dict[str, str], ...] = (
    {"routing": "in_publishing", "notify": "after_commit", "metrics": "in_transaction", "evidence": "after_commit"},
    {"routing": "after_commit", "notify": "in_publishing", "metrics": "after_commit", "evidence": "in_transaction"},
)
MORE_ROUNDS: tuple[dict[str, str], ...] = (
    {"routing": "in_transaction", "notify": "after_publish", "metrics": "before_commit", "evidence": "before_commit"},
    {"routing": "before_commit", "notify": "in_transaction", "metrics": "after_publish", "evidence": "after_publish"},
    {"routing": "after_publish", "notify": "before_commit", "metrics": "in_transaction", "evidence": "after_commit"},
)
TURNS = 1 if short() else 4


def test_killed_in_the_middle_of_a_batch_the_next_owner_finishes_it_once(
    street: Street, tmp_path: Path, seed: int
) -> None:
    """A guest of each reading service takes a share of the partitions and dies there, at the n-th passing."""
    rounds = [(turn, points) for turn in range(TURNS) for points in ROUNDS + (() if short() else MORE_ROUNDS)]
    with Load(street, tmp_path, seed=seed, cases=1_000 * len(rounds), rate=60) as load:
        for turn, points in rounds:
            guests = {name: guest(street, name, failpoint=f"{point}:{turn + 1}") for name, point in points.items()}
            ends = {name: ended(one) for name, one in guests.items()}
            assert set(ends.values()) == {"SIGKILL"}, f"{points}: {ends}"
        assert load.running, "the load was over before the last of them died"
    check(street, [load])
