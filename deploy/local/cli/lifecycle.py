"""`up`, `down`, `status`, `logs`, `reset`."""

import os
import shutil
import signal
import subprocess
import sys
import time
from typing import Annotated

import typer

from .. import ports, processes
from ..errors import LocalError, died_at_start
from ..places import ROOT, Home
from ..supervisor import record
from ..supervisor.record import Wanted
from . import arrival, overview
from .show import HomeOption, console, home_of, say

STOP_SECONDS = 70.0


def up(
    foreground: Annotated[bool, typer.Option(help="留在前台，Ctrl-C 停止  Stay; Ctrl-C stops all")] = False,
    home: HomeOption = None,
    port_base: Annotated[
        int | None, typer.Option(help="端口起点，默认 8100  The first of a hundred ports", min=1024, max=65400)
    ] = None,
    scale: Annotated[
        list[str] | None, typer.Option(help="实例数，如 routing=2，可多次  Instances of a service, such as routing=2")
    ] = None,
) -> None:
    """启动未运行的部分，全部就绪后返回  Start what is not running; return when all is ready."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a plain kill is let clean up like Ctrl-C
    if port_base is not None:
        ports.require_outside_ephemeral(port_base)
    place = home_of(home).make()
    wanted = wish(place, port_base, parse_scale(scale or []))
    await_stopping(place)
    supervised = record.is_supervised(place)
    record.write(place, wanted)
    started = None if supervised else start_supervisor(place)
    try:
        arrival.welcome(place, wanted, well=arrival.wait(place, wanted, started))
        if foreground:
            say("在前台运行，按 Ctrl-C 停止。", "In the foreground; Ctrl-C stops all.")
            while record.is_supervised(place):
                time.sleep(0.5)
            raise LocalError("监督进程已结束。", f"The supervisor has ended; see {place.log('supervisor')}")
    except KeyboardInterrupt:
        if started is not None or foreground:
            say("正在停止…", "Stopping…")
            halt(place)
        raise typer.Exit(0 if foreground else 130) from None


def down(home: HomeOption = None) -> None:
    """停止全部进程，数据保留  Stop everything; the data stays."""
    place = home_of(home)
    if halt(place):
        say("已全部停止，数据保留。", "All stopped; the data stays.")
    else:
        say("本来就没有运行。", "Nothing was running.")


def status(
    as_json: Annotated[bool, typer.Option("--json", help="机器可读  For programs")] = False, home: HomeOption = None
) -> None:
    """各进程的状态、积压与最近的错误  Each process: health, lag, last error. Exit 1 unless all is well."""
    found = overview.look(home_of(home))
    if as_json:
        sys.stdout.write(overview.as_json(found) + "\n")
    else:
        overview.show(found)
    if not found.well:
        raise typer.Exit(1)


def logs(
    service: Annotated[str | None, typer.Argument(help="进程名，如 routing 或 kafka  Such as routing or kafka")] = None,
    home: HomeOption = None,
    lines: Annotated[int, typer.Option("--lines", "-n", help="行数  How many lines", min=1)] = 100,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="持续显示  Go on")] = False,
) -> None:
    """查看日志  Show logs, of one process or of all."""
    place = home_of(home)
    files = sorted(place.logs.glob("*.log"))
    if service is not None:
        files = [file for file in files if file.stem == service or file.stem.rpartition("-")[0] == service]
    if not files:
        known = ", ".join(sorted(file.stem for file in place.logs.glob("*.log"))) or "-"
        raise LocalError(
            f"没有 {service or ''} 的日志。现有：{known}", f"No logs of {service or 'anything'}. Known: {known}"
        )
    command = ["tail", "-n", str(lines), *(["-F"] if follow else []), *map(str, files)]
    try:
        subprocess.run(command, check=False)
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="不询问  Do not ask")] = False, home: HomeOption = None
) -> None:
    """停止并清空数据与日志；密钥保留  Stop, and wipe data and logs; the keys stay.

    The keys stay so that whoever holds one may go on: the next `up` publishes their hashes again.
    """
    place = home_of(home)
    wanted = record.read_wanted(place)
    if wanted is not None and (wanted.kafka or wanted.mongodb):
        raise LocalError(
            "这里用的是您自己的 Kafka 或 MongoDB，不会替您清空。请自行删除主题 mingshao.* 与数据库 mingshao_*。",
            "This deployment uses a Kafka or MongoDB of your own, which we do not wipe. "
            "Delete the topics mingshao.* and the databases mingshao_* there yourself.",
        )
    if not yes:
        say(f"将停止并删除 {place.path} 中的全部数据与日志（密钥保留）。", "All data and logs there will be deleted.")
        typer.confirm("确定吗？ Are you sure?", abort=True)
    halt(place)
    for folder in (place.kafka, place.mongod, place.logs, place.run):
        shutil.rmtree(folder, ignore_errors=True)
    if wanted is not None:
        record.write(place.make(), wanted)  # so that it comes up on the same ports again
    say("已清空，密钥保留。", "Wiped; the keys stay.")


def wish(home: Home, port_base: int | None, scale: dict[str, int]) -> Wanted:
    """What this `up` asks for: the ports of the last time unless told; while running, the instances too."""
    before = record.read_wanted(home)
    running = before is not None and record.is_supervised(home)
    base = port_base or (before.port_base if before else ports.DEFAULT_BASE)
    wanted = Wanted(
        port_base=base,
        scale=({**before.scale, **scale} if before and running else scale),
        kafka=os.environ.get("KAFKA_BOOTSTRAP") or None,
        mongodb=os.environ.get("MONGODB_URI") or None,
        asked=f"{time.time():.6f}",
    )
    if before and running:
        same = (before.port_base, before.kafka, before.mongodb) == (wanted.port_base, wanted.kafka, wanted.mongodb)
        if not same:
            raise LocalError(
                "已在用另外的端口或服务器运行。请先运行 mingshao down。",
                "It is running already, on other ports or servers. Run mingshao down first.",
            )
    return wanted


def parse_scale(words: list[str]) -> dict[str, int]:
    """{"routing": 2} from ["routing=2"]. LocalError for anything else."""
    found = {}
    for word in words:
        service, _, number = word.partition("=")
        if service not in ports.SERVICES or not number.isdecimal() or not 1 <= int(number) <= ports.MOST_INSTANCES:
            known = ", ".join(ports.SERVICES)
            raise LocalError(
                f"--scale {word} 不对：应为 服务=数量，服务是 {known} 之一，数量 1 到 {ports.MOST_INSTANCES}。",
                f"--scale {word} is not right: SERVICE=NUMBER, a service of {known}, 1 to {ports.MOST_INSTANCES}.",
            )
        found[service] = int(number)
    return found


def start_supervisor(home: Home) -> subprocess.Popen[bytes]:
    """In the background, in a session of its own, so that it outlives this command and its terminal."""
    with home.log("supervisor").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "deploy.local.supervisor", str(home.path)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            umask=processes.OWNER_ONLY,
        )


def await_stopping(home: Home) -> None:
    """A stop that is under way is let finish first."""
    deadline = time.monotonic() + STOP_SECONDS
    while record.is_supervised(home) and time.monotonic() < deadline:
        state = record.read_state(home)
        if state is None or state.phase not in ("stopping", "stopped"):
            return
        time.sleep(0.1)


def halt(home: Home) -> bool:
    """Stop the supervisor, which stops all; and what a killed one left behind. False where nothing ran."""
    state = record.read_state(home)
    ran = False
    if state is not None and record.is_supervised(home):
        ran = True
        processes.send(state.supervisor, signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        with console.status("停止中 stopping"):
            while processes.alive(state.supervisor):
                if time.monotonic() > deadline:
                    raise died_at_start("supervisor", home.log("supervisor"), "does not stop")
                time.sleep(0.05)
    left = processes.of_home(home.path)
    servers = ("kafka", "mongod")
    processes.stop([process for process in left if process.name not in servers], 12)
    for name in servers:
        processes.stop([process for process in left if process.name == name], 20)
    return ran or bool(left)
