"""`as_of`: the log as it was, by position or by time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from services.contracts.times import with_plus
from services.runtime.problems import Problem

from ..domain.position import BadPosition, position_in
from ..handlers import Asked
from ..past import AheadOfTheLog, AsOf, as_of_position, as_of_time, caught_up
from .desk import Desk


async def moment(as_of: str | None, asked: Asked, desk: Desk) -> AsOf | None:
    """None where the present is asked for. Problem 422, CellsAway, EvidenceBehind."""
    if as_of is None:
        return None
    try:
        # what the cells show must be there: a position just given out is not ahead of the log, nor a time half read
        await caught_up(desk.evidence, (await desk.cells.read([])).position)
        at = _time_in(as_of, desk.zone)
        if at is not None:
            return await as_of_time(desk.evidence, at, desk.clock(), desk.evident)
        position = position_in(as_of)
        if asked.basis == "due":
            raise BadPosition("what is due depends on the hour as well as on the log")
        return await as_of_position(desk.evidence, position, desk.clock())
    except (BadPosition, AheadOfTheLog) as error:
        detail = f"{error}; send a time that is over, such as 2026-03-01T08:00:00+08:00, or but for `due` a position"
        raise Problem(422, "bad_as_of", detail, field="as_of") from error


def _time_in(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        at = datetime.fromisoformat(with_plus(text))
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC).replace(microsecond=0)
    except (ValueError, OverflowError):
        return None
