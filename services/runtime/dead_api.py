"""Dead letters over HTTP: list them, look at one, have one applied now. Admin only."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Annotated, Any, Literal

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from fastapi import APIRouter, Depends, Query, Request, Response

from services.contracts.topics import DEAD

from . import clients
from .deadletters import Origin, cut_of, origin_of, original_headers, reason_of, replay_request
from .keys import Caller
from .mongo import StoreError
from .openapi import answer
from .originals import Gone, whole
from .problems import Problem, unavailable
from .producer import Producer
from .span import span

READ_SECONDS = 60.0


MOST_LISTED, MOST_KEPT = 10_000, 100_000
"""In one answer; and looked through for it: of more than that the oldest are passed over."""
SHOWN_BYTES = 262_144
"""Of a dead letter's body; the rest stands in the log."""


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A dead letter in the list. `id` names the record by where it stood; `at` is when that was appended, RFC 3339;
    `replayed`: it was applied after all."""

    id: str
    topic: str
    partition: int
    offset: int
    at: str
    reason: str
    replayed: bool


class Letters(msgspec.Struct, frozen=True, kw_only=True):
    """Dead letters, oldest first; `total` counts all, of which these are the newest."""

    items: list[Letter]
    total: int


class LetterWhole(Letter, frozen=True, kw_only=True):
    """One dead letter with key, headers and body as text. `cut`: what of it was not to be had, or is not shown."""

    key: str
    headers: dict[str, str]
    value: str
    cut: list[str]


class ReplayRequested(msgspec.Struct, frozen=True, kw_only=True):
    """The partition's owner was asked to apply it."""

    id: str
    status: Literal["requested"] = "requested"


class DeadLetters:
    """The dead letters of one service, read from its topic; `set_aside` gives the ids of those not applied since."""

    def __init__(
        self, service: str, bootstrap: str, set_aside: Callable[[], Awaitable[set[str]]], producer: Producer
    ) -> None:
        self._service = service
        self._bootstrap = bootstrap
        self._set_aside = set_aside
        self._producer = producer

    async def listed(self, limit: int) -> Letters:
        """The newest of them. Problem 503 where Kafka or MongoDB is away."""
        found: dict[str, tuple[Origin, str]] = {}
        async for record in self._records(range(self._producer.partitions)):
            origin = origin_of(record)
            found.pop(origin.id, None)
            found[origin.id] = origin, reason_of(record)
            if len(found) > MOST_KEPT:
                del found[next(iter(found))]
        aside = await self.aside()
        letters = sorted((_letter(*one, aside) for one in found.values()), key=lambda letter: letter.at)
        return Letters(items=letters[-limit:], total=len(letters))

    async def one(self, dead_id: str) -> Any:
        """Problem 404 where there is no such dead letter, 503 where Kafka is away."""
        newest = None
        async for record in self._records(_partition_of(dead_id, self._producer.partitions)):
            newest = record if origin_of(record).id == dead_id else newest
        if newest is None:
            raise Problem(404, "no_dead_letter", f"no dead letter {dead_id[:200]}; list them with GET /v1/dead")
        return newest

    async def whole(self, record: Any) -> Any:
        """With what a letter cannot hold put back from where the record stood. Gone, Problem 503."""
        try:
            return await whole(record, self._bootstrap)
        except (KafkaError, OSError, TimeoutError) as error:
            raise unavailable("Kafka is away; the record stands in its log") from error

    async def _records(self, numbers: Iterable[int]) -> AsyncIterator[Any]:
        name, numbers = DEAD[self._service].name, list(numbers)
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        try:
            async with asyncio.timeout(READ_SECONDS):
                await consumer.start()
                if name not in await consumer.topics():
                    return
                for number in numbers:
                    async for record in span(consumer, TopicPartition(name, number)):
                        yield record
        except (KafkaError, OSError, TimeoutError) as error:
            raise unavailable("Kafka is away; dead letters stand in its log") from error
        finally:
            await clients.stop(consumer)

    async def aside(self) -> set[str]:
        """Ids of those not applied since. Problem 503 where MongoDB is away."""
        try:
            return await self._set_aside()
        except StoreError as error:
            raise unavailable("MongoDB is away; which of them were applied since is not known") from error

    async def replay(self, dead_id: str) -> None:
        """Ask the partition's owner to apply it now. Problem 503 where Kafka is away."""
        letter = await self.one(dead_id)
        try:
            await self.whole(letter)
        except Gone as gone:
            raise Problem(409, "origin_gone", str(gone)) from gone
        request = replay_request(self._service, letter)
        (error,) = await self._producer.send([request])
        if error is not None:
            raise unavailable("Kafka did not take the request; send it again")


async def _dead(request: Request) -> DeadLetters:
    found: DeadLetters = request.app.state.dead
    return found


Dead = Annotated[DeadLetters, Depends(_dead)]
router = APIRouter(tags=["dead letters"])


@router.get(
    "/v1/dead",
    responses=answer(Letters, "the newest, oldest first") | {503: {"description": "Kafka or MongoDB is away"}},
)
async def list_dead(_: Caller, dead: Dead, limit: Annotated[int, Query(ge=1, le=MOST_LISTED)] = 1_000) -> Response:
    """Dead letters with their reasons, and whether they were applied after all."""
    return _json(await dead.listed(limit))


@router.get(
    "/v1/dead/{dead_id}",
    responses=answer(LetterWhole, "headers and body as text")
    | {404: {"description": "no such dead letter"}, 503: {"description": "Kafka or MongoDB is away"}},
)
async def show_dead(dead_id: str, _: Caller, dead: Dead) -> Response:
    """One dead letter whole."""
    record, aside = await dead.one(dead_id), await dead.aside()
    cut: set[str] = set()
    try:
        record = await dead.whole(record)
    except Gone:
        cut |= cut_of(record)
    value, letter = record.value or b"", _letter(origin_of(record), reason_of(record), aside)
    cut |= {"value"} if len(value) > SHOWN_BYTES else set()
    return _json(
        LetterWhole(
            **msgspec.structs.asdict(letter),
            key=(record.key or b"").decode(errors="replace"),
            headers={name: text.decode(errors="replace") for name, text in original_headers(record)},
            value=value[:SHOWN_BYTES].decode(errors="replace"),
            cut=sorted(cut),
        )
    )


@router.post(
    "/v1/dead/{dead_id}/replay",
    status_code=202,
    responses=answer(ReplayRequested, "asked for", 202)
    | {
        404: {"description": "no such dead letter"},
        409: {"description": "the letter holds the record only in part, and it is gone from where it stood"},
        503: {"description": "Kafka is away"},
    },
)
async def replay_dead(dead_id: str, _: Caller, dead: Dead) -> Response:
    """Apply it now; the partition's owner does, once."""
    await dead.replay(dead_id)
    return _json(ReplayRequested(id=dead_id), 202)


def _letter(origin: Origin, reason: str, aside: set[str]) -> Letter:
    return Letter(
        id=origin.id,
        topic=origin.topic,
        partition=origin.partition,
        offset=origin.offset,
        at=origin.at,
        reason=reason,
        replayed=origin.id not in aside,
    )


def _partition_of(dead_id: str, partitions: int) -> Iterable[int]:
    """A letter stands in the partition of its record; none where the id names no partition of ours."""
    number = dead_id.rsplit(":", 2)[1:2]
    found = int(number[0]) if number and number[0].isascii() and number[0].isdigit() and len(number[0]) < 6 else None
    return [found] if found is not None and found < partitions else []


def _json(body: msgspec.Struct, status: int = 200) -> Response:
    return Response(msgspec.json.encode(body), status_code=status, media_type="application/json")
