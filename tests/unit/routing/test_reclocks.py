"""Today's policies for open cases: shown before they are told to anyone."""

from datetime import datetime

import pytest

from services.contracts.followups import DirectoryApplied
from tests.unit.routing.desk import Street
from tests.unit.routing.street import submission

ONE, TWO = (submission(number).case_id for number in ("1", "2"))


@pytest.fixture
def street() -> Street:
    return Street()


async def policy(street: Street, **limits: float) -> None:
    row = {"name": "街道", "limits": {name: {"hours": hours} for name, hours in limits.items()}}
    answer = await street.call("PUT", "/v1/directory/policy/all", "admin", row)
    assert answer.status_code == 200, answer.text


async def test_a_preview_says_which_due_times_would_move_and_tells_nobody(street: Street) -> None:
    before = (await street.get("/v1/reclocks", "admin")).json()
    assert (before["items"], before["looked_at"], before["more"]) == ([], 2, False)
    await policy(street, reply=5)
    told = (await street.get("/v1/reclocks", "admin")).json()
    (of_two,) = told["items"]
    (clock,) = of_two["clocks"]
    assert of_two["case_id"] == TWO, "the other's category has a limit of its own"
    moved = datetime.fromisoformat(clock["would_be_due_at"]) - datetime.fromisoformat(clock["due_at"])
    assert (clock["clock"], moved.total_seconds() / 3600, clock["overdue"]) == ("reply", 5 - 168, True)
    assert clock["due_at"].endswith("+08:00")
    assert told["directory_version"] == street.rows.version
    assert street.told == []


async def test_it_asks_for_open_cases_alone_a_page_at_a_time(street: Street) -> None:
    page = (await street.get("/v1/reclocks?limit=1", "admin")).json()
    only, _, limit = street.cases.asked[-1]
    assert limit == 1
    assert "received" in only["state"]["$in"]
    assert "closed" not in only["state"]["$in"]
    again = await street.get(f"/v1/reclocks?cursor={page['cursor']}", "admin")
    assert again.status_code == 200
    assert street.cases.asked[-1][1] == {0: 0, 1: 99, 2: 0, 3: 0}
    assert (await street.get("/v1/reclocks?cursor=x", "admin")).json()["code"] == "bad_cursor"


async def test_those_that_are_named_are_told_each_once(street: Street) -> None:
    answer = await street.call("POST", "/v1/reclocks", "admin", {"case_ids": [ONE, TWO, ONE]})
    assert (answer.status_code, answer.json()) == (202, {"told": 2})
    assert [(type(one), one.case_id, getattr(one, "what", None)) for one in street.told] == [
        (DirectoryApplied, ONE, "policy"),
        (DirectoryApplied, TWO, "policy"),
    ]


@pytest.mark.parametrize("body", [{}, [], {"case_ids": "x"}, {"case_ids": [1]}, {"case_ids": ["x"] * 501}, b"{"])
async def test_a_body_that_cannot_be_is_refused_with_what_to_send(street: Street, body: object) -> None:
    answer = await street.call("POST", "/v1/reclocks", "admin", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_body")
    assert "case_ids" in answer.json()["detail"]


async def test_without_kafka_it_says_to_send_it_again(street: Street) -> None:
    street.mute = True
    answer = await street.call("POST", "/v1/reclocks", "admin", {"case_ids": [ONE]})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_it_is_for_the_admin(street: Street) -> None:
    for key in ("dispatcher", "supervisor", "housing"):
        assert (await street.get("/v1/reclocks", key)).status_code == 403
