"""`mingshao replay`: a history over HTTP in its own times, with keys that may backdate."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import UTC, datetime
from pathlib import Path

import httpx
import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from . import history_end, keys, street
from .calls import Caller, problem
from .cli.show import caller, console, say
from .errors import LocalError
from .places import Home
from .replay_history import Batch, Step, read, waves

AT_ONCE = 4
AGAIN = (429, 503)
Answer = Callable[[Batch, bytes], httpx.Response | None]
"""Sends a body to the batch's path with its key; None where nothing answered."""


class Retry(msgspec.Struct, frozen=True, kw_only=True):
    """When to try again: doubling from `first` to `longest` seconds, `times` times, and never before Retry-After."""

    first: float = 0.25
    longest: float = 5.0
    times: int = 40

    def wait(self, attempt: int, retry_after: str | None = None) -> float | None:
        """Seconds to wait after the failed `attempt` (the first is 0); None: no more."""
        if attempt >= self.times:
            return None
        said = float(retry_after) if retry_after and retry_after.isdecimal() else 0.0
        return max(said, min(self.longest, self.first * 2.0 ** min(attempt, 16)))


PATIENT = Retry()


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A line that intake did not take."""

    line: int
    status: int
    code: str
    detail: str


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a batch."""

    taken: int
    refused: tuple[Refused, ...] = ()


class LineResult(msgspec.Struct, frozen=True, kw_only=True):
    """A line of intake's answer."""

    line: int
    status: int
    problem: dict[str, object] = {}


def replay_command(file: Path, home: Path, *, more_to_come: bool = False) -> int:
    """Push all of `file` to the deployment of `home`, with a bar and a summary. 0 where every line was taken, else 1.

    A history that was taken whole is declared ended for its sources, unless there is `more_to_come`.
    LocalError where the file is no history, nothing answers, or a key is not accepted.
    """
    place = Home(home)
    routing = caller(place, "routing", "admin")
    history = read(file, street.current(routing, "department"))
    senders = {name: sender(place, name) for name in sorted({step.key for step in history.steps})}
    hashes = {keys.hash_of(keys.local(place, keys.backdating(name))): name for name in senders}
    rows = {key: msgspec.to_builtins(keys.row(keys.backdating(name)), str_keys=True) for key, name in hashes.items()}
    street.publish(routing, {"key": rows})

    def answer(batch: Batch, body: bytes) -> httpx.Response | None:
        try:
            return senders[batch.key].request(
                "POST", batch.path, content=body, headers={"Content-Type": "application/x-ndjson"}
            )
        except LocalError:
            return None

    began = time.monotonic()
    taken, refused = 0, list[Refused]()
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task("重放 replaying", total=len(history.steps))
        for delivered in push(history.steps, answer):
            taken += delivered.taken
            refused += delivered.refused
            progress.advance(task, delivered.taken + len(delivered.refused))
    summarize(taken, refused, history.early, time.monotonic() - began)
    if refused:
        say(
            "历史不完整，未宣告结束，其时限暂不计。",
            "Not told whole, so not declared ended: no deadline counts yet.",
        )
    elif more_to_come:
        say("后面还有，其时限暂不计。", "More is to come: no deadline of it counts yet.")
    else:
        ended = "、".join(history_end.declare(routing, senders, datetime.now(UTC)))
        say(f"历史到此为止，其时限开始计：{ended}", "The history has ended: its deadlines count from here on.")
    return 1 if refused else 0


def sender(home: Home, name: str) -> Caller:
    """Intake, called with the key that is as `name` and may backdate."""
    return caller(home, "intake", keys.backdating(name))


def push(steps: list[Step], answer: Answer, sleep: Callable[[float], None] = time.sleep) -> Iterator[Delivered]:
    """Wave by wave, some batches of a wave at once. LocalError as `deliver`: nothing of a later wave is sent then."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for wave in waves(steps):
            doing = [pool.submit(deliver, batch, answer, sleep) for batch in wave]
            try:
                for done in as_completed(doing):
                    yield done.result()
            finally:
                for one in doing:
                    one.cancel()


def deliver(batch: Batch, answer: Answer, sleep: Callable[[float], None], retry: Retry = PATIENT) -> Delivered:
    """One batch until each of its lines is taken or refused. LocalError where that does not come to be."""
    waiting, attempt, taken = list(range(len(batch.steps))), 0, 0
    refused: list[Refused] = []
    while True:
        found = answer(batch, b"\n".join(batch.lines[index] for index in waiting) + b"\n")
        if found is not None and found.status_code == 200:
            again = []
            for result in _results(found):
                index = waiting[result.line - 1]
                if result.status == 202:
                    taken += 1
                elif result.status in AGAIN:
                    again.append(index)
                else:
                    refused.append(_refused(batch.steps[index].line, result))
            waiting = again
        elif found is not None and found.status_code not in (*AGAIN, 401, 502, 504):
            # 401: the key was published a moment ago and has not reached intake yet
            raise _gave_up(batch, f"{found.status_code}, {problem(found)}")
        if not waiting:
            return Delivered(taken=taken, refused=tuple(refused))
        pause = retry.wait(attempt, found.headers.get("Retry-After") if found is not None else None)
        if pause is None:
            raise _gave_up(batch, "no answer" if found is None else f"{found.status_code}, {problem(found)}")
        sleep(pause)
        attempt += 1


def _results(answer: httpx.Response) -> list[LineResult]:
    return [msgspec.json.decode(line, type=LineResult) for line in answer.content.splitlines() if line.strip()]


def _refused(line: int, result: LineResult) -> Refused:
    said = result.problem
    return Refused(
        line=line, status=result.status, code=str(said.get("code") or ""), detail=str(said.get("detail") or "")
    )


def _gave_up(batch: Batch, why: str) -> LocalError:
    line = batch.steps[0].line
    return LocalError(
        f"从第 {line} 行起的一批（{batch.key}）没有被受理：{why}。"
        "查看 mingshao status 后再重放一次：已受理的不会重复生效。",
        f"The batch from line {line} on ({batch.key}) was not taken: {why}. Look at mingshao status and replay again: "
        "what was taken has no effect a second time.",
    )


def summarize(taken: int, refused: list[Refused], early: tuple[int, ...], seconds: float) -> None:
    """What was pushed, what was not and why, and how fast."""
    table = Table("结果 result", "条 lines", "说明 note", box=None)
    table.add_row("已受理 taken", str(taken), f"{seconds:.1f} s, {taken / max(seconds, 0.001):,.0f} 条/秒 events/s")
    reasons = Counter((one.status, one.code) for one in refused)
    for (status, code), count in reasons.most_common():
        first = next(one for one in refused if (one.status, one.code) == (status, code))
        note = f"{code}：第 {first.line} 行等  such as line {first.line}: {first.detail}"
        table.add_row(f"被拒 refused {status}", str(count), note.replace("[", "\\["))
    if early:
        lines = ", ".join(map(str, early[:10])) + (" …" if len(early) > 10 else "")
        note = f"答复早于留言，分办会拒绝  The reply is older than the message, routing will refuse it: {lines}"
        table.add_row("时间矛盾 early", str(len(early)), note)
    console.print(table)
    if not refused:
        say("全部推送完毕，分办结果见 mingshao rates。", "All pushed; see mingshao rates for what came of it.", "green")
