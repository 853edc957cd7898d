"""Watching a deployment come up, and what is said when it is there."""

import shutil
import subprocess
import sys
import time
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from .. import keys, ports
from ..errors import LocalError, died_at_start
from ..places import Home, default_home
from ..supervisor import plan, record
from ..supervisor.record import State, Wanted
from .show import console, in_zone, say


def wait(home: Home, wanted: Wanted, started: "subprocess.Popen[bytes] | None") -> bool:
    """Until the supervisor has answered this `wanted`; a bar meanwhile. What needs a person is said; whether nothing
    does. LocalError with what it says went wrong."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        said = ("", "")
        task = progress.add_task("启动 starting", total=None)
        while True:
            state = record.read_state(home)
            if state is not None and state.answered == wanted.asked:
                break
            if state is not None and state.wanted.asked == wanted.asked:
                if not console.is_terminal and state.doing != said:
                    said = state.doing
                    console.print(" ".join(said), style="dim")
                progress.update(
                    task, description=" ".join(state.doing), completed=state.done, total=state.total or None
                )
            if (started is not None and started.poll() is not None) or (
                started is None and not record.is_supervised(home)
            ):
                _after_the_end(home, wanted)
                break
            time.sleep(0.1)
    return _judge(record.read_state(home))


def _after_the_end(home: Home, wanted: Wanted) -> None:
    """It ended; whether it had answered is read once more, since it may have done so in between."""
    state = record.read_state(home)
    if state is None or state.answered != wanted.asked:
        raise died_at_start("supervisor", home.log("supervisor"), "ended")


def _judge(state: State | None) -> bool:
    if state is None or state.phase in ("stopping", "stopped"):
        raise LocalError("启动被中止。", "The start was cut short by a stop.")
    for zh, en in state.notes:
        say(zh, en, "bold yellow")
    if state.failure is not None:
        raise LocalError(*state.failure)
    return not state.notes


def welcome(home: Home, wanted: Wanted, *, well: bool) -> None:
    """Addresses and a first push."""
    address = {name: f"http://127.0.0.1:{ports.service_port(wanted.port_base, name, 1)}" for name in ports.SERVICES}
    mingshao = command()
    flag = "" if home.path == default_home().resolve() else f" --home {home.path}"
    if well:
        say("鸣哨已就绪。", "Mingshao is ready.", "bold green")
    else:
        say(
            "鸣哨在运行，但没有全部就绪：先处理上面所列，见 docs/operations.md 的 Halted；"
            f"分办的库可从日志重建：{mingshao} routing rebuild{flag}",
            "Mingshao runs, and not all of it: see to what is said above first (docs/operations.md, Halted); "
            "routing's store can be made again from the log.",
            "bold yellow",
        )
    rows = {
        "受理 intake": address["intake"],
        "分办 routing": address["routing"],
        "通知 notify": address["notify"],
        "指标 metrics": address["metrics"],
        "凭据 evidence": address["evidence"],
        "看板 dashboard": f"{address['metrics']}/#key={keys.local(home, 'dashboard')}",
        "Kafka": plan.kafka_bootstrap(wanted),
        "MongoDB": plan.mongodb_uri(wanted) if wanted.mongodb is None else "MONGODB_URI",
    }
    for name, where in rows.items():
        console.print(f"  {name:<14} {where}", markup=False, soft_wrap=True)
    say("推送第一张工单：", "Push a first ticket:")
    console.print(
        f"""  curl -X POST {address["intake"]}/v1/tickets \\
    -H "Authorization: Bearer $({mingshao} key source:hotline{flag})" -H "Content-Type: application/json" \\
    -d '{{"channel": "hotline", "source_id": "demo-1", "title": "路灯不亮", "text": "三号楼前的路灯不亮了", \
"category": "street-light", "reported_at": "{in_zone()}"}}'""",
        markup=False,
        soft_wrap=True,
    )
    say(f"看看指标：{mingshao} rates{flag}    停止：{mingshao} down{flag}", "")


def command() -> str:
    """How this person types our name: short where it is on the PATH, else where it was installed."""
    if shutil.which("mingshao"):
        return "mingshao"
    installed = Path(sys.prefix) / "bin" / "mingshao"
    if installed.is_relative_to(Path.cwd()):
        installed = installed.relative_to(Path.cwd())
    return str(installed)
