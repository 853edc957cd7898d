"""`mingshao replay`: what is sent, in which order, and what happens when it is not taken at once."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import keys, ports
from deploy.local.errors import LocalError
from deploy.local.places import Home
from deploy.local.replay import Delivered, Retry, deliver, push, replay_command
from deploy.local.replay_history import Batch, department_of, waves
from deploy.local.supervisor import record
from tests.conftest import free_port_base
from tests.unit.local.test_replay_history import MESSAGE, act, ticket, write


def taken(*statuses: int) -> httpx.Response:
    lines = [
        {"line": index, "status": status} | ({} if status == 202 else {"problem": {"code": "bad", "detail": "no"}})
        for index, status in enumerate(statuses, 1)
    ]
    return httpx.Response(200, text="\n".join(map(json.dumps, lines)))


def test_a_retry_doubles_to_its_longest_honours_retry_after_and_ends() -> None:
    retry = Retry(first=1, longest=3, times=4)
    assert [retry.wait(attempt) for attempt in range(5)] == [1, 2, 3, 3, None]
    assert retry.wait(0, "7") == 7
    assert retry.wait(0, "Mon, 23 Nov 2026 00:00:00 GMT") == 1


def batch(count: int) -> Batch:
    ((made,),) = waves([ticket(number) for number in range(count)])
    return made


def test_lines_without_room_alone_are_sent_again() -> None:
    answers = iter([None, httpx.Response(503, headers={"Retry-After": "4"}), taken(202, 503, 422), taken(202)])
    sent: list[int] = []
    slept: list[float] = []

    def answer(_: Batch, body: bytes) -> httpx.Response | None:
        sent.append(len(body.splitlines()))
        return next(answers)

    delivered = deliver(batch(3), answer, slept.append)
    assert (delivered.taken, [(one.line, one.status, one.code) for one in delivered.refused]) == (2, [(3, 422, "bad")])
    assert sent == [3, 3, 3, 1]
    assert slept[1] == 4


@pytest.mark.parametrize("status", [400, 403, 413])
def test_a_batch_that_is_refused_whole_ends_the_replay(status: int) -> None:
    with pytest.raises(LocalError, match=str(status)):
        deliver(batch(1), lambda *_: httpx.Response(status, json={"detail": "no"}), lambda _: None)


def test_silence_ends_in_words() -> None:
    with pytest.raises(LocalError, match="no answer"):
        deliver(batch(1), lambda *_: None, lambda _: None, Retry(times=2))


def test_nothing_of_a_case_is_sent_before_the_step_ahead_of_it_was_answered() -> None:
    steps = [step for n in range(900) for step in (ticket(n), act(n, "dispatcher", "x"))]
    order: list[str] = []

    def answer(sending: Batch, body: bytes) -> httpx.Response:
        order.append(sending.path)
        return taken(*[202] * len(body.splitlines()))

    assert sum(delivered.taken for delivered in push(steps, answer, lambda _: None)) == 1800
    assert order == ["/v1/tickets"] * 2 + ["/v1/actions"] * 2


class Street(BaseHTTPRequestHandler):
    """Intake and routing in one: takes every line and keeps what came."""

    seen: list[tuple[str, str, list[Any]]]
    rows: dict[str, Any]
    histories: dict[str, Any]
    away: list[int]
    refusing: int

    def do_GET(self) -> None:
        self._answer(
            {"rows": {name: {"row": {"name": name}} for name in "ab"} if self.path.endswith("department") else {}}
        )

    def do_PUT(self) -> None:
        told = json.loads(self._body())
        if "history" in told and self.away:
            self._answer({}, self.away.pop())
            return
        self.rows.update(told.get("key", {}))
        if "history" in told:
            self.histories.update(told["history"])
            self.seen.append((self.path, "", []))
        self._answer({"versions": {kind: dict.fromkeys(rows, 1) for kind, rows in told.items()}})

    def do_POST(self) -> None:
        lines = [json.loads(line) for line in self._body().splitlines()]
        self.seen.append((self.path, self.headers["Authorization"].removeprefix("Bearer "), lines))
        self._answer([{"line": number, "status": self.refusing or 202} for number, _ in enumerate(lines, 1)])

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def _answer(self, body: Any, status: int = 200) -> None:
        lines = body if isinstance(body, list) else [body]
        content = "\n".join(map(json.dumps, lines)).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def street(home: Home) -> Iterator[type[Street]]:
    handler = type("Fresh", (Street,), {"seen": [], "rows": {}, "histories": {}, "away": [], "refusing": 0})
    base = free_port_base()
    record.write(home, record.Wanted(port_base=base))
    servers = [
        ThreadingHTTPServer(("127.0.0.1", ports.service_port(base, name, 1)), handler) for name in ("intake", "routing")
    ]
    threads = [threading.Thread(target=server.serve_forever, args=(0.01,)) for server in servers]
    for thread in threads:
        thread.start()
    try:
        yield handler
    finally:
        for server, thread in zip(servers, threads, strict=True):
            server.shutdown()
            thread.join()
            server.server_close()


def test_a_file_is_replayed_with_keys_that_may_backdate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = Home(tmp_path / "home").make()
    file = write(tmp_path / "m", MESSAGE, MESSAGE | {"留言编号": "18", "答复时间": "2018/3/4"})
    with street(home) as handler:
        assert replay_command(file, home.path) == 0
    names = [
        "replay",
        "replay-dispatcher",
        *(f"replay-department-{department_of(n, ['a', 'b'])}" for n in ("17", "18")),
    ]
    assert set(handler.rows) == {keys.hash_of(keys.local(home, name)) for name in names}
    assert all(row["scopes"] == ["backdate"] for row in handler.rows.values())
    assert sum(len(lines) for *_, lines in handler.seen) == 10
    assert handler.seen[0][:2] == ("/v1/tickets", keys.local(home, "replay"))
    out = capsys.readouterr().out
    assert "10" in out
    assert "时间矛盾" in out


def test_at_its_end_the_history_of_each_source_is_declared_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where routing is away for a moment."""
    home = Home(tmp_path / "home").make()
    file = write(
        tmp_path / "m",
        *({"kind": "ticket", "key": f"source:{name}", "body": {"source_id": "1"}} for name in ("grid", "hotline")),
        {"kind": "action", "key": "dispatcher", "body": {"case_id": "t-1", "action_id": "1", "action": "dispatch"}},
    )
    began = datetime.now(UTC)
    with street(home) as handler:
        handler.away.append(503)
        assert replay_command(file, home.path) == 0
    assert set(handler.histories) == {"grid", "hotline"}
    assert [path for path, *_ in handler.seen][-1] == "/v1/directory", "when all of it was taken"
    for row in handler.histories.values():
        assert began <= datetime.fromisoformat(row["ended_at"]) <= datetime.now(UTC)
    out = capsys.readouterr().out
    assert "历史到此为止，其时限开始计：grid、hotline" in out
    assert "deadlines count from here on" in out


def test_what_has_more_to_come_or_is_not_whole_is_not_declared_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "home").make()
    file = write(tmp_path / "m", MESSAGE)
    with street(home) as handler:
        assert replay_command(file, home.path, more_to_come=True) == 0
        assert not handler.histories
    assert "后面还有" in capsys.readouterr().out
    with street(home) as handler:
        handler.refusing = 422
        assert replay_command(file, home.path) == 1
        assert not handler.histories
    assert "历史不完整" in capsys.readouterr().out


def test_a_history_whose_end_is_refused_is_not_said_to_have_ended(tmp_path: Path) -> None:
    home = Home(tmp_path / "home").make()
    file = write(tmp_path / "m", MESSAGE)
    with street(home) as handler:
        handler.away.append(422)
        with pytest.raises(LocalError):
            replay_command(file, home.path)


def test_where_nothing_was_started_it_says_how(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match="mingshao up"):
        replay_command(write(tmp_path / "m", MESSAGE), tmp_path / "nowhere")


def test_a_refused_line_is_counted_with_its_reason() -> None:
    delivered = deliver(batch(1), lambda *_: taken(422), lambda _: None)
    assert isinstance(delivered, Delivered)
    assert delivered.refused[0].detail == "no"
