"""Take what was read and put it on the log: one, or many of which each stands for itself."""

from collections.abc import Sequence
from datetime import datetime
from itertools import islice

from services.contracts.actions import ActionRequested
from services.contracts.codec import Event, encode
from services.contracts.identity import kind_of
from services.contracts.messages import Message
from services.contracts.topics import CONTACTS, OPINIONS, TICKETS, Topic
from services.runtime.batches import Outgoing, OversizeRecord

from .domain.flaws import Flaw
from .domain.submission import Taken
from .ports import Publisher

Item = Taken | ActionRequested


class NotStored(Exception):
    """The log did not take it, or not surely: send it again, a repeat has no effect."""


Outcome = Item | Flaw | NotStored


async def store(items: Sequence[Item | Flaw], publisher: Publisher, now: datetime) -> list[Outcome]:
    """Publish all that has no flaw; each item's outcome in order. What is stored comes back as it is."""
    prepared = [_prepared(item, publisher, now) for item in items]
    records = [record for made in prepared if not isinstance(made, Flaw) for record in made]
    errors = iter(await publisher.send(records))
    outcomes: list[Outcome] = []
    for item, made in zip(items, prepared, strict=True):
        if isinstance(made, Flaw) or isinstance(item, Flaw):
            outcomes.append(made if isinstance(made, Flaw) else item)
        else:
            failed = [error for error in islice(errors, len(made)) if error is not None]
            outcomes.append(NotStored(str(failed[0])) if failed else item)
    return outcomes


def case_of(item: Item) -> str:
    """The case that an item is about."""
    return item.submission.case_id if isinstance(item, Taken) else item.case_id


def _prepared(item: Item | Flaw, publisher: Publisher, now: datetime) -> list[Outgoing] | Flaw:
    if isinstance(item, Flaw):
        return item
    try:
        return [
            _record(topic, case_of(item), event_id, message, publisher, now)
            for topic, event_id, message in _messages(item)
        ]
    except OversizeRecord as error:
        return Flaw("too_large", None, str(error))


def _messages(item: Item) -> list[tuple[Topic, str, Message]]:
    topic = TICKETS if kind_of(case_of(item)) == "ticket" else OPINIONS
    if isinstance(item, ActionRequested):
        return [(topic, f"{item.case_id}/{item.actor.sender}/{item.action_id}", item)]
    case, contact = item.submission.case_id, item.contact
    contacts: list[tuple[Topic, str, Message]] = [(CONTACTS, f"{case}/contact", contact)] if contact else []
    return [*contacts, (topic, f"{case}/submit", item.submission)]


def _record(topic: Topic, case: str, event_id: str, message: Message, publisher: Publisher, now: datetime) -> Outgoing:
    key = case.encode()
    value, headers = encode(Event(id=event_id, source="/mingshao/intake", time=now, subject=case, data=message))
    return Outgoing(
        topic=topic.name, partition=publisher.partition_for(topic.name, key), key=key, value=value, headers=headers
    )
