"""Starts metrics: the one place where its parts are put together."""

import argparse
import asyncio
import math
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from prometheus_client import Gauge
from pymongo.errors import PyMongoError

from services.contracts.topics import CASES, CATALOGUE, DIRECTORY, REPLAYS
from services.runtime import dead_api
from services.runtime.bell import ChangeStreamBell
from services.runtime.directory import Directory
from services.runtime.health import Health
from services.runtime.instruments import Instruments
from services.runtime.ledger import set_aside
from services.runtime.logs import configure
from services.runtime.mongo import Database, connect, prepared
from services.runtime.producer import Producer
from services.runtime.service import serve, start
from services.runtime.sessions import Sessions
from services.runtime.topics_admin import prepare_topics
from services.runtime.web import build_app
from services.runtime.worker import Worker

from . import api
from .adapters.alert_store import AlertStore
from .adapters.alert_topic import KafkaAlerts
from .adapters.cell_store import CellStore
from .adapters.counted_upto import CountedUpto
from .adapters.evidence_store import DATABASE as EVIDENCE
from .adapters.evidence_store import READER, EvidenceStore
from .adapters.generations import StillBehind
from .adapters.live import SharedReader
from .adapters.names import DirectoryNames
from .adapters.rates_topic import RatesTopic
from .adapters.session_store import SessionStore
from .adapters.sheets import writes
from .alerts import Summary, check, summary
from .api.alarm import Alarm
from .api.desk import Desk
from .domain.changed import Changed
from .handlers import totals
from .published import Published
from .rebuild import Comparing, Counted, Ended, Halted, Rebuild, Taken
from .recounts import Recounts
from .settings import MetricsSettings
from .stream.alerts import AlertWatch
from .stream.app import control_app
from .stream.control import Control
from .stream.counting import Counting
from .stream.facts import FactReader, Marked, unmarked
from .stream.host import FaustHost

SERVICE, DATABASE = "metrics", "mingshao_metrics"
REBUILDING = "mingshao.metrics.rebuild"
"""The group of those who count fresh cells."""


async def run(settings: MetricsSettings) -> None:
    """Run until SIGTERM."""
    zone = ZoneInfo(settings.timezone)
    clock = partial(datetime.now, UTC)
    health = Health(SERVICE, settings.instance)
    database = connect(settings.mongodb_uri, DATABASE)
    behind = connect(settings.mongodb_uri, EVIDENCE)
    store, bell = CellStore(database, SERVICE, zone), ChangeStreamBell(database, health)
    evidence = EvidenceStore(behind)
    alerts, sessions = AlertStore(database), SessionStore(database)
    producer = Producer(settings.kafka_bootstrap, settings.partitions, health)
    directory = Directory(settings.kafka_bootstrap, health)
    names = DirectoryNames(directory)
    changed = Changed()
    workers = Workers(settings, database, producer, directory, health)

    def counter(generation: str) -> Worker:
        changed.clear()  # what is not told yet of the cells before is found again in the log
        return workers.of(generation, marked=changed.mark)

    counting = Counting(store.current, counter, health)
    rates = RatesTopic(
        database=database,
        reader=SERVICE,
        bootstrap=settings.kafka_bootstrap,
        producer=producer,
        owned=counting.epochs,
        changed=changed,
        zone=zone,
        health=health,
    )
    untold = Gauge(
        "mingshao_rates_untold_sheets", "changed sheets not yet on `rates`, +Inf while behind", registry=health.registry
    )
    untold.set_function(lambda: changed.count)

    async def aside() -> set[str]:
        return await set_aside(database, SERVICE, await store.current())

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
        await prepared(alerts.prepare, health)
        await prepared(sessions.prepare, health)

    async def judge(now: datetime) -> bool:
        topic = KafkaAlerts(producer)
        return await check(
            names.alerts(), names.turns(), book=alerts, topic=topic, cells=store, names=names, zone=zone, now=now
        )

    async def told() -> Summary:
        return await summary(names.alerts(), names.turns(), book=alerts, zone=zone, now=clock())

    upto = partial(CountedUpto, bootstrap=settings.kafka_bootstrap, partitions=settings.partitions, health=health)
    counted = upto(database=database, reader=SERVICE, generation=store.current, topics=[CASES, REPLAYS[SERVICE]])
    evident = upto(database=behind, reader=READER, generation=evidence.current, topics=[CASES, REPLAYS[READER]])
    lag = Gauge(
        "mingshao_figures_behind_seconds", "how far figures are behind, NaN if unknown", registry=health.registry
    )
    lag.set_function(lambda: _seconds(counted.watermark().behind))
    watch = AlertWatch(health.registry, counting.epochs, counted.watermark, judge, told)
    control = Control(health.registry, partial(totals, cells=store, zone=zone, counted=counted.watermark), watch)

    def new_app(batches: Callable[[], Awaitable[None]]) -> Any:
        return control_app(settings.kafka_bootstrap, health.instance, control, batches)

    host = FaustHost(prepare=prepare, loop=counting, new_app=new_app, health=health)
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
                shared=SharedReader(store, bell, counted.time),
                evidence=evidence,
                recounts=Recounts(evidence),
                published=Published(),
                disagreed=Alarm(health.registry),
                names=names,
                turns=names.turns,
                weights=names.weights,
                rules=names.alerts,
                alerts=alerts,
                bell=bell,
                zone=zone,
                clock=clock,
                counted=counted.watermark,
                evident=evident.time,
            ),
            "sessions": Sessions(sessions),
            "public": settings.public,
            "dead": dead_api.DeadLetters(SERVICE, settings.kafka_bootstrap, aside, producer),
        },
    )
    try:
        await serve(
            app,
            settings=settings,
            health=health,
            background=[producer.run, directory.run, bell.run, rates.run, counted.run, evident.run],
            workers=[(host.run, host.stop)],
        )
    finally:
        database.client.close()
        behind.client.close()


def _seconds(behind: timedelta | None) -> float:
    return math.nan if behind is None else behind.total_seconds()


class Workers:
    """What counts one generation of cells or another; all of one process tell Prometheus the same numbers."""

    def __init__(
        self, settings: MetricsSettings, database: Database, producer: Producer, directory: Directory, health: Health
    ) -> None:
        self._settings = settings
        self._database = database
        self._producer = producer
        self._directory = directory
        self._health = health
        self._instruments = Instruments(health.registry)

    def of(self, generation: str, group: str | None = None, marked: Marked = unmarked) -> Worker:
        """A worker that has not begun."""
        return Worker(
            service=SERVICE,
            generation=generation,
            group=group,
            topics=[CASES],
            sequence_of=CASES,
            reader=FactReader(ZoneInfo(self._settings.timezone), partial(writes, generation), marked),
            database=self._database,
            producer=self._producer,
            directory=self._directory,
            health=self._health,
            instruments=self._instruments,
            bootstrap=self._settings.kafka_bootstrap,
            failpoint=self._settings.failpoint,
        )


async def remake(settings: MetricsSettings, *, accept: bool, anew: bool) -> Ended:
    """All cells again from the log. What happens goes to standard output, a line of JSON each."""

    def tell(told: Counted | Comparing | Ended) -> None:
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        sys.stdout.flush()

    health = Health(SERVICE, f"{settings.instance}-rebuild")
    database = connect(settings.mongodb_uri, DATABASE)
    producer = Producer(settings.kafka_bootstrap, settings.partitions, health)
    directory = Directory(settings.kafka_bootstrap, health)
    beside = [asyncio.ensure_future(run()) for run in (producer.run, directory.run)]
    try:
        workers = Workers(settings, database, producer, directory, health)
        ended = await Rebuild(database, SERVICE, health, tell, accept=accept, anew=anew).run(
            partial(workers.of, group=REBUILDING)
        )
        tell(ended)
        return ended
    finally:
        for task in beside:
            task.cancel()
        await asyncio.wait(beside)
        database.client.close()


def main() -> None:
    """The console script: runs the service; with the word `rebuild`, counts all cells again beside it."""
    parser = argparse.ArgumentParser(prog="metrics", description=main.__doc__)
    words = parser.add_subparsers(dest="word")
    again = words.add_parser("rebuild", help="count all cells again from the log, compare, and read the fresh ones")
    again.add_argument("--accept", action="store_true", help="read the fresh ones even where they differ")
    again.add_argument("--anew", action="store_true", help="do not go on with what was begun before")
    asked = parser.parse_args()
    settings = MetricsSettings()
    if asked.word == "rebuild":
        configure(SERVICE, f"{settings.instance}-rebuild", settings.log)
        try:
            ended = asyncio.run(remake(settings, accept=asked.accept, anew=asked.anew))
        except (Halted, StillBehind, Taken) as error:
            sys.exit(str(error))
        except PyMongoError as error:
            sys.exit(f"MongoDB does not answer; go on once it does, nothing is lost: {error}")
        sys.exit(0 if ended.switched else 3)
    configure(SERVICE, settings.instance, settings.log)
    start(run(settings))


if __name__ == "__main__":
    main()
