"""Starts notify: the one place where its parts are put together."""

from functools import partial

from services.contracts.topics import CASES, CATALOGUE, CONTACTS, DIRECTORY
from services.runtime import dead_api
from services.runtime.bell import ChangeStreamBell
from services.runtime.directory import Directory
from services.runtime.health import Health
from services.runtime.ledger import set_aside
from services.runtime.logs import configure
from services.runtime.mongo import connect, prepared
from services.runtime.producer import Producer
from services.runtime.service import serve, start
from services.runtime.topics_admin import prepare_topics
from services.runtime.web import build_app
from services.runtime.worker import Worker

from . import api
from .adapters.store import NotifyStore
from .adapters.topics import KafkaDepartmentTopics
from .settings import NotifySettings
from .worker import TellingReader

SERVICE = "notify"


async def run(settings: NotifySettings) -> None:
    """Run until SIGTERM."""
    health = Health(SERVICE, settings.instance)
    database = connect(settings.mongodb_uri, "mingshao_notify")
    producer = Producer(settings.kafka_bootstrap, settings.partitions, health)
    directory = Directory(settings.kafka_bootstrap, health)
    store, bell = NotifyStore(database), ChangeStreamBell(database, health)
    topics = KafkaDepartmentTopics(settings.kafka_bootstrap, settings.replication)

    worker = Worker(
        service=SERVICE,
        topics=[CASES, CONTACTS],
        sequence_of=CASES,
        reader=TellingReader(store, topics, directory),
        database=database,
        producer=producer,
        directory=directory,
        health=health,
        bootstrap=settings.kafka_bootstrap,
        failpoint=settings.failpoint,
    )

    async def work() -> None:
        await prepare_topics(
            settings.kafka_bootstrap,
            own=[topic for topic in CATALOGUE if topic.writer == SERVICE],
            read=[CASES, CONTACTS, DIRECTORY],
            partitions=settings.partitions,
            replication=settings.replication,
            health=health,
        )
        await prepared(store.prepare, health)
        await worker.run()

    app = build_app(
        SERVICE,
        title="鸣哨 notify",
        routers=[api.router, dead_api.router],
        health=health,
        directory=directory,
        resources={
            "desk": api.Desk(store=store, producer=producer, bell=bell, health=health),
            "dead": dead_api.DeadLetters(
                SERVICE, settings.kafka_bootstrap, partial(set_aside, database, SERVICE), producer
            ),
        },
    )
    try:
        await serve(
            app,
            settings=settings,
            health=health,
            background=[producer.run, directory.run, bell.run, partial(topics.follow, directory, health)],
            workers=[(work, worker.stop)],
        )
    finally:
        database.client.close()


def main() -> None:
    """The console script."""
    settings = NotifySettings()
    configure(SERVICE, settings.instance, settings.log)
    start(run(settings))


if __name__ == "__main__":
    main()
