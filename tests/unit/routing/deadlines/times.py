"""Times of the tests, in the deployment's zone."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.contracts.directory import Calendar
from services.routing.domain.deadlines.calendar import WorkCalendar, work_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE_TO_FIVE = work_calendar(Calendar(name="朝九晚五", hours=(("09:00", "17:00"),)), SHANGHAI)
"""Eight hours a day, so that sums are easy."""


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    """`2025-01-24 16:00` by the wall clock there."""
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def usual(zone: ZoneInfo = SHANGHAI) -> WorkCalendar:
    """China's days, 09:00-12:00 and 13:30-17:30."""
    return work_calendar(None, zone)
