"""Dead letters over HTTP: list them, look at one, have one applied now. Admin only."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from fastapi import APIRouter, Depends, Request, Response

from services.contracts.topics import DEAD

from . import clients
from .deadletters import origin_of, original_headers, reason_of, replay_request
from .keys import Caller
from .mongo import StoreError
from .problems import Problem, unavailable
from .producer import Producer


class DeadLetters:
    """The dead letters of one service, read from its topic; `set_aside` gives the ids of those not applied since."""

    def __init__(
        self, service: str, bootstrap: str, set_aside: Callable[[], Awaitable[set[str]]], producer: Producer
    ) -> None:
        self._service = service
        self._bootstrap = bootstrap
        self._set_aside = set_aside
        self._producer = producer

    async def read(self) -> dict[str, Any]:
        """Id → newest record of it. Problem 503 where Kafka is away."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        found: dict[str, Any] = {}
        try:
            async with asyncio.timeout(20):
                await consumer.start()
                name = DEAD[self._service].name
                if name not in await consumer.topics():
                    return found
                partitions = [TopicPartition(name, number) for number in range(self._producer.partitions)]
                consumer.assign(partitions)
                await consumer.seek_to_beginning(*partitions)
                ends = await consumer.end_offsets(partitions)
                while any([await consumer.position(part) < end for part, end in ends.items()]):
                    for records in (await consumer.getmany(timeout_ms=500)).values():
                        found.update((origin_of(record).id, record) for record in records)
        except (KafkaError, OSError, TimeoutError) as error:
            raise unavailable("Kafka is away; dead letters stand in its log") from error
        finally:
            await clients.stop(consumer)
        return found

    async def one(self, dead_id: str) -> Any:
        """Problem 404 where there is no such dead letter."""
        record = (await self.read()).get(dead_id)
        if record is None:
            raise Problem(404, "no_dead_letter", f"no dead letter {dead_id}; list them with GET /v1/dead")
        return record

    async def aside(self) -> set[str]:
        """Ids of those not applied since. Problem 503 where MongoDB is away."""
        try:
            return await self._set_aside()
        except StoreError as error:
            raise unavailable("MongoDB is away; which of them were applied since is not known") from error

    async def replay(self, dead_id: str) -> None:
        """Ask the partition's owner to apply it now. Problem 503 where Kafka is away."""
        request = replay_request(self._service, await self.one(dead_id))
        (error,) = await self._producer.send([request])
        if error is not None:
            raise unavailable("Kafka did not take the request; send it again")


async def _dead(request: Request) -> DeadLetters:
    found: DeadLetters = request.app.state.dead
    return found


Dead = Annotated[DeadLetters, Depends(_dead)]
router = APIRouter(tags=["dead letters"])


@router.get("/v1/dead", responses={503: {"description": "Kafka is away"}})
async def list_dead(_: Caller, dead: Dead) -> Response:
    """All dead letters, oldest first, with reason and whether they were applied after all."""
    records, aside = await dead.read(), await dead.aside()
    items = [_item(dead_id, record, dead_id not in aside) for dead_id, record in records.items()]
    return _json({"items": sorted(items, key=lambda item: item["at"])})


@router.get("/v1/dead/{dead_id}", responses={404: {"description": "no such dead letter"}, 503: {"description": "…"}})
async def show_dead(dead_id: str, _: Caller, dead: Dead) -> Response:
    """One dead letter whole: headers and value as text."""
    record, aside = await dead.one(dead_id), await dead.aside()
    body = _item(dead_id, record, dead_id not in aside) | {
        "key": (record.key or b"").decode(errors="replace"),
        "headers": {name: value.decode(errors="replace") for name, value in original_headers(record)},
        "value": (record.value or b"").decode(errors="replace"),
    }
    return _json(body)


@router.post(
    "/v1/dead/{dead_id}/replay",
    status_code=202,
    responses={404: {"description": "no such dead letter"}, 503: {"description": "Kafka is away"}},
)
async def replay_dead(dead_id: str, _: Caller, dead: Dead) -> Response:
    """Apply it now; the partition's owner does, once."""
    await dead.replay(dead_id)
    return _json({"id": dead_id, "status": "requested"}, 202)


def _item(dead_id: str, record: Any, replayed: bool) -> dict[str, Any]:
    origin = origin_of(record)
    return {
        "id": dead_id,
        "topic": origin.topic,
        "partition": origin.partition,
        "offset": origin.offset,
        "at": origin.at,
        "reason": reason_of(record),
        "replayed": replayed,
    }


def _json(body: Any, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")
