"""剔除, 公示, 撤下: out of the assessed figures, and before the public."""

import pytest

from .tale import Tale


def test_an_excluded_case_is_in_the_full_reading_alone() -> None:
    told = (
        Tale().to_a_close().act("source", "exclude", "06 10:00", reason="x").act("source", "rate", "07 10:00", grade=5)
    )
    assert told.code is None
    for rate, basis in (("handled", "cohort"), ("on_time", "due"), ("satisfied", "flow"), ("evaluated_count", "flow")):
        assert told.rate(rate, basis)[0] == 1
        assert told.rate(rate, basis, reading="assessed") is None
    assert told.rate("excluded_count", "flow") == (1, None)
    assert told.act("supervisor", "exclude", "08 10:00", reason="x").code == "excluded_already"


def test_one_that_was_not_is_in_both() -> None:
    told = Tale().to_a_close()
    assert told.rate("handled") == told.rate("handled", reading="assessed") == (1, 1)


def test_only_its_source_or_the_supervisor_excludes() -> None:
    assert Tale().act("dispatcher", "exclude", "05 10:00", reason="x").code == "not_authorized"
    assert Tale().act("source:hotline", "exclude", "05 10:00", reason="x").code == "unknown_case"
    assert Tale().act("supervisor", "refuse_exclude", "05 10:00", reason="x").code == "nothing_asked"


def test_a_void_case_cannot_be_excluded() -> None:
    told = Tale().act("dispatcher", "void", "05 10:00", reason="x")
    assert told.act("supervisor", "exclude", "05 11:00", reason="x").code == "not_allowed"


@pytest.mark.parametrize(
    ("channel", "more", "replied", "closed"),
    [
        ("grid", {}, "too_early", None),
        ("grid", {"urgency": "urgent"}, None, None),
        ("deputy", {}, "too_early", "too_early"),
        ("mediation", {}, "not_published", "not_published"),
        ("grid", {"confidential": True}, "not_published", "not_published"),
    ],
)
def test_what_may_be_published_and_when(
    channel: str, more: dict[str, object], replied: str | None, closed: str | None
) -> None:
    early = Tale(channel, **more).to_a_reply().act("dispatcher", "publish", "05 12:00", notice="x")  # type: ignore[arg-type]
    assert early.code == replied
    late = Tale(channel, **more).to_a_close().act("dispatcher", "publish", "06 12:00", notice="x")  # type: ignore[arg-type]
    assert late.code == closed


def test_an_evaluation_that_no_longer_stands_publishes_nothing() -> None:
    told = Tale("deputy").to_a_close().act("followup", "rate", "06 10:00", grade=5)
    assert told.act("dispatcher", "publish", "06 11:00", notice="x").code is None
    told.act("followup", "redo", "06 12:00", reason="x")
    assert told.act("dispatcher", "publish", "06 13:00", notice="x").code == "too_early"


def test_what_is_published_is_withdrawn_once() -> None:
    told = Tale().to_a_close().act("dispatcher", "publish", "06 10:00", notice="x")
    assert told.act("dispatcher", "withdraw", "06 11:00", reason="x").code is None
    assert told.act("dispatcher", "withdraw", "06 12:00", reason="x").code == "not_published"
    assert told.kinds[("published", "b")] == told.kinds[("withdrawn", "b")] == 1
