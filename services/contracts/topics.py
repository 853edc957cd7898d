"""The catalogue of topics: who writes, who reads, what goes in, with which settings."""

from typing import Literal

import msgspec

Partitions = Literal["many", "one"]
FOR_EVER = {"retention.ms": "-1", "retention.bytes": "-1", "cleanup.policy": "delete"}
COMPACTED = {
    "cleanup.policy": "compact",
    "max.compaction.lag.ms": "86400000",
    "delete.retention.ms": "86400000",
}


class Topic(msgspec.Struct, frozen=True, kw_only=True):
    """One topic. `writer` creates it; `many` partitions means the deployment's count, equal for all such topics.

    `keeper` may besides write tombstones, and again what a later record had wrongly replaced.
    """

    name: str
    writer: str
    readers: tuple[str, ...]
    types: tuple[str, ...]
    partitions: Partitions = "many"
    config: dict[str, str] = {}
    keeper: str | None = None


def _topic(
    short: str,
    writer: str,
    readers: tuple[str, ...],
    types: tuple[str, ...],
    partitions: Partitions = "many",
    config: dict[str, str] = FOR_EVER,
    keeper: str | None = None,
) -> Topic:
    stamped = config | {"message.timestamp.type": "LogAppendTime"}
    return Topic(
        name=f"mingshao.{short}.v1",
        writer=writer,
        readers=readers,
        types=types,
        partitions=partitions,
        config=stamped,
        keeper=keeper,
    )


SUBMISSION = "mingshao.submission.received.v1"
ACTION = "mingshao.action.requested.v1"
CONTACT = "mingshao.contact.given.v1"
FACT = "mingshao.case.fact.v1"
DEADLINE = "mingshao.followup.deadline.v1"
JOINED = "mingshao.followup.joined.v1"
MAIN_MOVED = "mingshao.followup.main.v1"
FOLLOWERS_OWED = "mingshao.followup.followers.v1"
DIRECTORY_APPLIED = "mingshao.followup.directory.v1"
ASSIGNMENT = "mingshao.assignment.notice.v1"
CELL = "mingshao.cell.changed.v1"
DIRECTORY_CHANGE = "mingshao.directory.changed.v1"
ALERT = "mingshao.alert.changed.v1"

TICKETS = _topic("tickets", "intake", ("routing",), (SUBMISSION, ACTION))
OPINIONS = _topic("opinions", "intake", ("routing",), (SUBMISSION, ACTION))
CONTACTS = _topic("contacts", "intake", ("notify",), (CONTACT,), config=COMPACTED, keeper="notify")
FOLLOWUPS = _topic(
    "followups", "routing", ("routing",), (DEADLINE, JOINED, MAIN_MOVED, FOLLOWERS_OWED, DIRECTORY_APPLIED)
)
CASES = _topic("cases", "routing", ("notify", "metrics", "evidence"), (FACT,))
RATES = _topic("rates", "metrics", ("dashboards",), (CELL,), config=COMPACTED)
DIRECTORY = _topic(
    "directory", "routing", ("intake", "routing", "notify", "metrics", "evidence"), (DIRECTORY_CHANGE,), "one"
)


def _dead(service: str) -> Topic:
    return _topic(f"dead.{service}", service, ("operators",), ())


def _replays(service: str) -> Topic:
    return _topic(f"replays.{service}", service, (service,), ())


# by alert (rule and group): what stands, and what did
ALERTS = _topic("alerts", "metrics", ("dashboards",), (ALERT,), "one", COMPACTED)
# commands to the process itself, of no worth tomorrow
CONTROL = _topic(
    "metrics.control",
    "metrics",
    ("metrics",),
    (),
    "one",
    {"retention.ms": "86400000", "cleanup.policy": "delete"},
)

READING_SERVICES = ("routing", "notify", "metrics", "evidence")
"""`evidence` is metrics' second reader of `cases`, a process of its own."""
DEAD = {service: _dead(service) for service in READING_SERVICES}
REPLAYS = {service: _replays(service) for service in READING_SERVICES}
CATALOGUE: tuple[Topic, ...] = (
    TICKETS,
    OPINIONS,
    CONTACTS,
    FOLLOWUPS,
    CASES,
    RATES,
    DIRECTORY,
    *DEAD.values(),
    *REPLAYS.values(),
    ALERTS,
    CONTROL,
)


def assignments(department: str) -> Topic:
    """The topic of one department (`[a-z0-9-]`); Kafka ACLs work per topic."""
    return _topic(f"assignments.{department}", "notify", (f"department:{department}",), (ASSIGNMENT,), "one")
