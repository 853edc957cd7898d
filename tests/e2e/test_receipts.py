"""What stands behind figures, on real servers: the lists are the recount's, the past is what it was, a broken cell is
seen."""

import random
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.e2e.agreement import all_equal, settled
from tests.e2e.cells import read_cells
from tests.e2e.deployment import Deployment
from tests.e2e.replaying import SEED, replay
from tests.recount.history import generate, reference_street
from tests.recount.points import RATES, hour, points
from tests.recount.recount import Recount

CASES = 300
Question = dict[str, str]


def ask(deployment: Deployment, path: str, question: Question) -> Any:
    answer = deployment.call("GET", "metrics", path, "dashboard", params=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


def listed(deployment: Deployment, rate: str, question: Question) -> dict[str, tuple[float, float]]:
    """Case → what it gives, of all pages."""
    found: dict[str, tuple[float, float]] = {}
    cursor: str | None = ""
    while cursor is not None:
        asked = question | {"limit": "150"} | ({"cursor": cursor} if cursor else {})
        page = ask(deployment, f"/v1/rates/{rate}/receipt", asked)
        found |= {one["case_id"]: (one["numerator"], one["denominator"]) for one in page["cases"]}
        cursor = page["next"]
    return found


def recounted(recount: Recount, rate: str, question: Question) -> dict[str, tuple[float, float]]:
    """The same from the recount: whatever gives anything."""
    last, found = hour(datetime.now(UTC)), dict[str, tuple[float, float]]()
    for case_id, case in recount.cases.items():
        if question.get("reading") == "assessed" and case["excluded"]:
            continue
        for name, basis, bucket, dims, numerator, denominator in points(case):
            meant = (name, basis) == (rate, question["basis"]) and not (basis == "due" and bucket >= last)
            if meant and question.get("department") in (None, dims["department"]):
                before = found.get(case_id, (0, 0))
                found[case_id] = (round(before[0] + numerator, 6), before[1] + (denominator or 0))
    return found


@pytest.fixture(scope="module")
def played(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Question, Any]]:
    """A history played in two halves: what was answered between them, as questions about that time and position."""
    steps = generate(reference_street(), seed=SEED + 1, cases=CASES)
    folder = tmp_path_factory.mktemp("receipts")
    replay(deployment, steps[: len(steps) // 2], folder / "first.jsonl")
    settled(deployment)
    time.sleep(1.1)  # so that all of it was on the log before the second that is asked about
    at, chance = datetime.now(UTC).isoformat(timespec="seconds"), random.Random(SEED)
    then = []
    for rate, basis in RATES:
        grouped = chance.choice(["", "channel", "department", "department,category"])
        question = {"rate": rate, "basis": basis, "group_by": grouped, "reading": chance.choice(["full", "assessed"])}
        answer = ask(deployment, "/v1/rates", question)
        position = ",".join(f"{partition}:{seq}" for partition, seq in answer["position"].items())
        then.append((question | {"as_of": at}, answer))
        if basis != "due":
            then.append((question | {"as_of": position}, answer))
    time.sleep(1.1)
    replay(deployment, steps[len(steps) // 2 :], folder / "second.jsonl")
    return then


def test_lists_are_the_recount_s(deployment: Deployment, played: list[Any]) -> None:
    recount = all_equal(deployment).recount
    busiest = max({"greening", *recount.rules.directory["department"]}, key=lambda one: len(department(recount, one)))
    for rate, basis in RATES:
        for more in ({}, {"reading": "assessed"}, {"department": busiest}):
            question = {"basis": basis} | more
            page = ask(deployment, f"/v1/rates/{rate}/receipt", question | {"limit": "1"})
            assert page["agrees"], (rate, question, page["partitions"])
            assert page["figure"] == page["recounted"]
            expected = recounted(recount, rate, question)
            for place, side in enumerate(("numerator", "denominator")):
                there = {case: given for case, given in expected.items() if given[place]}
                assert page["counts"][side] == len(there), (rate, question, side)
                if more:
                    assert listed(deployment, rate, question | {"side": side}) == there, (rate, question, side)


def department(recount: Recount, name: str) -> list[str]:
    return [case_id for case_id, case in recount.cases.items() if case["department"] == name]


def test_the_past_is_what_was_answered_then(deployment: Deployment, played: list[tuple[Question, Any]]) -> None:
    settled(deployment)
    moved = 0
    for question, answer in played:
        now = ask(deployment, "/v1/rates", {name: told for name, told in question.items() if name != "as_of"})
        past = ask(deployment, "/v1/rates", question)
        assert past["rows"] == answer["rows"], question
        assert past["position"] == answer["position"], question
        moved += now["rows"] != past["rows"]
    assert moved > len(played) / 3, "and it is not what it is now"


def test_a_cell_broken_by_hand_is_seen(deployment: Deployment, played: list[Any]) -> None:
    settled(deployment)
    with deployment.mongo() as client:
        cells = read_cells(client)
        # figures of all times are read from months
        sheet = cells.find_one({"_id": {"$regex": "^cohort.month/total/"}, "own.valid": {"$gt": 0}})
        assert sheet is not None
        partition = int(sheet["_id"].rpartition("/")[2])
        cells.update_one({"_id": sheet["_id"]}, {"$inc": {"own.valid": 1}})
        try:
            page = ask(deployment, "/v1/rates/handled/receipt", {"side": "denominator"})
            assert page["agrees"] is False
            assert [one["partition"] for one in page["partitions"] if not one["agrees"]] == [partition]
            assert page["figure"]["denominator"] == page["recounted"]["denominator"] + 1
            told = deployment.call("GET", "metrics", "/metrics", None).text
            assert 'mingshao_receipt_disagreements_total{rate="handled"} 1.0' in told
        finally:
            cells.update_one({"_id": sheet["_id"]}, {"$inc": {"own.valid": -1}})
    assert ask(deployment, "/v1/rates/handled/receipt", {})["agrees"] is True
