"""What a caller reads of a case or an action that is not there: still on its way, set aside, or never sent."""

from services.contracts.times import in_zone
from services.runtime.problems import Problem

from .desk import Desk


def not_seen(what: str, desk: Desk) -> Problem:
    """404. Says up to when all that was accepted has been read: what was answered 202 before then and is not here has
    another id, is somebody else's, or was set aside; what was answered 202 since is on its way."""
    upto = desk.read_upto()
    at = None if upto is None else in_zone(upto, desk.zone)
    detail = f"{what} has been seen yet; if it was just answered 202, ask again"
    if at is not None:
        detail += (
            f". Everything accepted until {at.isoformat(timespec='seconds')} has been read: what you sent before then "
            "has another id, is not yours, or could not be handled, which whoever runs the service sees"
        )
    return Problem(404, "not_seen", detail, headers={"Retry-After": "1"}, read_up_to=at)


def set_aside(what: str, dead_letter: str) -> Problem:
    """404. It came, an error of ours kept it from being handled, and it waits for whoever runs the service."""
    detail = (
        f"{what} came and could not be handled because of an error of ours. It is kept: whoever runs the service sees "
        "it among the dead letters and applies it once that is mended. Do not send it again"
    )
    return Problem(404, "set_aside", detail, headers={"Retry-After": "3600"}, dead_letter=dead_letter)
