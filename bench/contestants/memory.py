"""librdkafka and dicts: nothing is kept. The limit that all are compared with."""

import time

from confluent_kafka import Consumer, TopicPartition

from services.metrics.domain.cells import Sums

from .job import Clock, digest, fold, task


def main() -> None:
    """Consume, fold, tell."""
    wanted, clock = task(), Clock()
    consumer = Consumer({"bootstrap.servers": wanted.bootstrap, "group.id": "bench", "enable.auto.commit": False})
    consumer.assign([TopicPartition(wanted.topic, number, 0) for number in range(wanted.partitions)])
    sums = [Sums() for _ in range(wanted.partitions)]
    left = [wanted.events // wanted.partitions] * wanted.partitions
    while any(left):
        for message in consumer.consume(5_000, 1.0):
            clock.start()
            partition = message.partition()
            if left[partition]:
                left[partition] -= 1
                fold(message.value(), message.headers(), sums[partition])
    done, cpu = time.time(), time.process_time()
    consumer.close()
    clock.tell(wanted, "librdkafka, in memory", "none", digest(one.cells() for one in sums), done, cpu)


if __name__ == "__main__":
    main()
