"""会商 and 鸣哨: who is asked, and who speaks."""

import pytest

from .tale import Tale


def consulted() -> Tale:
    return Tale().act("dispatcher", "consult", "05 10:00", parties=["c", "社区居委会"], reason="x")


@pytest.mark.parametrize(
    ("who", "details", "code"),
    [
        ("c", {}, None),
        ("d", {}, "unknown_case"),
        ("d", {"party": "c"}, "unknown_case"),
        ("supervisor", {"party": "社区居委会"}, None),
        ("dispatcher", {"party": "d"}, "not_consulted"),
        ("followup", {}, "not_consulted"),
        ("source", {}, "not_authorized"),
    ],
)
def test_those_who_were_asked_speak(who: str, details: dict[str, str], code: str | None) -> None:
    assert consulted().act(who, "opine", "05 11:00", text="同意", **details).code == code


def test_one_consultation_at_a_time() -> None:
    told = consulted().act("dispatcher", "consult", "05 11:00", parties=["d"], reason="x")
    assert told.code == "consultation_open"
    told.act("dispatcher", "conclude", "05 12:00", reason="x").act("c", "opine", "05 13:00", text="x")
    assert told.code == "no_consultation"
    assert told.act("dispatcher", "conclude", "05 14:00", reason="x").code == "no_consultation"
    assert told.act("dispatcher", "consult", "05 15:00", parties=["d"], reason="x").code is None


def test_a_dispatch_ends_it_last_of_all() -> None:
    told = consulted().act("dispatcher", "dispatch", "05 11:00", department="c", departments=["d"])
    assert [event["kind"] for event in told.case["happened"]][-3:] == ["dispatched", "assisted", "concluded"]
    assert told.act("c", "opine", "05 12:00", text="x").code == "no_consultation"


def test_so_does_routing_s_own() -> None:
    told = Tale(category=None).act("dispatcher", "consult", "05 10:00", parties=["c"], reason="x")
    told.act("dispatcher", "accept", "05 11:00", category="litter")
    assert told.kinds[("concluded", "b")] == 1


def test_departments_report_in_once_for_each_summons() -> None:
    told = Tale().act("dispatcher", "whistle", "05 10:00", departments=["c", "d"], reason="x")
    assert told.act("c", "report_in", "05 11:00").code is None
    assert told.act("c", "report_in", "05 12:00").code == "not_summoned"
    assert told.act("b", "report_in", "05 12:00").code == "not_summoned"
    told.act("dispatcher", "whistle", "05 13:00", departments=["c"], reason="x")
    assert told.act("c", "report_in", "05 14:00").code is None
    assert told.act("d", "report_in", "05 15:00").code is None
    assert (told.kinds[("reported_in", "c")], told.kinds[("reported_in", "d")]) == (2, 1)
    assert told.kinds[("whistled", "b")] == 2


def test_nobody_summons_whom_nobody_knows() -> None:
    for department, code in (("z", "unknown_department"), ("old", "closed_department")):
        told = Tale().act("dispatcher", "whistle", "05 10:00", departments=["c", department], reason="x")
        assert told.code == code


def test_whoever_had_a_part_in_it_corrects_what_it_said_and_no_other() -> None:
    told = consulted().act("dispatcher", "whistle", "05 10:00", departments=["d"], reason="x")
    assert (
        told.act("c", "opine", "05 11:00", text="x").act("c", "correct", "05 12:00", corrects="3").code
        == "missing_field"
    )
    assert told.act("d", "correct", "05 12:00", corrects="3", text="x").code == "unknown_action"
    assert told.act("a", "correct", "05 12:00", corrects="3", text="x").code == "unknown_case"
