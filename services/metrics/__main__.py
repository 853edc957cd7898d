"""Starts metrics: the one place where its parts are put together."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.topics import CASES, CATALOGUE, DIRECTORY
from services.runtime import dead_api
from services.runtime.bell import ChangeStreamBell
from services.runtime.directory import Directory
from services.runtime.health import Health
from services.runtime.logs import configure
from services.runtime.mongo import connect, prepared
from services.runtime.producer import Producer
from services.runtime.service import serve, start
from services.runtime.sessions import Sessions
from services.runtime.topics_admin import prepare_topics
from services.runtime.web import build_app
from services.runtime.worker import Worker

from . import api
from .adapters.cell_store import GENERATION, CellStore, writes
from .adapters.evidence_store import DATABASE as EVIDENCE
from .adapters.evidence_store import EvidenceStore
from .adapters.live import SharedReader
from .adapters.names import DirectoryNames
from .api.alarm import Alarm
from .api.desk import Desk
from .handlers import totals
from .settings import MetricsSettings
from .stream.app import control_app
from .stream.control import Control
from .stream.facts import FactReader
from .stream.host import FaustHost

SERVICE = "metrics"


async def run(settings: MetricsSettings) -> None:
    """Run until SIGTERM."""
    zone = ZoneInfo(settings.timezone)
    clock = partial(datetime.now, UTC)
    health = Health(SERVICE, settings.instance)
    database = connect(settings.mongodb_uri, "mingshao_metrics")
    behind = connect(settings.mongodb_uri, EVIDENCE)
    store, bell = CellStore(database, SERVICE, zone), ChangeStreamBell(database, health)
    producer = Producer(settings.kafka_bootstrap, settings.partitions, health)
    directory = Directory(settings.kafka_bootstrap, health)
    names = DirectoryNames(directory)
    worker = Worker(
        service=SERVICE,
        generation=GENERATION,
        topics=[CASES],
        sequence_of=CASES,
        reader=FactReader(zone, writes),
        database=database,
        producer=producer,
        directory=directory,
        health=health,
        bootstrap=settings.kafka_bootstrap,
        failpoint=settings.failpoint,
    )

    async def prepare() -> None:
        own = [topic for topic in CATALOGUE if topic.writer == SERVICE]
        await prepare_topics(
            settings.kafka_bootstrap,
            own=own,
            read=[CASES, DIRECTORY],
            partitions=settings.partitions,
            replication=settings.replication,
            health=health,
        )
        await prepared(store.prepare, health)

    control = Control(health.registry, partial(totals, cells=store, zone=zone, clock=clock))

    def new_app(batches: Callable[[], Awaitable[None]]) -> Any:
        return control_app(settings.kafka_bootstrap, health.instance, control, batches)

    host = FaustHost(prepare=prepare, loop=worker, new_app=new_app, health=health)
    app = build_app(
        SERVICE,
        title="鸣哨 metrics",
        routers=[*api.routers, dead_api.router],
        troubles=api.TROUBLES,
        health=health,
        directory=directory,
        resources={
            "desk": Desk(
                cells=store,
                shared=SharedReader(store, bell),
                evidence=EvidenceStore(behind),
                disagreed=Alarm(health.registry),
                names=names,
                turns=names.turns,
                weights=names.weights,
                bell=bell,
                zone=zone,
                clock=clock,
            ),
            "sessions": Sessions(settings.session_secret or secrets.token_hex(32)),
            "public": settings.public,
            "dead": dead_api.DeadLetters(SERVICE, settings.kafka_bootstrap, database, producer),
        },
    )
    try:
        await serve(
            app,
            settings=settings,
            health=health,
            background=[producer.run, directory.run, bell.run],
            workers=[(host.run, host.stop)],
        )
    finally:
        database.client.close()
        behind.client.close()


def main() -> None:
    """The console script."""
    settings = MetricsSettings()
    configure(SERVICE, settings.instance, settings.log)
    start(run(settings))


if __name__ == "__main__":
    main()
