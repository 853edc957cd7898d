"""Tells the `rates` topic what each changed cell holds, partition by partition. docs/adr/0018.

A cell's value is read from the store after it was committed, so what is told is absolute and of one position; told
twice it is the same. Which cells changed is kept in memory; where that is lost (another owner, a new start) it is found
again by reading the facts since the last that is known to be told.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

import msgspec
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from services.contracts.cases import CaseFact
from services.contracts.codec import Event, encode
from services.contracts.rates import CellBasis, CellChanged
from services.contracts.topics import RATES, REPLAYS
from services.runtime import clients
from services.runtime.batches import Outgoing
from services.runtime.folding import read
from services.runtime.health import Health
from services.runtime.ledger import Entry, entries
from services.runtime.mongo import Database
from services.runtime.producer import BrokerAway, Producer
from services.runtime.span import span

from ..domain.cells import Cell, CellKey, Sheet, Sums, Tally
from ..domain.changed import Changed
from ..domain.measures import MEASURES
from ..domain.periods import mark
from ..domain.units import moves
from .generations import Generations, cells_of
from .sheets import cell_key, cells_on, sheet_id, sheet_of

COLLECTION = "told"
PAUSE_SECONDS = 1.0
AT_ONCE = 1_000
"""Sheets read and told of in one go."""
BEHIND_RECORDS = 20_000
"""A worker that is further behind catches up first: what changes again and again meanwhile is told once."""
MOST_FACTS = 50_000
"""More since the last that was told, and more than move all sheets: then all cells of the partition are told."""
SHEETS_OF_A_FACT = 2
"""In the benchmark's city a batch has 1.75 for each."""
Cells = Mapping[CellKey, Tally]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Up to where a partition's cells are known to be on the topic."""

    generation: str
    offsets: dict[str, int]


class RatesTopic:
    """One process's share: the partitions that it owns."""

    def __init__(
        self,
        *,
        database: Database,
        reader: str,
        bootstrap: str,
        producer: Producer,
        owned: Callable[[], Mapping[int, int]],
        changed: Changed,
        zone: ZoneInfo,
        health: Health,
    ) -> None:
        self._database = database
        self._reader = reader
        self._bootstrap = bootstrap
        self._producer = producer
        self._owned = owned
        self._changed = changed
        self._zone = zone
        self._health = health
        self._generations = Generations(database, reader)
        self._known: dict[int, tuple[int, str]] = {}
        self._kept: dict[int, Told] = {}

    async def run(self) -> None:
        """Until cancelled; a store or a broker that is away is waited for."""
        while True:
            await asyncio.sleep(PAUSE_SECONDS)
            if self._health.lag is None or self._health.lag > BEHIND_RECORDS:
                continue
            try:
                await self._round()
            except (PyMongoError, KafkaError, OSError, BrokerAway) as error:
                self._health.failed(error)

    async def _round(self) -> None:
        owned = dict(self._owned())
        for partition in [one for one in self._known if one not in owned]:
            del self._known[partition]
            self._changed.forget(partition)
        if not owned:
            return
        generation = (await self._generations.standing()).current
        for partition in self._changed.keep_again(owned):
            self._known.pop(partition, None)
        now = await entries(self._database, self._reader, generation=generation)
        healed = set[int]()
        for partition, epoch in owned.items():
            if partition in now and self._known.get(partition) != (epoch, generation):
                await self._heal(generation, now[partition], len(now))
                self._known[partition] = epoch, generation
                healed.add(partition)
        goal = {partition: now[partition] for partition in owned if partition in now}
        await self._tell_whole(generation, self._changed.whole & goal.keys())
        for partition, entry in goal.items():
            while changed := self._changed.upto(partition, entry.batch, AT_ONCE):
                await self._tell(generation, partition, changed)
            # what was lost just now may be of batches before; not where the log was read up to there
            if partition in healed or partition not in self._changed.lost:
                await self._keep(generation, entry)

    async def _heal(self, generation: str, entry: Entry, partitions: int) -> None:
        """Tell what was not told before the partition was ours, before others were read, or since it was too much."""
        told = await self._told(entry.partition)
        if told is None:
            self._changed.whole.add(entry.partition)
            return
        ranges = {topic: (told.offsets.get(topic, 0), end) for topic, end in entry.offsets.items()}
        sheets = await self._database[cells_of(generation)].estimated_document_count()
        most = max(MOST_FACTS, sheets // partitions // SHEETS_OF_A_FACT)
        if sum(end - begin for begin, end in ranges.values()) > most:
            self._changed.whole.add(entry.partition)
        else:
            for topic, (begin, end) in ranges.items():
                if begin < end:
                    await self._tell_moved(generation, TopicPartition(topic, entry.partition), begin, end)
        if told.generation != generation:
            if await entries(self._database, self._reader, generation=told.generation):
                await self._tell_difference(told.generation, generation, entry.partition)
            else:
                self._changed.whole.add(entry.partition)

    async def _tell_moved(self, generation: str, partition: TopicPartition, begin: int, end: int) -> None:
        """What these facts have moved."""
        moved: dict[Sheet, set[Cell]] = {}
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            async for record in span(consumer, partition, begin, end):
                found = read(record, REPLAYS[self._reader].name).incoming
                if found is not None and found.event is not None and isinstance(found.event.data, CaseFact):
                    # fact by fact: what two of them take back again was told in between
                    sums = Sums()
                    sums.add(moves(found.event.data, self._zone))
                    for sheet, cells in sums.sheets().items():
                        moved.setdefault(sheet, set()).update(cells)
                if len(moved) >= AT_ONCE:
                    await self._tell(generation, partition.partition, moved)
                    moved.clear()
            if moved:
                await self._tell(generation, partition.partition, moved)
        finally:
            await clients.stop(consumer)

    async def _tell(self, generation: str, partition: int, changed: Mapping[Sheet, Collection[Cell]]) -> None:
        ids = {sheet_id(partition, sheet): sheet for sheet in changed}
        documents, at = await self._read(generation, {"_id": {"$in": list(ids)}}, len(ids))
        there = _by_id(documents)
        told: dict[CellKey, Tally] = {}
        for name, sheet in ids.items():
            for inner, value in changed[sheet]:
                key = cell_key(sheet, inner, value)
                told[key] = there.get(name, {}).get(key, {})
        await self._publish([(at[partition], told)])
        self._changed.told(partition, at[partition].batch, changed)

    async def _tell_whole(self, generation: str, partitions: set[int]) -> None:
        if not partitions:
            return
        # at once: what is added to it meanwhile is told next time
        self._changed.whole -= partitions
        try:
            async for documents, at in self._all(generation):
                told = [
                    (at[partition], cells)
                    for partition in partitions
                    for cells in _by_id(documents, partition).values()
                ]
                await self._publish(told)
        except BaseException:
            self._changed.whole |= partitions
            raise

    async def _tell_difference(self, before: str, generation: str, partition: int) -> None:
        """A rebuild has put other cells in the place of those that were told."""
        async for documents, at in self._all(generation):
            fresh = _by_id(documents, partition)
            old, _ = await self._beside(before, fresh)
            await self._publish([(at[partition], _other(cells, old.get(name, {}))) for name, cells in fresh.items()])
        async for documents, _ in self._all(before):
            old = _by_id(documents, partition)
            fresh, at = await self._beside(generation, old)
            await self._publish([(at[partition], _gone(cells, fresh.get(name, {}))) for name, cells in old.items()])

    async def _beside(self, generation: str, ids: Collection[str]) -> tuple[dict[str, Cells], dict[int, Entry]]:
        documents, at = await self._read(generation, {"_id": {"$in": list(ids)}}, AT_ONCE)
        return _by_id(documents), at

    async def _all(self, generation: str) -> AsyncIterator[tuple[Sequence[Mapping[str, Any]], dict[int, Entry]]]:
        last = ""
        while True:
            documents, at = await self._read(generation, {"_id": {"$gt": last}}, AT_ONCE)
            if not documents:
                return
            yield documents, at
            last = documents[-1]["_id"]

    async def _read(
        self, generation: str, query: Mapping[str, Any], most: int
    ) -> tuple[list[dict[str, Any]], dict[int, Entry]]:
        """Sheets in the order of their ids, and where each partition stood at that instant."""
        async with await self._database.client.start_session(snapshot=True) as session:
            at = await entries(self._database, self._reader, generation=generation, session=session)
            if not at:
                raise PyMongoError(f"cells {generation} are not there any more")
            found = self._database[cells_of(generation)].find(query, session=session).sort("_id", 1).limit(most)
            return [document async for document in found], at

    async def _publish(self, told: Sequence[tuple[Entry, Cells]]) -> None:
        now = datetime.now(UTC)
        records = [_record(entry, key, tally, now) for entry, cells in told for key, tally in cells.items()]
        if records:
            await self._producer.publish(records)

    async def _told(self, partition: int) -> Told | None:
        found = await self._database[COLLECTION].find_one({"_id": partition})
        if found is None:
            return None
        places = {place["topic"]: place["offset"] for place in found["places"]}
        return Told(generation=found["generation"], offsets=places)

    async def _keep(self, generation: str, entry: Entry) -> None:
        """All up to there is on the topic; written where it is news."""
        told = Told(generation=generation, offsets=dict(entry.offsets))
        if self._kept.get(entry.partition) != told:
            places = [{"topic": topic, "offset": offset} for topic, offset in told.offsets.items()]
            document = {"generation": generation, "places": places}
            await self._database[COLLECTION].replace_one({"_id": entry.partition}, document, upsert=True)
            self._kept[entry.partition] = told


def _other(cells: Cells, than: Cells) -> Cells:
    return {key: tally for key, tally in cells.items() if tally != than.get(key)}


def _gone(cells: Cells, now: Cells) -> Cells:
    return {key: {} for key in cells.keys() - now.keys()}


def _by_id(documents: Sequence[Mapping[str, Any]], partition: int | None = None) -> dict[str, Cells]:
    """Without those of months, which are sums of the others."""
    found: dict[str, Cells] = {}
    for one in documents:
        whose, sheet = sheet_of(one)
        if sheet.basis in MEASURES and partition in (None, whose):
            found[one["_id"]] = cells_on(one)
    return found


def _record(entry: Entry, key: CellKey, tally: Tally, now: datetime) -> Outgoing:
    name = f"{key.basis}/{','.join(key.dims)}/{mark(key.bucket)}/{msgspec.json.encode(key.values).decode()}"
    cell = CellChanged(
        partition=entry.partition,
        seq=entry.last_seq,
        basis=cast(CellBasis, key.basis),
        bucket=key.bucket,
        dims=dict(zip(key.dims, key.values, strict=True)),
        measures=dict(tally),
    )
    identity = f"{name}/{entry.partition}/{entry.last_seq}"
    event = Event(id=identity, source="/mingshao/metrics", time=now, data=cell, subject=name, sequence=entry.last_seq)
    value, headers = encode(event)
    return Outgoing(
        topic=RATES.name,
        partition=entry.partition,
        key=f"{name}/{entry.partition}".encode(),
        value=value,
        headers=headers,
    )
