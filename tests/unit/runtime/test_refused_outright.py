"""Kafka's client may refuse all records of a request before anything is under way: an outage like any other."""

from typing import Any, cast

from aiokafka.errors import KafkaError

from services.runtime.batches import Outgoing
from services.runtime.health import Health
from services.runtime.producer import BrokerAway, Producer


class Refusing:
    async def send(self, *_: Any, **__: Any) -> Any:
        raise KafkaError("out of sequence")


async def test_each_is_told_that_the_broker_is_away() -> None:
    producer = Producer("127.0.0.1:1", 4, Health("intake", "intake-1"))
    cast(Any, producer)._client = Refusing()
    records = [Outgoing(topic="t", partition=0, key=b"k", value=b"v", headers=[]) for _ in range(2)]
    outcomes = await producer.send(records)
    assert [type(one) for one in outcomes] == [BrokerAway, BrokerAway]
