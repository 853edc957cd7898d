"""Changes of alerts as records of their topic."""

from collections.abc import Sequence

from services.contracts.alerts import AlertChanged
from services.contracts.codec import Event, encode
from services.contracts.topics import ALERTS
from services.runtime.batches import Outgoing
from services.runtime.producer import Producer

SOURCE = "/mingshao/metrics"


class KafkaAlerts:
    """One partition, by the alert's id."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    async def publish(self, changes: Sequence[AlertChanged]) -> None:
        """Each acknowledged by all in-sync replicas. BrokerAway."""
        await self._producer.publish([record(one) for one in changes])


def record(change: AlertChanged) -> Outgoing:
    """The same change gives the same record, whenever it is published."""
    event = Event(id=f"{change.id}/{change.version}", source=SOURCE, time=change.at, data=change, subject=change.id)
    value, headers = encode(event)
    return Outgoing(topic=ALERTS.name, partition=0, key=change.id.encode(), value=value, headers=headers)
