"""Whether the services agree with their log: every figure, every outcome, every case's versions."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import cycle
from typing import Any

import httpx
import msgspec

from services.contracts.topics import CASES, CONTACTS, DIRECTORY, FOLLOWUPS, OPINIONS, TICKETS
from tests.e2e.clocks import none_waits
from tests.e2e.deployment import Deployment, until
from tests.e2e.log import Logged, ends, newest_sequences, read_as, read_log, unread
from tests.e2e.order import Answer, answer_in, as_taken, of_the_day, sender_of
from tests.recount.compare import differences
from tests.recount.recount import Recount

SETTLED_SECONDS = 900
READ = {
    "routing": (TICKETS.name, OPINIONS.name, FOLLOWUPS.name),
    "notify": (CASES.name, CONTACTS.name),
    "metrics": (CASES.name,),
}
DECIDING = ("department", "category", "channel", "policy", "calendar", "history", "grid")
"""The kinds of rows that decisions look at."""


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """What the checks need of a record of `cases`."""

    seq: int
    case_id: str
    version: int
    outcome: str
    action: str
    action_id: str
    sender: str
    code: str | None
    state: str | None
    answer: Answer


def settled(deployment: Deployment) -> dict[int, int]:
    """Wait until metrics has counted every fact of the log and no case waits at a mark of a clock; the position."""

    def position() -> dict[int, int]:
        answer = deployment.call("GET", "metrics", "/v1/rates", "dashboard", params={"rate": "handled"})
        if answer.status_code != 200:
            return {}
        return {int(partition): seq for partition, seq in answer.json()["position"].items() if seq}

    def still() -> Any:
        try:
            names = ("routing", "notify", "metrics")
            bodies = [body for name in names for body in deployment.health(name)]
            if not all(body["status"] == "ok" and body["lag"] == 0 for body in bodies):
                return False
            # their own word is of their own share: one that sleeps may hold the rest
            if any(unread(deployment.kafka_bootstrap, f"mingshao.{name}", topics) for name, topics in READ.items()):
                return False
            if not none_waits(deployment):
                return False
            newest = newest_sequences(deployment.kafka_bootstrap, CASES.name)
            return position() == {partition: seq for partition, seq in newest.items() if seq}
        except httpx.TransportError:
            return False  # one that was killed is on its way up

    until(still, SETTLED_SECONDS)
    return position()


class Agreed(msgspec.Struct, frozen=True, kw_only=True):
    """The recount, the facts each once, and how many records of each `ce_id` the log holds."""

    recount: Recount
    facts: list[Fact]
    held: Counter[str]


def recounted(
    deployment: Deployment, written: Mapping[int, Sequence[Fact]], dead: Collection[str] = ()
) -> tuple[Recount, Counter[str]]:
    """From the log alone, each decision by the directory of its day, and each `ce_id` counted. `written` says in which
    order routing took the records, `dead` are the places of those that had no effect."""
    logs = {topic: read_log(deployment.kafka_bootstrap, topic) for topic in READ["routing"]}
    changes = read_as(deployment.kafka_bootstrap, DIRECTORY.name, lambda one: one.value, 1)[0]
    directory = of_the_day(changes, DECIDING)
    recount, held = Recount(directory(0)), Counter[str]()
    for partition, found in written.items():
        asked, owed = [logs[topic][partition] for topic in READ["routing"][:-1]], logs[FOLLOWUPS.name][partition]
        held.update(one.headers.get("ce_id", "") for records in asked for one in records)
        living = [[one for one in records if one.place not in dead] for records in asked]
        owed = [one for one in owed if one.place not in dead]
        for record, version in as_taken(living, owed, [fact.answer for fact in found]):
            recount.change(directory(version))
            recount.read([[(record.value, record.headers, record.timestamp)]])
    return recount, held


def all_equal(deployment: Deployment, dead: Collection[str] = ()) -> Agreed:
    """Every figure, every outcome, every case's versions. `dead` are the places of records that had no effect."""
    settled(deployment)  # first, for Kafka may just have been killed
    log = ends(deployment.kafka_bootstrap, *READ["routing"])
    settled(deployment)
    written = facts(deployment)
    recount, held = recounted(deployment, written, dead)

    headers = {"Authorization": f"Bearer {deployment.key('dashboard')}"}
    # none is kept: the server gives one up while the answers are counted again
    with httpx.Client(headers=headers, timeout=60, trust_env=False, limits=httpx.Limits(max_connections=1)) as client:
        instances = cycle(deployment.urls("metrics"))  # each must say the same

        def asked(question: dict[str, str]) -> Any:
            try:
                answer = client.get(
                    f"{next(instances)}/v1/rates/several", params=question, headers={"Connection": "close"}
                )
            except httpx.TransportError:
                return None  # killed just now, or its connection was
            assert answer.status_code in (200, 503), answer.text
            return answer.json() if answer.status_code == 200 else None

        def ask(question: dict[str, str]) -> Any:
            return until(lambda: asked(question), 60)

        began = datetime.now(UTC)
        found = differences(recount, ask, until=began)
        turned = datetime.now(UTC).hour != began.hour  # due figures count up to the last full hour
    if turned or ends(deployment.kafka_bootstrap, *READ["routing"]) != log:
        return all_equal(deployment, dead)  # or a push that its sender gave up came in meanwhile, or a clock to a mark
    versions_without_gap(written)
    each = [fact for partition in written.values() for fact in partition]
    outcomes_equal(recount, each)
    states_equal(recount, each)
    assert not found, f"{len(found)} differences:\n" + "\n".join(found[:20])
    return Agreed(recount=recount, facts=each, held=held)


def facts(deployment: Deployment) -> dict[int, list[Fact]]:
    """By partition, repeats left out by their sequence number, complete and in order."""
    found: dict[int, list[Fact]] = {}
    for partition, records in read_as(deployment.kafka_bootstrap, CASES.name, _fact).items():
        kept = found[partition] = []
        for record in records:
            if record is None or record.seq <= len(kept):
                continue
            assert record.seq == len(kept) + 1, f"partition {partition}: {record.seq} follows {len(kept)}"
            kept.append(record)
    return found


def versions_without_gap(written: Mapping[int, Sequence[Fact]]) -> None:
    """Each case's versions are complete and in order; a refusal raises none, and a stranger's tells none."""
    for records in written.values():
        versions = dict[str, int]()
        for fact in records:
            if fact.code == "unknown_case":
                assert fact.version == 0, f"{fact.case_id}: {fact.sender} has no part in it and is told its version"
                continue
            expected = versions.get(fact.case_id, 0) + (fact.outcome == "applied")
            assert fact.version == expected, f"{fact.case_id}: version {fact.version}, not {expected}"
            versions[fact.case_id] = expected


def outcomes_equal(recount: Recount, written: Sequence[Fact]) -> None:
    """Case by case, in order: what was asked had its effect once, or stands refused once with the same reason."""
    expected, found = dict[str, list[Any]](), dict[str, list[Any]]()
    for one in recount.outcomes:
        if one["outcome"] != "none":
            told = (one["action"], one["action_id"] or "submit", one["sender"], one["outcome"], one["code"])
            expected.setdefault(str(one["case_id"]), []).append(told)
    for fact in written:
        if fact.sender != "routing":  # its own moves follow from the submission's or the acceptance's fact
            made = (fact.action, fact.action_id, fact.sender, fact.outcome, fact.code)
            found.setdefault(fact.case_id, []).append(made)
    for case in expected.keys() | found.keys():
        assert found.get(case) == expected.get(case), (
            f"{case}: the log's facts say {found.get(case)}, the recount {expected.get(case)}"
        )


def states_equal(recount: Recount, written: Sequence[Fact]) -> None:
    """Case by case where it stands at last."""
    stands = {fact.case_id: fact.state for fact in written if fact.outcome == "applied"}
    other = {name: (stands.get(name), case["state"]) for name, case in recount.cases.items()}
    other = {name: (told, counted) for name, (told, counted) in other.items() if told != counted}
    assert not other, f"{len(other)} cases stand elsewhere in the log than in the recount: {list(other.items())[:20]}"


def _fact(record: Logged) -> Fact | None:
    value = record.value
    if "ce_sequence" not in record.headers:
        return None  # none of routing's: its readers set it aside
    return Fact(
        seq=int(record.headers["ce_sequence"]),
        case_id=value["case_id"],
        version=value["version"],
        outcome=value["outcome"],
        action=value["action"],
        action_id=value["action_id"],
        sender=sender_of(value),
        code=(value.get("refusal") or {}).get("code"),
        state=(value.get("after") or {}).get("state"),
        answer=answer_in(value, int(record.headers["ce_sequence"])),
    )
