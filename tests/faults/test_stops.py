"""Too much at once is refused with when to come again; whoever is told to stop under load ends well."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil

from tests.e2e.deployment import until
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import GUEST, SERVICES, Street, guest, leave, short

ROOM = 4
SENDERS = 5 * ROOM
MEGABYTES = 400
"""Many times what an idle intake takes, and little beside what an unbounded queue would."""


def test_overloaded_five_times_intake_says_so_and_all_stop_in_order_under_load(
    street: Street, tmp_path: Path, seed: int
) -> None:
    """429 and 503 only ever with Retry-After (the load sees to it); SIGTERM gives exit 0; what was taken is exact."""
    guests = {name: guest(street, name, MINGSHAO_MAX_REQUESTS=str(ROOM)) for name in SERVICES}
    until(lambda: street.answers("intake", GUEST), 120)
    with Load(
        street,
        tmp_path,
        seed=seed,
        cases=4_000 if short() else 20_000,
        senders=SENDERS,
        instances=(GUEST,),
    ) as load:
        until(lambda: load.answers[429] > 50 and load.taken > 500, 120)
        memory = psutil.Process(guests["intake"].pid).memory_info().rss >> 20
        load.use((1, 2))
        began = time.monotonic()
        with ThreadPoolExecutor() as pool:
            list(pool.map(leave, guests.values()))
        print(f"all left {time.monotonic() - began:.1f} s after SIGTERM")
        assert load.running, "nothing was pushed while they stopped"
    assert memory < MEGABYTES, f"{memory} MB"
    check(street, [load])
