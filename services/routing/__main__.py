"""Starts routing: the one place where its parts are put together."""

import asyncio
import sys
from datetime import UTC, datetime
from functools import partial
from zoneinfo import ZoneInfo

from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from services.contracts.topics import CASES, CATALOGUE, FOLLOWUPS, OPINIONS, TICKETS
from services.runtime import dead_api
from services.runtime.applied_upto import AppliedUpto
from services.runtime.directory import Directory
from services.runtime.health import Health
from services.runtime.instruments import Refusals
from services.runtime.ledger import set_aside
from services.runtime.logs import configure
from services.runtime.mongo import connect
from services.runtime.producer import Producer
from services.runtime.service import serve, start
from services.runtime.topics_admin import prepare_topics
from services.runtime.web import build_app
from services.runtime.worker import Worker

from . import api
from .adapters.case_reader import MongoCaseReader
from .adapters.case_store import MongoCaseStore
from .adapters.current_rules import CurrentRules
from .adapters.directory_store import DirectoryStore
from .adapters.followups import Followups
from .adapters.marked_cases import MongoMarkedCases
from .adapters.open_cases import MongoOpenCases
from .api.desk import Desk
from .ports import StoreAway
from .rebuild import BrokenLog, RoutingRuns, rebuild
from .settings import RoutingSettings
from .successions import Successions
from .timekeeper import Timekeeper
from .worker import JudgingReader

SERVICE = "routing"
DATABASE = "mingshao_routing"


async def run(settings: RoutingSettings) -> None:
    """Run until SIGTERM."""
    health = Health(SERVICE, settings.instance)
    database = connect(settings.mongodb_uri, DATABASE)
    producer = Producer(settings.kafka_bootstrap, settings.partitions, health)
    directory = Directory(settings.kafka_bootstrap, health)
    zone = ZoneInfo(settings.timezone)
    rules = CurrentRules(directory, zone)
    store, rows = MongoCaseStore(database), DirectoryStore(database, producer, health)
    worker = Worker(
        service=SERVICE,
        topics=[TICKETS, OPINIONS, FOLLOWUPS],
        writes_to=CASES,
        reader=JudgingReader(store, rules, Refusals(health.registry), producer.partition_for),
        database=database,
        producer=producer,
        directory=directory,
        health=health,
        bootstrap=settings.kafka_bootstrap,
        failpoint=settings.failpoint,
    )

    timekeeper = Timekeeper(
        cases=MongoMarkedCases(database),
        rules=rules,
        owned=worker.partitions,
        read_upto=worker.read_upto,
        producer=producer,
        clock=partial(datetime.now, UTC),
        health=health,
    )

    followups = Followups(producer, partial(datetime.now, UTC))
    successions = Successions(
        cases=MongoOpenCases(database),
        rules=rules,
        owned=worker.partitions,
        read_upto=worker.read_upto,
        clock=partial(datetime.now, UTC),
        tell=followups.tell,
        health=health,
    )

    judged = AppliedUpto(
        database=database,
        reader=SERVICE,
        bootstrap=settings.kafka_bootstrap,
        topics=[TICKETS, OPINIONS],
        partitions=settings.partitions,
        health=health,
    )

    async def work() -> None:
        await prepare_topics(
            settings.kafka_bootstrap,
            own=[topic for topic in CATALOGUE if topic.writer == SERVICE],
            read=[TICKETS, OPINIONS],
            partitions=settings.partitions,
            replication=settings.replication,
            health=health,
        )
        await worker.run()

    async def keep_directory() -> None:
        health.wait_for("store", "MongoDB")
        while True:
            try:
                await store.prepare()
                await rows.prepare(settings.admin_key_hash)
                break
            except (PyMongoError, StoreAway) as error:
                health.failed(error)
                await asyncio.sleep(0.5)
        health.wait_for("store", None)
        await rows.run()

    app = build_app(
        SERVICE,
        title="鸣哨 routing",
        routers=[*api.routers, dead_api.router],
        body_limits=api.BODY_LIMITS,
        health=health,
        directory=directory,
        resources={
            "desk": Desk(
                cases=MongoCaseReader(database),
                partitions=settings.partitions,
                directory=directory,
                directory_store=rows,
                rules=rules,
                tell=followups.tell,
                zone=zone,
                read_upto=judged.time,
            ),
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
            background=[producer.run, directory.run, keep_directory, timekeeper.run, successions.run, judged.run],
            workers=[(work, worker.stop)],
        )
    finally:
        database.client.close()


async def remake(settings: RoutingSettings) -> None:
    """The store again, from the log. Progress goes to standard output: facts done, facts in all."""

    def told(done: int, total: int) -> None:
        if done % 1000 == 0 or done == total:
            sys.stdout.write(f"{done} {total}\n")
            sys.stdout.flush()

    database = connect(settings.mongodb_uri, DATABASE)
    try:
        await rebuild(settings.kafka_bootstrap, database, settings.partitions, told)
    finally:
        database.client.close()


def main() -> None:
    """The console script: runs the service; with the word `rebuild`, makes its store again."""
    settings = RoutingSettings()
    if sys.argv[1:] == ["rebuild"]:
        try:
            asyncio.run(remake(settings))
        except (RoutingRuns, BrokenLog) as error:
            sys.exit(str(error))
        except (KafkaError, PyMongoError, OSError) as error:
            sys.exit(f"Kafka or MongoDB does not answer; begin again once they do: {error}")
        return
    configure(SERVICE, settings.instance, settings.log)
    start(run(settings))


if __name__ == "__main__":
    main()
