"""Starts intake: the one place where its parts are put together."""

import asyncio
from datetime import UTC, datetime
from functools import partial

from services.contracts.topics import CATALOGUE, DIRECTORY
from services.runtime.directory import Directory
from services.runtime.health import Health
from services.runtime.instruments import Refusals
from services.runtime.logs import configure
from services.runtime.producer import Producer
from services.runtime.service import serve, start
from services.runtime.topics_admin import prepare_topics
from services.runtime.web import build_app

from . import api
from .api.desk import Desk
from .settings import IntakeSettings

SERVICE = "intake"
SECRET_LENGTH = 16


async def run(settings: IntakeSettings) -> None:
    """Run until SIGTERM."""
    health = Health(SERVICE, settings.instance)
    producer = Producer(settings.kafka_bootstrap, settings.partitions, health)
    directory = Directory(settings.kafka_bootstrap, health)

    async def make_topics() -> None:
        await prepare_topics(
            settings.kafka_bootstrap,
            own=[topic for topic in CATALOGUE if topic.writer == SERVICE],
            read=[DIRECTORY],
            partitions=settings.partitions,
            replication=settings.replication,
            health=health,
        )
        await asyncio.Event().wait()

    desk = Desk(
        publisher=producer,
        directory=directory,
        secret=settings.contact_secret.encode(),
        routing_url=settings.routing_url,
        clock=partial(datetime.now, UTC),
        refusals=Refusals(health.registry),
        max_requests=settings.max_requests,
        max_bytes=settings.max_bytes,
    )
    app = build_app(
        SERVICE,
        title="鸣哨 intake",
        routers=api.routers,
        health=health,
        directory=directory,
        resources={"desk": desk},
        body_limits=api.BODY_LIMITS,
    )
    await serve(app, settings=settings, health=health, background=[producer.run, directory.run, make_topics])


def main() -> None:
    """The console script."""
    settings = IntakeSettings()
    if len(settings.contact_secret) < SECRET_LENGTH:
        raise SystemExit(f"intake cannot start: set MINGSHAO_CONTACT_SECRET, {SECRET_LENGTH} characters or more")
    configure(SERVICE, settings.instance, settings.log)
    start(run(settings))


if __name__ == "__main__":
    main()
