"""A service's own program: its lines as they come, its last word where it fails, and no end of log that stops it."""

from pathlib import Path

import pytest

from deploy.local.cli import program
from deploy.local.errors import LocalError
from deploy.local.places import Home
from deploy.local.supervisor import plan
from deploy.local.supervisor.record import Wanted

LOUD = """
import sys
print("first", flush=True)
sys.stderr.write("a line of log\\n" * 100_000)
print("second", flush=True)
sys.exit("the last word" if sys.argv[1:] else 3)
"""


@pytest.fixture
def wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Wanted:
    (tmp_path / "loud.py").write_text(LOUD)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(plan, "module_of", lambda service: "loud")
    return Wanted(port_base=8100)


def test_its_log_may_be_longer_than_a_pipe_holds(tmp_path: Path, wanted: Wanted) -> None:
    told = list(program.lines(Home(tmp_path), wanted, "metrics", fine=(0, 3)))
    assert told == ["first\n", "second\n"]


def test_where_it_fails_its_last_word_is_said(tmp_path: Path, wanted: Wanted) -> None:
    with pytest.raises(LocalError, match="the last word"):
        list(program.lines(Home(tmp_path), wanted, "metrics", "fails"))
