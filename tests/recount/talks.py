"""What consultations and summonses change in their case: 会商, 鸣哨."""

from .case import Case, Move
from .policies import Rules
from .sense import party_of, summons_of


def consult(rules: Rules, case: Case, move: Move) -> None:
    """会商: the parties have a part in the case."""
    case["consulted"], case["spoken"] = list(move.details["parties"]), set()
    case["parts"] |= set(case["consulted"])


def opine(rules: Rules, case: Case, move: Move) -> None:
    """One has spoken."""
    case["spoken"].add(party_of(move))


def conclude(rules: Rules, case: Case, move: Move) -> None:
    """No more is needed."""
    case["consulted"] = None


def whistle(rules: Rules, case: Case, move: Move) -> None:
    """鸣哨: who is called has a part in the case."""
    called = list(move.details["departments"])
    case["summons"].append({"version": case["version"] + 1, "departments": called, "reported": set()})
    case["parts"] |= set(called)


def report_in(rules: Rules, case: Case, move: Move) -> None:
    """Came."""
    summons = summons_of(case, move)
    assert summons is not None, "its sense was checked"
    summons["reported"].add(move.actor["subject"])
