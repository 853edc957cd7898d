"""A log and a store that do not fit together: halts loudly with what to do, never skips, and is mended by restoring."""

import asyncio
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import MongoClient

from deploy.local import mongod, ports
from services.contracts.topics import TICKETS
from tests.e2e.agreement import settled
from tests.e2e.deployment import until
from tests.faults.checker import check
from tests.faults.load import Load
from tests.faults.street import Street, kill, long_form, running, short

Ruin = Callable[[dict[str, Any]], dict[str, Any]]
ADVICE = re.compile("restore (it|the newest)|bring log and store together")


def push(street: Street, folder: Path, seed: int) -> Load:
    with Load(street, folder, seed=seed, cases=60) as load:
        load.finish()
    return load


def store_restored_from_an_older_copy(street: Street, folder: Path, seed: int) -> Load:
    """What routing's ledger holds is from before the newest facts."""
    street.down()
    shutil.copytree(street.home / "mongod", folder / "older")
    street.start()
    load = push(street, folder, seed)
    check(street, [load])
    street.down()
    keep(street, folder)
    shutil.rmtree(street.home / "mongod")
    shutil.move(folder / "older", street.home / "mongod")
    return load


def log_from_an_older_copy(street: Street, folder: Path, seed: int) -> Load:
    """The log is shorter than the ledgers say."""
    street.down()
    shutil.copytree(street.home / "kafka", folder / "older")
    street.start()
    load = push(street, folder, seed)
    check(street, [load])
    street.down()
    keep(street, folder)
    shutil.rmtree(street.home / "kafka")
    shutil.move(folder / "older", street.home / "kafka")
    return load


def topic_made_anew(street: Street, folder: Path, seed: int) -> Load:
    """As long as before, and none of its records is the one that was applied."""
    load = push(street, folder, seed)
    check(street, [load])
    street.down()
    keep(street, folder)
    street.with_servers_alone(lambda bootstrap: asyncio.run(_made_anew(bootstrap)))
    return load


async def _made_anew(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([TICKETS.name])
        topic = NewTopic(TICKETS.name, num_partitions=4, replication_factor=1, topic_configs=TICKETS.config)
        for _ in range(100):
            answer = await admin.create_topics([topic])
            if answer.topic_errors[0][1] == 0:
                return
            await asyncio.sleep(0.1)
        raise AssertionError("the topic was not made")
    finally:
        await admin.close()


def keep(street: Street, folder: Path) -> None:
    """The whole and right data, to be put back."""
    for name in ("kafka", "mongod"):
        shutil.copytree(street.home / name, folder / "right" / name)


def put_back(street: Street, folder: Path) -> None:
    street.down()
    for name in ("kafka", "mongod"):
        shutil.rmtree(street.home / name)
        shutil.move(folder / "right" / name, street.home / name)
    street.start()


def older(place: dict[str, Any]) -> dict[str, Any]:
    """As the ledger would stand in an older copy of the store: at the log's beginning."""
    return place | {"offset": 0, "stamp": 0}


def shorter(place: dict[str, Any]) -> dict[str, Any]:
    """As the ledger would stand before a log that lost its end."""
    return place | {"offset": place["offset"] + 10_000}


def anew(place: dict[str, Any]) -> dict[str, Any]:
    """As the ledger would stand before a topic made anew: the last applied record is another one."""
    return place | {"stamp": place["stamp"] - 1}


# only routing writes a log that tells how far it was
RUINED: dict[str, tuple[Ruin, ...]] = {"routing": (older,) if short() else (older, shorter, anew)}
RUINED |= {} if short() else {"notify": (shorter, anew), "metrics": (shorter, anew), "evidence": (shorter, anew)}


@pytest.mark.parametrize("service", RUINED)
def test_a_ledger_that_does_not_fit_the_log_halts_its_service_until_the_right_one_is_back(
    street: Street, tmp_path: Path, seed: int, service: str
) -> None:
    loads = [push(street, tmp_path, seed)]
    settled(street)
    client: MongoClient[dict[str, Any]] = MongoClient(mongod.uri(street.port_base + ports.MONGOD))
    with client:
        ledger = client[f"mingshao_{service}"]["ledger"]
        for ruin in RUINED[service]:
            right = list(ledger.find())
            for entry in right:
                ruined = [ruin(place) for place in entry["places"]]
                # an older copy knows of no facts yet
                numbers = {"next_seq": 1} if ruin is older else {}
                ledger.update_one({"_id": entry["_id"]}, {"$set": {"places": ruined, **numbers}})
            start_anew(street, service)
            until(lambda: all(ADVICE.search(one["halted"] or "") for one in said(street, service)), 120)
            assert street.mingshao("status").returncode == 1
            for entry in right:
                kept = {name: entry[name] for name in ("places", "next_seq")}  # an epoch never goes back
                ledger.update_one({"_id": entry["_id"]}, {"$set": kept})
            start_anew(street, service)
            until(lambda: all(one["status"] == "ok" for one in said(street, service)), 120)
    loads.append(push(street, tmp_path, seed + 1))
    check(street, loads)


def start_anew(street: Street, service: str) -> None:
    """Killed, so that the supervisor starts them again."""
    for process in running(street, service):
        kill(process)


def said(street: Street, service: str) -> list[dict[str, Any]]:
    """What its instances say of themselves; one that says nothing, while not all answer."""
    try:
        return street.health(service)
    except httpx.TransportError:
        return [{"status": "", "halted": None}]


RUINS = [store_restored_from_an_older_copy, log_from_an_older_copy, topic_made_anew]


@long_form
@pytest.mark.parametrize("ruin", RUINS, ids=lambda ruin: ruin.__name__)
def test_it_halts_loudly_and_goes_on_once_the_right_data_is_back(
    street: Street, tmp_path: Path, seed: int, ruin: Callable[[Street, Path, int], Load]
) -> None:
    load = ruin(street, tmp_path, seed)
    street.start()

    def halted() -> bool:
        return any(ADVICE.search(one["halted"] or "") for one in street.health("routing"))

    until(halted, 120)
    status = street.mingshao("status")
    assert status.returncode == 1
    assert "halted" in status.stdout
    put_back(street, tmp_path)
    more = push(street, tmp_path, seed + 1)
    check(street, [load, more])
