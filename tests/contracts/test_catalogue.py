"""What the catalogue of topics claims, and what rests on it."""

import importlib
import re
from pathlib import Path
from typing import get_args

import pytest

from services.contracts import topics
from services.contracts.access import ACCESS
from services.contracts.actors import Role
from services.contracts.messages import NAME_OF, TYPES
from services.contracts.topics import CATALOGUE, Topic

ROOT = Path(__file__).parents[2]
SERVICES = {"intake", "routing", "notify", "metrics", "evidence"}
WITH_KEYS = set(get_args(Role)) - {"routing"}
each_topic = pytest.mark.parametrize(
    "topic", [*CATALOGUE, topics.assignments("greening")], ids=lambda topic: topic.name
)


def test_names_are_unique() -> None:
    names = [topic.name for topic in CATALOGUE]
    assert len(names) == len(set(names))


@each_topic
def test_topic_has_a_versioned_name_and_one_service_that_writes_it(topic: Topic) -> None:
    assert re.fullmatch(r"mingshao\.[a-z0-9.-]+\.v[1-9]\d*", topic.name)
    assert topic.writer in SERVICES
    assert topic.readers


@each_topic
def test_records_carry_their_append_time(topic: Topic) -> None:
    assert topic.config.get("message.timestamp.type") == "LogAppendTime"


@pytest.mark.parametrize("topic", [topics.TICKETS, topics.OPINIONS, topics.CASES, topics.DIRECTORY])
def test_the_system_of_record_is_kept_for_ever(topic: Topic) -> None:
    assert topic.config["cleanup.policy"] == "delete"
    assert topic.config["retention.ms"] == topic.config["retention.bytes"] == "-1"


@pytest.mark.parametrize("topic", [*topics.DEAD.values(), *topics.REPLAYS.values()])
def test_what_could_not_be_processed_is_kept_for_ever(topic: Topic) -> None:
    assert topic.config["retention.ms"] == "-1"


def test_a_contact_can_be_erased_and_nothing_else() -> None:
    assert [topic for topic in CATALOGUE if topic.keeper] == [topics.CONTACTS]
    assert topics.CONTACTS.config["cleanup.policy"] == "compact"
    # erased for good within two days: the segment is compacted, then the tombstone itself goes
    assert int(topics.CONTACTS.config["max.compaction.lag.ms"]) <= 86_400_000


def test_what_is_compacted_is_no_record_of_anything() -> None:
    """Contacts may be erased, and of an alert the last change says all: what stands is metrics' own to tell again."""
    compacted = [topic for topic in CATALOGUE if topic.config["cleanup.policy"] == "compact"]
    assert compacted == [topics.CONTACTS, topics.RATES, topics.ALERTS]


def test_topics_that_feed_one_service_have_equal_partition_counts() -> None:
    for service in topics.READING_SERVICES:
        feeding = [topic for topic in CATALOGUE if service in topic.readers]
        once = {topic.name for topic in feeding if topic.partitions == "one"}
        # both are read groupless or by Faust, beside the batches
        assert once <= {topics.DIRECTORY.name, topics.CONTROL.name}


def test_every_type_travels_and_every_topic_carries_known_types() -> None:
    carried = {name for topic in (*CATALOGUE, topics.assignments("greening")) for name in topic.types}
    assert carried == set(TYPES)


def test_types_and_their_names_are_one_to_one() -> None:
    assert {name: definition for definition, name in NAME_OF.items()} == TYPES
    assert all(re.fullmatch(r"mingshao\.[a-z]+\.[a-z]+\.v1", name) for name in TYPES)


def test_only_the_department_reads_its_assignments() -> None:
    topic = topics.assignments("greening")
    assert topic.name == "mingshao.assignments.greening.v1"
    assert (topic.writer, topic.readers, topic.partitions) == ("notify", ("department:greening",), "one")


def test_access_names_every_service_and_only_roles_that_a_key_can_have() -> None:
    assert ACCESS.keys() == SERVICES
    for service, table in ACCESS.items():
        for endpoint, roles in table.items():
            assert re.fullmatch(r"(GET|POST|PUT|DELETE) /\S*", endpoint), (service, endpoint)
            assert set(roles) <= WITH_KEYS, (service, endpoint)
            assert len(roles) == len(set(roles)), (service, endpoint)


def test_only_health_documents_and_the_page_are_open() -> None:
    asked_for_none = {endpoint for table in ACCESS.values() for endpoint, roles in table.items() if not roles}
    assert asked_for_none == {
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        "GET /openapi.json",
        "GET /asyncapi.json",
        "GET /schemas/{name}",
        "GET /",
        "GET /static/{path:path}",
        "GET /public",
        "GET /v1/public",
        "POST /v1/session",
        "DELETE /v1/session",
    }


def test_every_role_may_do_something() -> None:
    assert {role for table in ACCESS.values() for roles in table.values() for role in roles} == WITH_KEYS


def short(topic: Topic) -> str:
    return topic.name.removeprefix("mingshao.").removesuffix(".v1")


def writes(service: str) -> set[str]:
    own = {short(topic) for topic in CATALOGUE if service in (topic.writer, topic.keeper)}
    return own | ({"assignments"} if service == "notify" else set())


def reads(service: str) -> set[str]:
    return {short(topic) for topic in CATALOGUE if service in topic.readers}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_the_guides_access_lists_are_the_catalogue(service: str) -> None:
    guide = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    row = next(
        line for line in guide[guide.index("## Kafka's ACLs") :].splitlines() if line.startswith(f"| {service} |")
    )
    told = [
        {name.strip(".").removeprefix("mingshao.") for name in re.findall("`([^`]+)`", cell)} for cell in row.split("|")
    ]
    # its dead letters are listed and replayed by the service itself; routing looks where its own facts end
    besides = {f"dead.{service}"} if service in topics.DEAD else set()
    assert told[2] == writes(service)
    assert told[3] == reads(service) | besides | ({"cases"} if service == "routing" else set())


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_service_says_all_topics_that_it_reads_and_writes(service: str) -> None:
    module = "services.metrics.evidence" if service == "evidence" else f"services.{service}"
    words = " ".join((importlib.import_module(module).__doc__ or "").split())
    found = re.search(r"Consumes: (.+?)\. Produces: (.+?)\. Owns: ", words)
    assert found, words
    consumed, produced = ({one.strip() for one in re.sub(r"\([^)]*\)", "", part).split(",")} for part in found.groups())
    assert consumed == reads(service)
    assert produced == writes(service)
