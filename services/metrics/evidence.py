"""Starts evidence, metrics' second reader of `cases`: the one place where its parts are put together.

A process of its own, with its own group and ledger: what stands behind figures is counted apart from them, and reading
it never holds up the figures.

Consumes: cases, directory, replays.evidence. Produces: dead.evidence, replays.evidence. Owns: the database
mingshao_evidence.
"""

from functools import partial
from zoneinfo import ZoneInfo

from services.contracts.topics import CASES, CATALOGUE, DIRECTORY
from services.runtime import dead_api
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

from .adapters.evidence_store import DATABASE, GENERATION, READER, EvidenceStore, writes
from .settings import EvidenceSettings
from .stream.evidence import CaseReader


async def run(settings: EvidenceSettings) -> None:
    """Run until SIGTERM."""
    health = Health(READER, settings.instance)
    database = connect(settings.mongodb_uri, DATABASE)
    producer = Producer(settings.kafka_bootstrap, settings.partitions, health)
    directory = Directory(settings.kafka_bootstrap, health)
    store = EvidenceStore(database)
    worker = Worker(
        service=READER,
        generation=GENERATION,
        topics=[CASES],
        sequence_of=CASES,
        reader=CaseReader(store, ZoneInfo(settings.timezone), writes),
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
            own=[topic for topic in CATALOGUE if topic.writer == READER],
            read=[CASES, DIRECTORY],
            partitions=settings.partitions,
            replication=settings.replication,
            health=health,
        )
        await prepared(store.prepare, health)
        await worker.run()

    app = build_app(
        READER,
        title="鸣哨 evidence",
        routers=[dead_api.router],
        health=health,
        directory=directory,
        resources={
            "dead": dead_api.DeadLetters(
                READER, settings.kafka_bootstrap, partial(set_aside, database, READER, GENERATION), producer
            )
        },
    )
    try:
        await serve(
            app,
            settings=settings,
            health=health,
            background=[producer.run, directory.run],
            workers=[(work, worker.stop)],
        )
    finally:
        database.client.close()


def main() -> None:
    """The console script."""
    settings = EvidenceSettings()
    configure(READER, settings.instance, settings.log)
    start(run(settings))


if __name__ == "__main__":
    main()
