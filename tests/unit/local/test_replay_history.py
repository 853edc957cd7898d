"""What a file of messages or steps becomes: tickets, actions, waves that keep a case in order, batches."""

import json
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from deploy.local.errors import LocalError
from deploy.local.replay_history import Step, department_of, instant, read, waves
from services.contracts.identity import case_id

MESSAGE = {
    "留言编号": "17",
    "留言用户": "UU1",
    "留言主题": " 路灯不亮 ",
    "留言时间": "2018/3/5 9:07:01",
    "留言详情": "三号楼前的路灯不亮",
    "答复意见": "已修复",
    "答复时间": "2018/3/9",
}


def write(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
    return path


def ticket(number: int) -> Step:
    return Step(kind="ticket", key="source:hotline", body={"source_id": str(number)}, line=number + 1)


def act(number: int, key: str, action: str) -> Step:
    case = case_id("ticket", "hotline", str(number))
    return Step(kind="action", key=key, body={"case_id": case, "action_id": action, "action": action})


def test_a_message_becomes_a_ticket_and_its_reply_the_departments_actions(tmp_path: Path) -> None:
    history = read(write(tmp_path / "m", MESSAGE), ["b", "a"])
    unit = department_of("17", ["a", "b"])
    told = [(step.key, step.body.get("action"), step.body.get("at")) for step in history.steps]
    sent, replied = "2018-03-05T09:07:01+08:00", "2018-03-09T00:00:00+08:00"
    assert told == [
        ("source:hotline", None, None),
        ("dispatcher", "dispatch", sent),
        (f"department:{unit}", "sign", replied),
        (f"department:{unit}", "reply", replied),
        ("source:hotline", "close", replied),
    ]
    assert history.steps[0].body == {
        "channel": "hotline",
        "source_id": "17",
        "title": "路灯不亮",
        "text": "三号楼前的路灯不亮",
        "reported_at": sent,
    }
    assert {step.case_id for step in history.steps} == {case_id("ticket", "hotline", "17")}
    assert history.early == ()


def test_a_message_without_a_reply_stays_dispatched(tmp_path: Path) -> None:
    history = read(write(tmp_path / "m", MESSAGE | {"答复意见": "", "答复时间": ""}), ["a"])
    assert [step.body.get("action") for step in history.steps] == [None, "dispatch"]


def test_a_reply_older_than_its_message_is_told(tmp_path: Path) -> None:
    assert read(write(tmp_path / "m", MESSAGE, MESSAGE | {"答复时间": "2018/3/4"}), ["a"]).early == (2,)


def test_the_department_follows_from_the_number_alone() -> None:
    units = ["x", "a", "m"]
    expected = sorted(units)[int(sha256(b"17").hexdigest(), 16) % 3]
    assert department_of("17", units) == department_of("17", units[::-1]) == expected


@pytest.mark.parametrize("text", ["2018/3/5", "2018-03-05", "2018/03/05 00:00:00"])
def test_times_are_of_china_and_a_date_is_its_midnight(text: str) -> None:
    assert instant(text).isoformat() == "2018-03-05T00:00:00+08:00"
    assert instant(text).utcoffset() == timedelta(hours=8)


@pytest.mark.parametrize("line", [{"kind": "letter", "key": "x", "body": {}}, MESSAGE | {"留言时间": "gestern"}, {}])
def test_what_is_no_history_is_named_by_its_line(tmp_path: Path, line: dict[str, Any]) -> None:
    with pytest.raises(LocalError, match="line 2"):
        read(write(tmp_path / "m", MESSAGE, line), ["a"])


def test_a_cases_steps_are_in_successive_waves_and_batches_have_one_key() -> None:
    steps = [step for n in range(3) for step in (ticket(n), act(n, "dispatcher", "x"), act(n, "source:hotline", "y"))]
    found = list(waves(steps))
    assert [[(batch.path, batch.key, len(batch.steps)) for batch in wave] for wave in found] == [
        [("/v1/tickets", "source:hotline", 3)],
        [("/v1/actions", "dispatcher", 3)],
        [("/v1/actions", "source:hotline", 3)],
    ]


def test_batches_end_at_500_lines_and_at_4_megabytes() -> None:
    (wave,) = waves([ticket(number) for number in range(1100)])
    assert [len(batch.lines) for batch in wave] == [500, 500, 100]
    big = [Step(kind="ticket", key="k", body={"source_id": str(n), "text": "字" * 500_000}) for n in range(5)]
    (wave,) = waves(big)
    assert [len(batch.lines) for batch in wave] == [2, 2, 1]


def test_a_window_ends_before_the_next_begins() -> None:
    found = list(waves([ticket(0), ticket(1), ticket(2)], window=2))
    assert [len(batch.lines) for wave in found for batch in wave] == [2, 1]
