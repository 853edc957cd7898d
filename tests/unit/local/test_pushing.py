"""Pushing a file: batches, retries, problems by line of the file."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from deploy.local import pushing
from deploy.local.errors import LocalError


class Intake:
    """Answers each line with what `statuses` says for its text, the next of them each time it comes."""

    def __init__(self, **statuses: list[int]) -> None:
        self.statuses = statuses
        self.batches: list[list[str]] = []

    def __call__(self, body: bytes) -> httpx.Response:
        lines = body.decode().splitlines()
        self.batches.append(lines)
        results: list[dict[str, Any]] = []
        for number, line in enumerate(lines, 1):
            status = (self.statuses.get(line) or [202]).pop(0)
            result: dict[str, Any] = {"line": number, "status": status}
            results.append(result if status == 202 else result | {"problem": {"field": "f", "detail": "d"}})
        return httpx.Response(200, text="\n".join(map(json.dumps, results)))


def file(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "file.ndjson"
    path.write_text("\n".join(lines) + "\n")
    return path


def test_only_lines_without_room_are_sent_again_and_problems_name_the_files_line(tmp_path: Path) -> None:
    intake = Intake(b=[503, 503, 202], c=[422])
    waits: list[float] = []
    (pushed,) = pushing.push(file(tmp_path, "a", "", "b", "c"), intake, waits.append)
    assert intake.batches == [["a", "b", "c"], ["b"], ["b"]]
    assert (pushed.taken, pushed.size, waits) == (2, 7, [0.5, 1.0])
    assert [(problem.line, problem.text) for problem in pushed.problems] == [(4, "422 f: d")]


def test_a_file_goes_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "LINES", 2)
    intake = Intake()
    found = list(pushing.push(file(tmp_path, *"abcde"), intake))
    assert intake.batches == [["a", "b"], ["c", "d"], ["e"]]
    assert sum(pushed.size for pushed in found) == 10


def test_a_refused_batch_stops_the_push(tmp_path: Path) -> None:
    with pytest.raises(LocalError, match=r"403.*wrong role"):
        list(pushing.push(file(tmp_path, "a"), lambda _: httpx.Response(403, json={"detail": "wrong role"})))


def test_a_broker_that_stays_away_ends_the_push_with_the_line(tmp_path: Path) -> None:
    away = httpx.Response(503, headers={"Retry-After": "3"}, json={"detail": "Kafka is away"})
    waits: list[float] = []
    with pytest.raises(LocalError, match=r"line 1 on.*Kafka is away"):
        list(pushing.push(file(tmp_path, "a"), lambda _: away, waits.append))
    assert waits == [3.0] * pushing.RETRIES
