"""A day of one street on real servers: every move that people can ask for at least once, read back where its users
look: the case, the departments' feeds, the rates. Deadlines of minutes come from policies of the test's own."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from services.contracts.actions import ActionName
from tests.e2e.deployment import Deployment, until
from tests.e2e.test_pipeline import act, assignments, case_of, now, rate

A, B, C = "environment", "property", "transport"
BY_ROUTING: frozenset[str] = frozenset(("absorb", "let_go", "follow", "hand_over", "reclock", "archive"))
TOLD: set[str] = set()
"""What the day has asked for so far: at its end, all there is."""


class Day:
    """One case of the day, told step by step; each step must be applied."""

    def __init__(self, deployment: Deployment, channel: str, kind: str = "ticket", **more: Any) -> None:
        self._deployment = deployment
        body = {
            "channel": channel,
            "source_id": f"day-{uuid.uuid4().hex}",
            "title": "一天里的一件事",
            "text": "测试街道的一件事",
            "reported_at": now().isoformat(),
        } | more
        self.source = f"source:{channel.replace('_', '-')}"
        path = "/v1/tickets" if kind == "ticket" else "/v1/opinions"
        answer = deployment.call("POST", "intake", path, self.source, json=body)
        assert answer.status_code == 202, answer.text
        self.id: str = answer.json()["case_id"]
        case_of(deployment, answer.json())

    def step(self, key: str, action: str, **details: Any) -> "Day":
        """Applied, or an AssertionError with the reason."""
        outcome = act(self._deployment, self.id, key, action, **details)
        assert outcome["outcome"] == "applied", outcome
        TOLD.add(action)
        return self

    def refused(self, key: str, action: str, code: str, **details: Any) -> "Day":
        """Refused with just this reason."""
        outcome = act(self._deployment, self.id, key, action, **details)
        assert outcome["refusal"]["code"] == code, outcome
        return self

    @property
    def now(self) -> dict[str, Any]:
        """As routing shows it."""
        return case_of(self._deployment, {"case_id": self.id})

    @property
    def state(self) -> str:
        """Its state."""
        return str(self.now["state"])


@pytest.fixture(scope="module", autouse=True)
def _keys(deployment: Deployment) -> None:
    names = ("source:visit-day", "source:grid")
    for name in names:
        made = deployment.mingshao("key", name)
        assert made.returncode == 0, made.stderr

    def accepted() -> bool:
        answers = [deployment.call("POST", "intake", "/v1/tickets", name, json={}) for name in names]
        return all(answer.status_code == 422 for answer in answers)

    until(accepted)


def soon(hours: float = 48) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="seconds")


def heard(deployment: Deployment, unit: str, case: str) -> list[tuple[str, str]]:
    """What a department was told of a case: kind and part."""
    return [
        (item["notice"], item.get("role", "lead")) for item in assignments(deployment, unit) if item["case_id"] == case
    ]


def test_judged_with_several_parties_and_handled_by_several_departments(deployment: Deployment) -> None:
    one = Day(deployment, "visit_day", category="other")
    one.step("dispatcher", "consult", parties=[A, "居委会"], reason="该由谁办理？", until=soon())
    one.refused(f"department:{B}", "opine", "unknown_case", text="不知情")
    one.step(f"department:{A}", "opine", text="建议由我办主办").step("dispatcher", "opine", party="居委会", text="同意")
    one.step("dispatcher", "dispatch", department=A, departments=[B])
    assert one.now["consultation"] is None
    one.step(f"department:{A}", "sign").step(f"department:{A}", "contact", reached=True)
    one.step(f"department:{A}", "ask_assist", department=C, reason="涉及停车")
    one.step("dispatcher", "refuse_assist", reason="先自行办理")
    one.step("dispatcher", "assist", department=C)
    one.step("dispatcher", "whistle", departments=[A, B], reason="现场联合处置", until=soon())
    one.step(f"department:{B}", "report_in")
    one.step(f"department:{B}", "sign").step(f"department:{B}", "reply", text="协办已完成")
    one.step(f"department:{C}", "return", reason="不属于本部门").step(
        "dispatcher", "refuse_return", department=C, reason="属于"
    )
    one.step(f"department:{A}", "handle").step(f"department:{A}", "reply", text="已办理")
    one.refused("dispatcher", "close", "open_tasks")
    one.step("dispatcher", "release", department=C)
    one.step("dispatcher", "send_back", reason="缺少照片").step(f"department:{A}", "reply", text="已办理，附照片")
    one.step("dispatcher", "close")
    assert [task["state"] for task in one.now["summary"]["tasks"]] == ["replied", "released"]
    until(lambda: ("closed", "lead") in heard(deployment, A, one.id))
    assert ("assigned", "assistant") in heard(deployment, B, one.id)
    assert ("whistled", "summoned") in heard(deployment, B, one.id)
    assert ("withdrawn", "assistant") in heard(deployment, C, one.id)


def test_held_extended_redone_followed_up_rated_and_published(deployment: Deployment) -> None:
    one = Day(deployment, "visit_day", category="other")
    one.step("dispatcher", "dispatch", department=A).step(f"department:{A}", "sign").step(f"department:{A}", "handle")
    one.step(f"department:{A}", "ask_hold", reason="等待立项", until=soon()).step("dispatcher", "hold")
    assert one.state == "on_hold"
    one.step(f"department:{A}", "resume")
    one.step(f"department:{A}", "ask_hold", reason="还要等", until=soon())
    one.step("dispatcher", "refuse_hold", reason="不再等待")
    promised = one.now["summary"]
    one.step(f"department:{A}", "ask_extend", reason="工程量大", until=soon(24 * 40))
    one.step("dispatcher", "refuse_extend", reason="先报方案")
    one.step(f"department:{A}", "ask_extend", reason="工程量大", until=soon(24 * 12)).step("dispatcher", "extend")
    extended = one.now["summary"]
    assert extended["due_at"] > promised["due_at"]
    assert extended["first_due_at"] == promised["first_due_at"]
    one.step("supervisor", "supervise", reason="重点件").step("supervisor", "escalate", level="leader")
    one.step(one.source, "remind").step(one.source, "amend", fields={"text": "补充：三号楼"})
    one.step(f"department:{A}", "reply", text="已办理").step("dispatcher", "verify", passed=False)
    assert one.state == "redo"
    one.step(f"department:{A}", "handle").step(f"department:{A}", "reply", text="已返工")
    one.step("dispatcher", "verify", passed=True)
    one.step("followup", "follow_up", contacted=True, solved=True).step("followup", "rate", grade=2, solved=True)
    asked = next(fact for fact in one.now["timeline"] if fact["action"] == "rate")
    one.step("followup", "correct", corrects=asked["action_id"], grade=4, reason="录入有误")
    one.step("dispatcher", "publish", notice="三号楼的路灯已修复").step("dispatcher", "withdraw", reason="更正文字")
    one.step("dispatcher", "ask_exclude", reason="不可抗力", evidence=["照片 1"])
    one.step("supervisor", "refuse_exclude", reason="证据不足")
    one.step("dispatcher", "ask_exclude", reason="不可抗力", evidence=["照片 1", "证明 2"]).step(
        "supervisor", "exclude"
    )
    one.step("supervisor", "redo", reason="回头看发现问题")
    assert one.now["summary"]["excluded"] is True
    full, assessed = (
        rate(deployment, "replied", "cohort", reading=reading, channel="visit_day") for reading in ("full", "assessed")
    )
    until(lambda: rate(deployment, "replied", "cohort", channel="visit_day", reading="full")[1] >= full[1])
    assert assessed[1] < full[1]


def test_sent_up_refused_rejected_and_void(deployment: Deployment) -> None:
    one = Day(deployment, "hotline", category="no-such-category")
    one.step("dispatcher", "return_up", reason="不属于本街道")
    one.step(one.source, "refuse_return_up", reason="属于本街道")
    one.step("dispatcher", "return_up", reason="属地在邻街道").step(one.source, "grant_return_up")
    assert one.state == "returned"
    two = Day(deployment, "visit_day", category="no-such-category")
    two.step("dispatcher", "reject", reason="诉求不明确")
    three = Day(deployment, "visit_day", category="other").step("dispatcher", "dispatch", department=A)
    three.step(f"department:{A}", "return", reason="不属于").step("dispatcher", "refuse_return", reason="属于")
    three.step("dispatcher", "void", reason="重复录入")
    assert (two.state, three.state) == ("rejected", "void")
    four = Day(deployment, "visit_day", category="no-such-category").step("dispatcher", "accept", category="other")
    assert four.step("dispatcher", "recategorise", category="traffic", reason="是交通问题").state == "accepted"
    four.step("dispatcher", "consult", parties=["居委会"], reason="如何处理").step(
        "dispatcher", "conclude", reason="直接答复"
    )
    assert four.step("dispatcher", "reply", text="政策说明").state == "replied"


def test_small_things_are_handled_on_the_spot(deployment: Deployment) -> None:
    before = rate(deployment, "self_handled", "cohort", channel="grid")
    one = Day(deployment, "grid", category="other").step("source:grid", "self_handle", evidence=["照片 7"])
    assert one.state == "closed"
    until(lambda: rate(deployment, "self_handled", "cohort", channel="grid") == (before[0] + 1, before[1] + 1))


def test_two_reports_of_one_matter_end_as_one_and_the_follower_is_answered(deployment: Deployment) -> None:
    main, other = (Day(deployment, "visit_day", category="other") for _ in range(2))
    other.step("dispatcher", "merge", main=main.id)
    until(lambda: other.id in main.now["followers"])
    main.step("dispatcher", "dispatch", department=A).step(f"department:{A}", "sign")
    main.step(f"department:{A}", "reply", text="已一并办理").step("dispatcher", "close")
    until(lambda: any(fact["details"].get("text") == "已一并办理" for fact in other.now["timeline"]))
    other.step("dispatcher", "split")
    until(lambda: other.id not in main.now["followers"])
    assert other.state == "accepted"
    other.step("dispatcher", "link", main=main.id).step("dispatcher", "unlink")


def test_two_cases_merged_into_each_other_end_in_one_main(deployment: Deployment) -> None:
    first, second = (Day(deployment, "visit_day", category="other") for _ in range(2))
    days = {first.id: first, second.id: second}
    with ThreadPoolExecutor() as pool:  # at once, in two partitions or one
        told = [
            pool.submit(days[case].step, "dispatcher", "merge", main=main)
            for case, main in ((first.id, second.id), (second.id, first.id))
        ]
        assert [one.result() for one in told] == [first, second]
    smaller, larger = (days[case] for case in sorted(days))

    def settled() -> bool:
        states = (smaller.state, larger.state)
        return states == ("accepted", "merged") and smaller.now["followers"] == [larger.id]

    until(settled)


@pytest.fixture
def fast(deployment: Deployment) -> str:
    """A category whose deadlines are of seconds."""
    rows = {
        "policy": {
            "test-of-seconds": {
                "name": "测试时限",
                "category": "test-of-seconds",
                "limits": {"reply": {"hours": 0.003}, "sign": {"hours": 0.001}},
                "remind_at": 0.5,
                "escalation": ["department", "leader", "supervision"],
                "step": {"hours": 0.0005},
                "archive_after_days": 0.00002,
            }
        },
        "category": {"test-of-seconds": {"name": "测试类别", "department": A}},
    }
    for kind in ("category", "policy"):
        answer = deployment.call("PUT", "routing", f"/v1/directory/{kind}", json=rows[kind])
        assert answer.status_code == 200, answer.text
    return "test-of-seconds"


def test_deadlines_remind_pass_escalate_and_archive_by_themselves(deployment: Deployment, fast: str) -> None:
    def known() -> bool:
        dims: dict[str, str] = Day(deployment, "visit_day", category=fast).now["summary"]["dims"]
        return dims.get("category") == fast

    until(known)  # routing has read the category
    one = Day(deployment, "visit_day", category=fast)

    def done() -> list[tuple[str, str, str]]:
        moves = [fact for fact in one.now["timeline"] if fact["action"] in ("remind", "escalate")]
        return [(fact["action"], fact["details"]["clock"], fact["details"].get("level", "")) for fact in moves]

    levels = ("department", "leader", "supervision")
    wanted = {("remind", "reply", ""), *(("escalate", clock, level) for clock in ("sign", "reply") for level in levels)}
    until(lambda: wanted <= set(done()))
    assert len(done()) == len(set(done())), "each once"
    until(
        lambda: {("overdue", "lead"), ("due_soon", "lead"), ("escalated", "lead")} <= set(heard(deployment, A, one.id))
    )
    one.step(f"department:{A}", "sign").step(f"department:{A}", "reply", text="迟到的答复").step("dispatcher", "close")
    until(lambda: one.state == "archived")
    TOLD.add("archive")


def would_move(deployment: Deployment) -> dict[str, Any]:
    """What today's policies would change, by case."""
    found, page = dict[str, Any](), {"cursor": "", "more": True}
    while page["more"]:
        asked = {"cursor": page["cursor"]} if page["cursor"] else {}
        page = deployment.call("GET", "routing", "/v1/reclocks", params=asked).json()
        found |= {item["case_id"]: item for item in page["items"]}
    return found


def test_changed_policies_reach_open_cases_only_when_somebody_says_so(deployment: Deployment) -> None:
    one = Day(deployment, "visit_day", category="other", urgency="urgent")
    promised = one.now["summary"]["due_at"]
    policy = {"name": "改期", "channel": "visit_day", "urgency": "urgent", "limits": {"reply": {"hours": 999}}}
    path = "/v1/directory/policy/test-reclock"
    assert deployment.call("PUT", "routing", path, json=policy | {"category": "other"}).status_code == 200
    shown = would_move(deployment)[one.id]
    would = {clock["clock"]: clock["would_be_due_at"] for clock in shown["clocks"]}["reply"]
    assert one.now["summary"]["due_at"] == promised
    told = deployment.mingshao("directory", "reclock", "--yes")
    assert told.returncode == 0, told.stdout + told.stderr
    until(lambda: one.now["summary"]["due_at"] != promised)
    assert (one.now["summary"]["due_at"], one.now["summary"]["first_due_at"]) == (would, promised)
    assert [fact["action"] for fact in one.now["timeline"]].count("reclock") == 1
    assert deployment.call("DELETE", "routing", path).status_code == 200


def test_the_day_had_every_move_that_there_is() -> None:
    assert set(get_args(ActionName)) - BY_ROUTING - TOLD == set()
