"""China's public holidays and make-up workdays (调休), year by year."""

from datetime import date
from functools import cache
from typing import NamedTuple

from holidays import country_holidays


class PublicDays(NamedTuple):
    """Of one year. Not `arranged`: the State Council's notice is not known yet, so `holidays` are the law's own
    (全国年节及纪念日放假办法) with their days in lieu as expected, and no weekend is worked."""

    holidays: frozenset[date]
    make_up: frozenset[date]
    arranged: bool


@cache  # the first one takes the package a second
def public_days(year: int) -> PublicDays:
    """Saturdays and Sundays are in neither, but where the notice has them worked."""
    known = country_holidays("CN", years=(year, year + 1), expand=False)  # a notice may reach into the year before
    return PublicDays(
        holidays=frozenset(day for day in known if day.year == year),
        make_up=frozenset(day for day in known.weekend_workdays if day.year == year),
        arranged=year in known.special_public_holidays,
    )
