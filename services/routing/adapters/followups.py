"""Puts commands that routing owes itself on `followups`."""

from collections.abc import Callable, Sequence
from datetime import datetime

from services.contracts.followups import FollowUpCommand
from services.runtime.producer import Producer

from ..handlers import followup_record


class Followups:
    """For whoever tells many at once; the worker's own go with its batch."""

    def __init__(self, producer: Producer, clock: Callable[[], datetime]) -> None:
        self._producer = producer
        self._clock = clock

    async def tell(self, told: Sequence[FollowUpCommand], cause: str) -> None:
        """All of them, acknowledged. BrokerAway: some may be in."""
        now, place = self._clock(), self._producer.partition_for
        await self._producer.publish([followup_record(one, cause, now, place) for one in told])
