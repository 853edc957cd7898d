"""公示 and 撤下: what may be published, from when on, and never what was told in confidence."""

from typing import Literal

import pytest

from tests.unit.routing.street import MAIN
from tests.unit.routing.town import Life, closed, made, replied, town

PublishFrom = Literal["replied", "closed", "evaluated", "never"]


def test_a_published_case_stays_published_until_it_is_withdrawn() -> None:
    life = closed()
    assert life.code("withdraw", "dispatcher", reason="r") == "not_published"
    assert made(life.do("publish", "dispatcher", notice="已修好")) == [("published", "housing")]
    assert (life.summary.published, life.summary.state) == (True, "closed")
    life.do("redo", "source", reason="r")
    assert life.summary.published
    assert made(life.do("withdraw", "dispatcher", reason="r")) == [("withdrawn", "housing")]
    assert not life.summary.published


def codes(begin: PublishFrom) -> list[str]:
    """When it is handled, replied, closed, surveyed, rated, archived, redone: whether it may be published."""
    life = Life(town(publish_from=begin))
    found = [life.code("publish", "dispatcher")]
    life.do("sign", "department")
    for action, who in (
        ("reply", "department"), ("close", "dispatcher"), ("follow_up", "followup"), ("rate", "followup"),
        ("archive", ""), ("redo", "source"),
    ):  # fmt: skip
        if action == "archive":
            life.marks("archive")
        elif life.summary.state != "archived":
            life.do(action, who)  # type: ignore[arg-type]
        else:
            continue
        found.append(life.code("publish", "dispatcher"))
    return found


@pytest.mark.parametrize(("begin", "allowed_from"), [("replied", 1), ("closed", 2), ("evaluated", 4), ("never", 6)])
def test_it_may_be_published_from_when_the_policy_says(begin: PublishFrom, allowed_from: int) -> None:
    found = codes(begin)
    refused = "not_published" if begin == "never" else "too_early"
    assert found == [refused] * allowed_from + ["applied"] * (6 - allowed_from)


def test_a_redo_takes_it_back_to_before() -> None:
    life = closed(town(publish_from="evaluated"))
    life.do("rate", "source")
    assert life.code("publish", "dispatcher") == "applied"
    life.do("redo", "source")
    assert life.code("publish", "dispatcher") == "too_early"
    life = replied(town(publish_from="replied"))
    life.do("send_back", "dispatcher")
    assert life.code("publish", "dispatcher") == "too_early"


def test_a_confidential_case_is_never_published() -> None:
    assert closed(confidential=True).code("publish", "dispatcher") == "not_published"


def test_what_is_out_is_not_published_but_withdrawn() -> None:
    life = closed()
    life.do("publish", "dispatcher")
    life.do("merge", "dispatcher", main=MAIN)
    assert life.code("publish", "dispatcher") == "merged"
    life.do("withdraw", "dispatcher")
    assert not life.summary.published
