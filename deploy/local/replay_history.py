"""A history as steps, and the steps as waves of batches. Pure but for reading the file.

Two formats, one JSON object a line: a step `{"kind": "ticket"|"opinion"|"action", "key": "source:hotline", "body":
{…}}` with a body as intake takes it; or a message to local government with the official reply (留言编号, 留言主题,
留言时间, 留言详情, 答复意见, 答复时间), which becomes a hotline ticket and what was done about it.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import msgspec

from services.contracts.identity import case_id

from .errors import LocalError

CHINA = timezone(timedelta(hours=8))
SOURCE = "hotline"
LINES, BYTES, WINDOW = 500, 4_000_000, 20_000
PATHS = {"ticket": "/v1/tickets", "opinion": "/v1/opinions", "action": "/v1/actions"}


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One call. `key` is a key's name such as `department:housing`; `line` is where it stands in the file."""

    kind: Literal["ticket", "opinion", "action"]
    key: str
    body: dict[str, Any]
    line: int = 0

    @property
    def case_id(self) -> str:
        """The case it is about."""
        if self.kind == "action":
            return str(self.body.get("case_id"))
        return case_id(self.kind, self.key.partition(":")[2], str(self.body.get("source_id")))


class History(msgspec.Struct, frozen=True, kw_only=True):
    """`early` are lines whose reply is older than the message: what was done there will be refused."""

    steps: list[Step]
    early: tuple[int, ...] = ()


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Steps of one path and one key, no two of one case, with their lines as they are sent."""

    path: str
    key: str
    steps: tuple[Step, ...]
    lines: tuple[bytes, ...]


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A message with its official reply."""

    number: str = msgspec.field(name="留言编号")
    title: str = msgspec.field(name="留言主题")
    sent: str = msgspec.field(name="留言时间")
    text: str = msgspec.field(name="留言详情")
    reply: str = msgspec.field(name="答复意见", default="")
    replied: str = msgspec.field(name="答复时间", default="")


def read(file: Path, departments: Iterable[str]) -> History:
    """All of a file. LocalError names the first line that is neither format."""
    steps: list[Step] = []
    early: list[int] = []
    units = sorted(departments)
    with file.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                told = msgspec.json.decode(line, type=dict[str, Any])
                if "留言编号" in told:
                    message = msgspec.convert(told, Message)
                    steps += tell(message, units, number)
                    if message.replied and instant(message.replied) < instant(message.sent):
                        early.append(number)
                else:
                    steps.append(msgspec.convert(told | {"line": number}, Step))
            except (msgspec.MsgspecError, ValueError) as error:
                raise LocalError(
                    f"{file.name} 第 {number} 行不是可重放的历史：{error}。格式见 deploy/local/replay_history.py。",
                    f"{file.name}, line {number} is no history that can be replayed: {error}. "
                    "deploy/local/replay_history.py describes the formats.",
                ) from error
    return History(steps=steps, early=tuple(early))


def tell(message: Message, departments: Sequence[str], line: int = 0) -> list[Step]:
    """The ticket and its dispatch at the message's time; sign, reply and close at the reply's, where there is one."""
    sent = instant(message.sent).isoformat()
    ticket = {
        "channel": SOURCE,
        "source_id": message.number,
        "title": message.title.strip(),
        "text": message.text.strip(),
        "reported_at": sent,
    }
    source, unit = f"source:{SOURCE}", department_of(message.number, departments)
    case = case_id("ticket", SOURCE, message.number)

    def act(key: str, action: str, at: str, **details: str) -> Step:
        body = {"case_id": case, "action_id": f"replay-{action}", "action": action, "at": at, **details}
        return Step(kind="action", key=key, body=body, line=line)

    steps = [
        Step(kind="ticket", key=source, body=ticket, line=line),
        act("dispatcher", "dispatch", sent, department=unit),
    ]
    if message.reply.strip() and message.replied:
        at = instant(message.replied).isoformat()
        steps += [
            act(f"department:{unit}", "sign", at),
            act(f"department:{unit}", "reply", at, text=message.reply.strip()),
            act(source, "close", at),
        ]
    return steps


def department_of(number: str, departments: Sequence[str]) -> str:
    """Where no category is known: SHA-256 of the number (UTF-8), big-endian, modulo the sorted departments."""
    digest = hashlib.sha256(number.encode()).digest()
    return sorted(departments)[int.from_bytes(digest, "big") % len(departments)]


def instant(text: str) -> datetime:
    """`2018/12/31 22:21:59`, read as +08:00; a bare date is its midnight. ValueError for anything else."""
    for form in ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d"):
        try:
            return datetime.strptime(text.strip().replace("-", "/"), form).replace(tzinfo=CHINA)
        except ValueError:
            continue
    raise ValueError(f"{text!r} is no time such as 2018/12/31 22:21:59")


def waves(steps: Iterable[Step], window: int = WINDOW) -> Iterator[list[Batch]]:
    """Batches that may be sent in any order, wave after wave.

    In a window of steps, a case's first step is in the first wave, its second in the second: each is answered before
    the next is sent, so a line that must be sent again overtakes nothing.
    """
    remaining = iter(steps)
    while part := list(islice(remaining, window)):
        told: dict[str, int] = {}
        by_wave: dict[int, dict[tuple[str, str], list[Step]]] = {}
        for step in part:
            wave = told[step.case_id] = told.get(step.case_id, -1) + 1
            by_wave.setdefault(wave, {}).setdefault((PATHS[step.kind], step.key), []).append(step)
        for wave in sorted(by_wave):
            yield [batch for (path, key), own in by_wave[wave].items() for batch in _batches(path, key, own)]


def _batches(path: str, key: str, steps: Sequence[Step]) -> Iterator[Batch]:
    begin, size = 0, 0
    lines: list[bytes] = []
    for index, step in enumerate(steps):
        line = msgspec.json.encode(step.body)
        if lines and (len(lines) >= LINES or size + len(line) > BYTES):
            yield Batch(path=path, key=key, steps=tuple(steps[begin:index]), lines=tuple(lines))
            begin, lines, size = index, [], 0
        lines.append(line)
        size += len(line) + 1
    if lines:
        yield Batch(path=path, key=key, steps=tuple(steps[begin:]), lines=tuple(lines))
