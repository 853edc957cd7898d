"""A full disk under Kafka, and under MongoDB: nothing false is promised, and all is exact once there is space again."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.conftest import free_port_base
from tests.e2e.deployment import until
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import Street, long_form, well

MEGABYTES = {"kafka": 96, "mongod": 320}

pytestmark = [
    pytest.mark.skipif(os.geteuid() != 0, reason="a small tmpfs needs root: NOT TESTED HERE"),
    long_form,
]


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """A tmpfs of that size at `folder` until the block ends."""
    folder.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def fill(folder: Path) -> Path:
    """Whatever is free there; the file that takes it."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            return ballast


@pytest.mark.parametrize("server", ["kafka", "mongod"])
def test_a_full_disk_is_said_and_once_there_is_space_all_goes_on(
    tmp_path: Path, free_home: Path, seed: int, server: str
) -> None:
    made = Street(home=free_home, port_base=free_port_base(), environment={}, instances=1)
    with small_disk(free_home / server, MEGABYTES[server]):
        try:
            made.start()
            with Load(made, tmp_path, seed=seed, cases=20_000, rate=100, instances=(1,)) as load:
                until(lambda: load.taken > 200, 120)
                ballast = fill(free_home / server)
                until(partial(troubled, made, server, load), 300)
                ballast.unlink()
                until(partial(well, made), 300)
                load.takes(100)
            check(made, [load])
        finally:
            made.mingshao("down")


def troubled(made: Street, server: str, load: Load) -> bool:
    """Kafka's trouble reaches who pushes; MongoDB's shows in the services' health alone."""
    return load.answers[503] > 0 if server == "kafka" else not well(made)


@pytest.fixture
def free_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("full") / "home"
