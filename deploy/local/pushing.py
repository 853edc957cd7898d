"""An NDJSON file to intake, some hundred lines at a time; lines that found no room are sent again."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import msgspec

from .calls import Caller, problem
from .errors import LocalError

LINES = 500
BYTES = 4_000_000
RETRY_STATUSES = (429, 503)
RETRIES = 8

Send = Callable[[bytes], httpx.Response]


class LineProblem(msgspec.Struct, frozen=True, kw_only=True):
    """A line that was not taken, by its number in the file."""

    line: int
    text: str


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one batch; `size` in bytes of the file."""

    size: int
    taken: int
    problems: tuple[LineProblem, ...]


def push(file: Path, send: Send, sleep: Callable[[float], None] = time.sleep) -> Iterator[Pushed]:
    """Batch by batch. LocalError where a whole batch is refused: nothing after it is sent."""
    for size, batch in batches(file):
        taken, problems, waiting = 0, [], batch
        for attempt in range(RETRIES + 1):
            answer = send(b"\n".join(line for _, line in waiting) + b"\n")
            if answer.status_code in RETRY_STATUSES:
                again = waiting
            elif answer.status_code == 200:
                results = [json.loads(line) for line in answer.text.splitlines() if line]
                again = []
                for result in results:
                    number, text = waiting[result["line"] - 1]
                    if result["status"] == 202:
                        taken += 1
                    elif result["status"] in RETRY_STATUSES and attempt < RETRIES:
                        again.append((number, text))
                    else:
                        problems.append(LineProblem(line=number, text=words(result)))
            else:
                raise LocalError(
                    f"第 {waiting[0][0]} 行起的一批被拒绝（{answer.status_code}）：{problem(answer)}",
                    f"The batch from line {waiting[0][0]} was refused ({answer.status_code}): {problem(answer)}",
                )
            waiting = again
            if not waiting:
                break
            if attempt == RETRIES:
                raise LocalError(
                    f"第 {waiting[0][0]} 行起一直未被受理（{answer.status_code}）：{problem(answer)}。"
                    "稍后再推送一次，重复的不会重复受理。",
                    f"From line {waiting[0][0]} on nothing was taken ({answer.status_code}): {problem(answer)}. "
                    "Push again later; what was taken has no effect a second time.",
                )
            sleep(wait_seconds(answer, attempt))
        yield Pushed(size=size, taken=taken, problems=tuple(problems))


def batches(file: Path) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
    """(bytes of the file, numbered lines), blank lines left out."""
    batch: list[tuple[int, bytes]] = []
    size = 0
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            size += len(line)
            if line.strip():
                batch.append((number, line.rstrip(b"\r\n")))
            if batch and (len(batch) >= LINES or size >= BYTES):
                yield size, batch
                batch, size = [], 0
    if batch:
        yield size, batch


def words(result: dict[str, object]) -> str:
    """What a result line says is wrong."""
    found = result.get("problem")
    if not isinstance(found, dict):
        return f"{result.get('status')}"
    field = f"{found['field']}: " if found.get("field") else ""
    return f"{result.get('status')} {field}{found.get('detail') or found.get('title') or ''}"


def wait_seconds(answer: httpx.Response, attempt: int) -> float:
    """As Retry-After says, or a little more each time; at most 10 s."""
    said = answer.headers.get("Retry-After", "")
    return min(10.0, float(said) if said.isdecimal() else 0.5 * 2.0**attempt)


def send(intake: Caller, path: str, body: bytes) -> httpx.Response:
    """One batch."""
    return intake.request("POST", path, content=body, headers={"Content-Type": "application/x-ndjson"})
