"""The one checker: what must hold after every scenario, whatever happened in between."""

import time
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

from services.contracts.topics import READING_SERVICES, assignments
from tests.e2e.agreement import all_equal, settled
from tests.e2e.deployment import Deployment, until
from tests.e2e.log import read_as
from tests.e2e.rates_topic import told_as_held
from tests.faults.load import Load
from tests.faults.notices import Told, expected
from tests.faults.street import Street, short
from tests.recount.recount import Recount


def check(deployment: Street, loads: Sequence[Load] = ()) -> None:
    """All of it has drained, and is exact. The short form counts once for all scenarios of a deployment, since what is
    counted is the whole log: at the end, or before a scenario that wipes it."""
    began = time.monotonic()
    settled(deployment)
    print(f"check: settled after {time.monotonic() - began:.1f} s")
    deployment.owed.extend(loads)
    if not short():
        exact(deployment)


def exact(deployment: Street) -> Recount:
    """Nothing lost, nothing twice, nothing out of order; no dead letters but those that must be there, of which those
    that were replayed had their effect."""
    began = time.monotonic()
    letters = {name: dead_letters(deployment, name) for name in READING_SERVICES}
    without_effect = {one["id"] for found in letters.values() for one in found if not one["replayed"]}
    agreed = all_equal(deployment, without_effect)
    for name, found in letters.items():
        assert {one["id"] for one in found} == deployment.dead.get(name, set()), f"dead letters of {name}: {found}"
    every_202_is_in_the_log(agreed.held, deployment.owed)
    deployment.owed.clear()
    feeds_are_whole(deployment)
    receipts_agree(deployment, agreed.recount)
    told_as_held(deployment)
    nobody_gave_up(deployment)
    print(f"check: {len(agreed.recount.cases)} cases exact after {time.monotonic() - began:.1f} s")
    return agreed.recount


def dead_letters(deployment: Deployment, service: str) -> list[dict[str, Any]]:
    """As the service lists them."""
    answer = deployment.call("GET", service, "/v1/dead")
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def every_202_is_in_the_log(held: Counter[str], loads: Sequence[Load]) -> None:
    """As often as it was answered 202: a repeat that was taken is a record of its own."""
    for load in loads:
        assert load.taken, "nothing was taken: the scenario shows nothing"
        missing = load.journal.read() - held
        assert not missing, f"seed {load.seed}: 202 and not in the log: {list(missing)[:5]} of {len(missing)}"


def feeds_are_whole(deployment: Deployment) -> None:
    """Each department's feed and its topic hold each of its notices, in its part, under one id that is its own."""
    departments = deployment.call("GET", "routing", "/v1/directory/department").json()["rows"]
    wanted = expected(deployment.kafka_bootstrap, departments)
    for department in departments:
        items = feed(deployment, department)
        assert len({one["id"] for one in items}) == len(items), f"{department}: an id twice in its feed"
        told = [Told(one["case_id"], one["version"], one["notice"], one.get("role", "lead")) for one in items]
        assert len(set(told)) == len(told), f"{department}: one notice under two ids"
        differing = set(told) ^ wanted.get(department, set())
        assert not differing, f"{department}: told and not to be told, or the other way: {sorted(differing)[:10]}"
        sent = read_as(deployment.kafka_bootstrap, assignments(department).name, lambda one: one.value, 1)[0]
        by_id = {one["id"]: one for one in items}
        assert {one["id"] for one in sent} == by_id.keys(), f"{department}: topic and feed differ"
        assert all(one["department"] == department for one in (*items, *sent)), f"{department}: another's notice"


def receipts_agree(deployment: Deployment, recount: Recount) -> None:
    """What stands behind figures adds up to them, for the department with the most cases, and for what has none: that
    is where every case begins."""
    names = Counter(case["department"] for case in recount.cases.values() if case["department"] is not None)
    for department in [name for name, _ in names.most_common(1)] + ["none"]:
        for rate in ("received_count", "handled", "on_time", "satisfied", "speed_replied"):
            receipt = until(partial(_receipt, deployment, rate, department), 300)
            assert receipt["agrees"], f"{rate} of {department}: {receipt['partitions']}"


def _receipt(deployment: Deployment, rate: str, department: str) -> Any:
    """None while evidence is behind."""
    question = {"department": department, "limit": "1"}
    answer = deployment.call("GET", "metrics", f"/v1/rates/{rate}/receipt", "dashboard", params=question)
    assert answer.status_code in (200, 503), answer.text
    return answer.json() if answer.status_code == 200 else None


def nobody_gave_up(deployment: Deployment) -> None:
    """A service that is not told to stop waits for what is away; it never ends by itself."""
    for log in sorted((deployment.home / "logs").glob("*-[0-9].log")):
        assert "ended by itself" not in log.read_text(errors="replace"), f"{log.name}: a part ended by itself"


def feed(deployment: Deployment, department: str) -> list[dict[str, Any]]:
    """All of it, page by page."""
    found: list[dict[str, Any]] = []
    cursor, more = None, True
    while more:
        question = {"limit": "1000"} | ({"cursor": cursor} if cursor else {})
        answer = deployment.call("GET", "notify", f"/v1/departments/{department}/assignments", params=question)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += page["items"]
        cursor, more = page["cursor"], page["more"]
    return found
