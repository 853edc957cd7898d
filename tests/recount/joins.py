"""并单: what a main case and a merged one tell each other on `followups`, and what each then does by itself.

Either may be told twice or late: what was said at an older version of the other case has no effect.
"""

from datetime import datetime

from .case import Case, Json, Move, instant
from .moves import ROUTING, apply
from .policies import Rules
from .table import NOW_CLOSED

JOINED, MAIN_MOVED = "mingshao.followup.joined.v1", "mingshao.followup.main.v1"
TAKES_NOBODY = ("rejected", "void", "returned")
MOST_HOPS, MOST_FOLLOWERS = 8, 5_000


def joined(rules: Rules, case: Case, value: Json, now: datetime) -> None:
    """A case that says it is merged into this one, or no longer. Of two merged into each other the smaller id stays."""
    follower, joins = value["follower"], value["joined"]
    version, was_in = case["followers"].get(follower, (0, False))
    if value["version"] <= version:
        return
    closed = joins and case["state"] in NOW_CLOSED
    if closed and (case["state"] == "archived" or not case["terms"]["reopen_main"]):
        return  # it is done with, and would hide what is new
    if joins and case["merged_into"] == follower and value["case_id"] < follower:
        _own(rules, case, "split", value)
    elif joins and (case["state"] in (*TAKES_NOBODY, "merged") or _no_room(case, follower)):
        return  # it will hear where to go, if anywhere
    if joins or was_in:
        case["followers"][follower] = (value["version"], joins)
        _own(rules, case, "absorb" if joins else "let_go", value)
    if closed:
        _own(rules, case, "redo", value)


def _no_room(case: Case, follower: str) -> bool:
    return len(case["followers"]) >= MOST_FOLLOWERS and follower not in case["followers"]


def main_moved(rules: Rules, case: Case, value: Json, now: datetime) -> None:
    """What became of the main case: the merged one goes after it, or is split where there is none to go after."""
    main, elsewhere, version = value["main"], value.get("elsewhere"), value["version"]
    if case["merged_into"] != main or 0 < version <= case["main_version"]:
        return
    mutual = elsewhere == value["case_id"]
    if value.get("gone") or value.get("hops", 0) > MOST_HOPS or (mutual and value["case_id"] < main):
        _own(rules, case, "split", value)
    elif not mutual:
        case["merged_into"], case["main_version"] = elsewhere or main, 0 if elsewhere else version
        _own(rules, case, "follow", value)


def _own(rules: Rules, case: Case, action: str, value: Json) -> None:
    """Routing's own move, at the time that a followup is about."""
    at = max(instant(value["at"]), case["received_at"])
    apply(rules, case, Move(action, at, {}, ROUTING, ("routing", f"{action}/{case['version']}")))
