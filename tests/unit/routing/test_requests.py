"""申请与批复: asked first, then granted or refused; what is granted takes from the request what it leaves out."""

import pytest

from services.contracts.actions import ActionName
from services.routing.domain.moves import MOVES, RequestKind
from tests.unit.routing.street import MAIN, NEEDED, hours
from tests.unit.routing.town import Life, closed, handling, made, replied

ASKED: tuple[tuple[ActionName, str, RequestKind], ...] = (
    ("return_up", "dispatcher", "return_up"),
    ("ask_assist", "department", "assist"),
    ("ask_hold", "department", "hold"),
    ("ask_extend", "department", "extend"),
    ("ask_exclude", "dispatcher", "exclude"),
)


def asking(*kinds: RequestKind) -> Life:
    """At work, with these requests open; upward returns are asked before."""
    life = Life()
    if "return_up" in kinds:
        life.do("return_up", "dispatcher", reason="不属街道")
    life.do("sign", "department")
    life.do("handle", "department")
    for action, who, kind in ASKED[1:]:
        if kind in kinds:
            life.do(action, who)
    return life


@pytest.mark.parametrize(("action", "who", "kind"), ASKED)
def test_a_request_is_counted_stays_open_and_moves_nothing(action: ActionName, who: str, kind: RequestKind) -> None:
    life = Life() if kind == "return_up" else handling()
    before = life.summary
    decision = life.do(action, who, at=7)
    assert made(decision) == [(MOVES[action].occurrence, "housing")]
    pending = life.case.pending[kind]
    assert (pending.action_id, pending.sender, pending.at) == (decision.action_id, decision.actor.sender, hours(7))
    assert {name: getattr(pending, name) for name in ("reason", "until", "department")} == {
        "reason": NEEDED[action]["reason"],
        "until": NEEDED[action].get("until"),
        "department": NEEDED[action].get("department"),
    }
    assert life.summary == before


def test_asking_again_replaces_what_was_asked() -> None:
    life = asking("hold")
    life.do("ask_hold", "department", reason="等雨停", until=hours(50))
    assert (life.case.pending["hold"].reason, life.case.pending["hold"].until) == ("等雨停", hours(50))
    assert len(life.case.pending) == 1


@pytest.mark.parametrize("kind", ["return_up", "assist", "hold", "extend", "exclude"])
def test_a_refusal_settles_its_request_alone(kind: RequestKind) -> None:
    life = Life()
    life.do("return_up", "dispatcher")
    if kind != "return_up":
        life = asking("assist", "hold", "extend", "exclude")
    others = life.case.pending.keys() - {kind}
    refusing: ActionName = f"refuse_{kind}"  # type: ignore[assignment]
    who = MOVES[refusing].roles[0]
    before = life.summary
    decision = life.do(refusing, who, reason="不必")
    assert made(decision) == [(MOVES[refusing].occurrence, "housing")]
    assert (set(life.case.pending), life.summary) == (others, before)
    assert life.code(refusing, who, reason="不必") == "nothing_asked"


def test_a_refusal_says_why_for_itself() -> None:
    life = asking("hold")
    assert life.code("refuse_hold", "dispatcher", text="x") == "missing_field"


def test_a_grant_takes_from_the_request_what_it_leaves_out() -> None:
    life = asking("assist", "hold", "extend", "exclude")
    assert made(life.do("assist", "dispatcher", text="同意")) == [("assisted", "sewers")]
    life.do("extend", "dispatcher", text="同意")
    assert life.summary.due_at == NEEDED["extend"]["until"]
    held = life.do("hold", "dispatcher", text="同意")
    assert (held.details.reason, held.details.until) == ("r", NEEDED["ask_hold"]["until"])
    assert life.do("exclude", "supervisor", text="同意").details.reason == "r"
    assert life.case.pending == {}


def test_a_grant_s_own_words_come_first() -> None:
    life = asking("extend")
    granted = life.do("extend", "dispatcher", until=hours(130))
    assert (granted.details.until, granted.details.reason) == (hours(130), "r")


def test_what_may_come_without_a_request_then_needs_all_of_it() -> None:
    life = handling()
    assert life.code("extend", "dispatcher", until=hours(130)) == "missing_field"
    assert life.code("extend", "dispatcher", until=hours(130), reason="r") == "applied"
    assert life.code("assist", "dispatcher", text="x") == "missing_field"
    assert life.code("hold", "dispatcher", until=hours(30), reason="r") == "applied"
    assert life.code("exclude", "supervisor", reason="r") == "applied"


def test_a_return_upward_is_granted_only_where_it_was_asked() -> None:
    life = Life()
    assert life.code("grant_return_up", "source") == "nothing_asked"
    life.do("return_up", "dispatcher", reason="不属街道")
    assert life.code("grant_return_up", "dispatcher") == "not_authorized"
    decision = life.do("grant_return_up", "source")
    assert (made(decision), life.summary.state) == ([("returned_up", "housing")], "returned")
    assert not life.summary.valid


def test_a_dispatch_drops_what_the_former_lead_asked() -> None:
    life = Life()
    for action, who in (("return_up", "dispatcher"), ("ask_extend", "department"), ("ask_assist", "department")):
        life.do(action, who)  # type: ignore[arg-type]
    life.do("ask_exclude", "dispatcher")
    life.do("dispatch", "dispatcher", department="roads")
    assert life.case.pending.keys() == {"return_up", "exclude"}


@pytest.mark.parametrize(
    ("action", "who"),
    [("close", "dispatcher"), ("redo", "source"), ("void", "source"), ("merge", "dispatcher")],
)
def test_what_settles_the_matter_drops_all_but_an_exclusion(action: ActionName, who: str) -> None:
    life = asking("return_up", "assist", "hold", "extend", "exclude")
    assert len(life.case.pending) == 5
    life.do("reply", "department")
    assert len(life.case.pending) == 5
    life.do(action, who)
    assert life.case.pending.keys() == {"exclude"}


def test_a_rejection_and_a_granted_return_drop_all_but_an_exclusion() -> None:
    for action, who in (("reject", "dispatcher"), ("grant_return_up", "source")):
        life = Life(category=None)
        life.do("return_up", "dispatcher")
        life.do("ask_exclude", "dispatcher")
        life.do(action, who)  # type: ignore[arg-type]
        assert life.case.pending.keys() == {"exclude"}


def test_what_leaves_the_matter_open_drops_nothing() -> None:
    life = asking("assist", "extend", "exclude")
    life.do("reply", "department")
    life.do("send_back", "dispatcher")
    life.do("reply", "department")
    life.do("verify", "dispatcher", passed=False)
    assert life.case.pending.keys() == {"assist", "extend", "exclude"}
    life = Life(channel="grid")
    life.do("ask_extend", "department")
    life.do("self_handle", "source", evidence=("p",))
    assert life.case.pending.keys() == {"extend"}


def test_an_exclusion_is_asked_for_and_answered_whatever_became_of_the_case() -> None:
    for life in (closed(), replied()):
        life.do("ask_exclude", "dispatcher", reason="r", evidence=("p",))
        assert life.code("exclude", "source") == "applied"
        assert life.code("refuse_exclude", "supervisor", reason="r") == "applied"
    life = Life()
    life.do("merge", "dispatcher", main=MAIN)
    life.do("ask_exclude", "dispatcher", reason="r", evidence=("p",))
    assert life.code("refuse_exclude", "source", reason="r") == "applied"
