"""申请与批复: what is pending, what it supplies, what settles or drops it."""

import pytest

from .tale import MAIN, Tale, time


def handling() -> Tale:
    return Tale().act("b", "sign", "05 10:00").act("b", "handle", "05 11:00")


@pytest.mark.parametrize("action", ["refuse_return_up", "refuse_assist", "refuse_hold", "refuse_extend"])
def test_what_nobody_asked_for_cannot_be_refused(action: str) -> None:
    who = "source" if action == "refuse_return_up" else "dispatcher"
    assert Tale().act(who, action, "05 10:00", reason="x").code == "nothing_asked"
    assert Tale().act(who, action, "05 10:00").code == "missing_field"


def test_a_return_upward_is_granted_only_where_it_was_asked_for() -> None:
    assert Tale().act("source", "grant_return_up", "05 10:00").code == "nothing_asked"
    told = Tale().act("dispatcher", "return_up", "05 09:00", reason="x").act("source", "grant_return_up", "05 10:00")
    assert told.case["state"] == "returned"
    assert told.kinds[("return_up_requested", "b")] == told.kinds[("returned_up", "b")] == 1
    assert (told.rate("returned_up"), told.rate("handled"), told.rate("duplicate")) == ((1, 1), None, None)


def test_a_refusal_settles_the_request() -> None:
    told = handling().act("b", "ask_hold", "05 12:00", reason="x", until="20 00:00")
    told.act("dispatcher", "refuse_hold", "05 13:00", reason="x")
    assert told.code is None
    assert told.act("dispatcher", "hold", "05 14:00").code == "missing_field"


def test_a_grant_takes_from_the_request_what_it_does_not_say() -> None:
    told = handling().act("b", "ask_extend", "05 12:00", reason="x", until="20 00:00")
    told.act("dispatcher", "extend", "05 13:00", until="10 00:00")
    assert told.case["due_at"].isoformat() == time("10 00:00")
    assert told.act("dispatcher", "extend", "05 14:00").code == "missing_field", "it was settled"


def test_an_assist_names_whom_the_request_names() -> None:
    told = Tale().act("b", "ask_assist", "05 10:00", department="c", reason="x").act("dispatcher", "assist", "05 11:00")
    assert told.kinds[("assist_requested", "b")] == told.kinds[("assisted", "c")] == 1


def test_an_exclusion_has_the_reason_that_was_asked_with() -> None:
    told = Tale().act("dispatcher", "ask_exclude", "05 10:00", reason="x", evidence=["paper"])
    assert told.act("source", "exclude", "05 11:00").code is None
    assert Tale().act("dispatcher", "ask_exclude", "05 10:00", reason="x").code == "missing_field", "evidence"


def test_asking_again_replaces_what_was_asked() -> None:
    told = handling().act("b", "ask_extend", "05 12:00", reason="x", until="20 00:00")
    told.act("b", "ask_extend", "05 12:30", reason="x", until="08 00:00").act("dispatcher", "extend", "05 13:00")
    assert told.case["due_at"].isoformat() == time("08 00:00")


def test_a_dispatch_drops_what_the_former_lead_asked_for() -> None:
    told = Tale().act("b", "ask_extend", "05 10:00", reason="x", until="20 00:00")
    told.act("dispatcher", "return_up", "05 10:30", reason="x")
    told.act("dispatcher", "dispatch", "05 11:00", department="c")
    assert told.act("dispatcher", "refuse_extend", "05 12:00", reason="x").code == "nothing_asked"
    assert told.act("source", "refuse_return_up", "05 13:00", reason="x").code is None


@pytest.mark.parametrize(
    ("who", "action", "details"),
    [
        ("dispatcher", "close", {}),
        ("dispatcher", "redo", {"reason": "x"}),
        ("dispatcher", "merge", {"main": MAIN}),
    ],
)
def test_an_end_or_a_redo_drops_all_requests_but_the_exclusion(who: str, action: str, details: dict[str, str]) -> None:
    told = handling().act("b", "ask_hold", "05 12:00", reason="x", until="20 00:00")
    told.act("dispatcher", "ask_exclude", "05 12:00", reason="x", evidence=["paper"]).act(
        "b", "reply", "05 13:00", text="x"
    )
    told.act(who, action, "05 14:00", **details)
    assert told.code is None
    assert told.case["asked"].keys() == {"exclude"}


def test_an_extension_must_be_later_and_not_too_long() -> None:
    def until(at: str) -> Tale:
        return Tale().act("dispatcher", "extend", "05 10:00", reason="x", until=at)

    assert until("05 23:30").code == "not_later"
    assert until("15 23:30").code is None
    assert until("15 23:31").code == "too_long"


def test_an_extension_moves_the_due_time_and_leaves_the_first_promise() -> None:
    told = Tale().act("b", "sign", "05 10:00").act("dispatcher", "extend", "05 11:00", reason="x", until="08 00:00")
    told.act("b", "reply", "07 10:00", text="好")
    assert (told.rate("on_time", "due"), told.rate("on_time_first", "due")) == ((1, 1), (0, 1))
    assert told.rate("extended") == (1, 1)


def test_a_hold_is_the_source_s_to_grant_where_the_channel_says_so() -> None:
    told = Tale("hotline").act("b", "sign", "05 10:00").act("b", "handle", "05 11:00")
    assert told.act("dispatcher", "hold", "05 12:00", reason="x", until="09 00:00").code == "not_authorized"
    told.act("source", "hold", "05 12:00", reason="x", until="09 00:00").act("b", "resume", "06 12:00")
    assert told.case["state"] == "handling"
