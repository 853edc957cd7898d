"""What the command line makes of its words, and how it says that something is wrong."""

import re
import sys
from pathlib import Path

import pytest

from deploy.local import __main__ as program
from deploy.local import ports
from deploy.local.cli import arrival, lifecycle, overview, work
from deploy.local.errors import LocalError, died_at_start
from deploy.local.places import Home
from deploy.local.processes import Running
from deploy.local.supervisor import record
from deploy.local.supervisor.record import Entry, State, Wanted


def run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["mingshao", *words])
    with pytest.raises(SystemExit) as ended:
        program.main()
    return int(ended.value.code or 0)


def test_scale_is_a_service_and_a_number() -> None:
    assert lifecycle.parse_scale(["routing=2", "metrics=3"]) == {"routing": 2, "metrics": 3}
    for word in ("routing", "routing=", "routing=0", "routing=10", "nobody=2", "routing=-1"):
        with pytest.raises(LocalError, match="SERVICE=NUMBER"):
            lifecycle.parse_scale([word])


def test_ports_follow_from_the_base() -> None:
    assert [ports.service_port(8100, name, 1) for name in ports.SERVICES] == [8101, 8102, 8103, 8104, 8105]
    assert ports.service_port(8100, "routing", 3) == 8122


def test_an_up_keeps_the_ports_of_the_last_and_not_its_instances(tmp_path: Path) -> None:
    home = Home(tmp_path).make()
    assert lifecycle.wish(home, None, {}).port_base == ports.DEFAULT_BASE
    record.write(home, Wanted(port_base=9300, scale={"routing": 2}))
    assert (lifecycle.wish(home, None, {}).port_base, lifecycle.wish(home, None, {}).scale) == (9300, {})


def test_a_running_home_keeps_its_instances_and_its_ports(tmp_path: Path) -> None:
    home = Home(tmp_path).make()
    record.write(home, Wanted(port_base=9300, scale={"routing": 2}))
    with record.hold(home) as alone:
        assert alone
        assert lifecycle.wish(home, None, {"metrics": 2}).scale == {"routing": 2, "metrics": 2}
        with pytest.raises(LocalError, match="mingshao down"):
            lifecycle.wish(home, 9400, {})
    assert not record.is_supervised(home)


def test_ones_own_servers_are_used_and_never_wiped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path).make()
    monkeypatch.setenv("KAFKA_BOOTSTRAP", "127.0.0.1:1")
    wanted = lifecycle.wish(home, None, {})
    assert (wanted.kafka, wanted.mongodb) == ("127.0.0.1:1", None)
    record.write(home, wanted)
    assert run(monkeypatch, "reset", "--yes", "--home", str(tmp_path)) == 1
    assert "mingshao.*" in capsys.readouterr().err


def test_reset_keeps_keys_and_ports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path).make()
    (home.keys / "admin").write_text("k")
    (home.kafka / "data").mkdir()
    record.write(home, Wanted(port_base=9300))
    assert run(monkeypatch, "reset", "--yes", "--home", str(tmp_path)) == 0
    assert ((home.keys / "admin").read_text(), (home.kafka / "data").exists()) == ("k", False)
    assert lifecycle.wish(home, None, {}).port_base == 9300


def test_an_error_is_told_without_a_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "rates", "--home", str(tmp_path)) == 1
    told = capsys.readouterr().err
    assert "mingshao up" in told
    assert "Traceback" not in told


def test_status_of_nothing_is_said_and_is_no_success(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "status", "--json", "--home", str(tmp_path / "none")) == 1
    assert '"never started"' in capsys.readouterr().out
    assert not overview.look(Home(tmp_path / "none")).well
    assert not (tmp_path / "none").exists()


def test_figures_read_as_percentages() -> None:
    assert (work.percent(0.96), work.percent(None), work.interval([0.941, 0.973])) == ("96.0%", "–", "94.1% – 97.3%")
    assert work.coverage({"value": 0.5, "numerator": 2, "denominator": 4}) == "50.0% (2/4)"
    assert (work.interval(None), work.coverage(None)) == ("", "")


def test_the_version_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(monkeypatch, "--version") == 0
    assert re.fullmatch(r"mingshao \d+\.\d+\.\d+\n", capsys.readouterr().out)


@pytest.mark.parametrize(("words", "known"), [(["nosuch"], "status"), (["dead", "nosuch"], "replay")])
def test_a_command_that_there_is_not_is_answered_with_those_there_are(
    words: list[str], known: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, *words) == 2
    told = capsys.readouterr().err
    assert "nosuch" in told
    assert known in told


def test_ports_that_the_system_gives_to_callers_are_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = tmp_path / "range"
    monkeypatch.setattr(ports, "EPHEMERAL", told)
    told.write_text("32768\t60999\n")
    for base in (32_700, 40_000, 60_999):
        assert run(monkeypatch, "up", "--home", str(tmp_path / "home"), "--port-base", str(base)) == 1
        assert "32768" in capsys.readouterr().err
    assert not (tmp_path / "home").exists()
    for base in (8_100, 32_668, 61_000):
        ports.require_outside_ephemeral(base)
    for odd in ("1024 65535", "no numbers", ""):  # no better choice, or nobody knows
        told.write_text(odd)
        ports.require_outside_ephemeral(40_000)


def test_up_to_when_figures_count_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    one = {"counted_up_to": "2026-03-01T00:00:00+00:00", "complete": True}
    work.counted_upto([one, one | {"counted_up_to": "2026-03-01T00:00:09+00:00"}])
    assert "2026-03-01T08:00:00+08:00" in capsys.readouterr().out, "the earliest of them"
    work.counted_upto([one, one | {"complete": False}])
    assert "统计落后" in capsys.readouterr().out
    work.counted_upto([one, one | {"counted_up_to": None, "complete": False}])
    assert "尚不知道" in capsys.readouterr().out


def test_a_deployment_in_which_something_is_halted_is_not_called_ready(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path).make()
    for well, said in ((True, "鸣哨已就绪"), (False, "没有全部就绪")):
        arrival.welcome(home, Wanted(port_base=9300), well=well)
        told = capsys.readouterr().out
        assert said in told
        assert ("已就绪。" in told) is well


def test_a_death_at_start_shows_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text("\n".join(f"line {number}" for number in range(100)))
    told = str(died_at_start("kafka", log, "exit 1"))
    assert "line 99" in told
    assert "line 50" not in told


@pytest.mark.parametrize(
    "command", ["up", "down", "status", "logs", "reset", "key", "push", "replay", "rates", "dead", "directory"]
)
def test_every_command_explains_itself(
    command: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, command, "--help") == 0
    assert command in capsys.readouterr().out


def state_of(scale: dict[str, int], *names: str) -> State:
    me = Running(name="supervisor", pid=1, started=0.0, port=0)
    kept = tuple(Entry(name=name, port=1, log="") for name in names)
    return State(supervisor=me, wanted=Wanted(port_base=8100, scale=scale), processes=kept)


def test_what_belongs_here_and_is_kept_by_nobody_is_told_and_is_not_well() -> None:
    every = ("kafka", "mongod", "intake-1", "routing-1", "notify-1", "metrics-1", "evidence-1")
    assert overview.absent(state_of({}, *every)) == []
    assert [line.name for line in overview.absent(state_of({"routing": 2}, *every))] == ["routing-2"]
    # a rebuild that was cut short has left routing wanted nowhere
    (line,) = overview.absent(state_of({"routing": 0}, *(name for name in every if name != "routing-1")))
    assert (line.name, line.port, line.health) == ("routing-1", 8102, "absent")
    assert "mingshao up" in line.trouble
    fine = overview.Line(name="kafka", pid=1, port=1, health="ok")
    found = overview.Overview(home="", port_base=8100, supervisor=1, phase="ready", processes=(fine, line))
    assert not found.well


def test_numbers_are_read_from_what_prometheus_is_told() -> None:
    said = '# HELP a_total x\na_total{what="kafka"} 2.0\na_total{what="store"} 3.0\na_total_created 9.0\nb NaN\n'
    assert (sum(overview.series(said, "a_total")), overview.series(said, "c")) == (5.0, [])
