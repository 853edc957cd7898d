"""The city whose cases are judged: its departments and categories, and what its policies promise."""

from collections.abc import Mapping

import msgspec

from services.contracts.actors import Role
from services.contracts.directory import Category, Channel, Department, Limit, Policy
from services.contracts.submissions import SubmissionReceived
from services.routing.domain.rules import Rules

CHANNELS = ("hotline", "grid", "visit_day", "street_chief", "mediation", "citizen", "letters", "walk_in")
AUTHORITY: Mapping[str, dict[str, list[Role]]] = {"grid": {"self_handle": ["source"]}}
"""Small things are done on the spot (自办) by who reported them."""
REPLY_HOURS = 168
QUICK_HOURS = 24
POLICIES = {
    "general": Policy(
        name="一般事项",
        limits={
            "sign": Limit(workhours=4),
            "contact": Limit(workdays=1),
            "reply": Limit(hours=REPLY_HOURS),
            "inner": Limit(hours=120),
            "close": Limit(hours=240),
        },
        remind_at=0.75,
        stopped_by_hold=["inner"],
        escalation=["department", "leader", "supervision"],
        step=Limit(workdays=1),
    ),
    "hotline": Policy(
        name="热线转办",
        channel="hotline",
        limits={"sign": Limit(workhours=2), "inner": Limit(workdays=4)},
        longest_extension=Limit(hours=336),
    ),
    "urgent": Policy(
        name="紧急事项",
        urgency="urgent",
        limits={"sign": Limit(hours=0.5), "contact": Limit(hours=1), "inner": Limit(hours=2)},
        escalation=["leader", "supervision", "committee"],
        step=Limit(hours=1),
    ),
}
"""As a street has them: clocks of elapsed and of working time, a reminder, a chain, what 挂账 stops."""


class City(msgspec.Struct, frozen=True, kw_only=True):
    """How large, and how uneven: with `skew` 0 all departments get the same, with 1 they follow Zipf's law.

    Half of the cases are of a category that its department alone has, so that routing dispatches them by itself; the
    other half of one of `categories`, which the dispatcher gives to any department.
    """

    departments: int = 100
    categories: int = 60
    per_day: int = 80_000
    """Submissions a day in all partitions; DOMAIN.md's large city has 60 to 100 thousand calls."""
    skew: float = 0.8
    partitions: int = 4

    def rules(self) -> Rules:
        """The directory under which its cases are judged."""
        names = [department(number) for number in range(self.departments)]
        common = {
            category(number): Category(name=f"类别{number}", hours=hours(number)) for number in range(self.categories)
        }
        own = {own_category(name): Category(name=f"{name}专有", department=name) for name in names}
        return Rules(
            version=1,
            departments={name: Department(name=f"部门{name}") for name in names},
            categories=common | own,
            channels={name: Channel(name=name, kind="ticket", authority=AUTHORITY.get(name, {})) for name in CHANNELS},
            policies=POLICIES,
            known_terms={},
        )


def department(number: int) -> str:
    """Its id."""
    return f"d{number:04d}"


def category(number: int) -> str:
    """The id of one that any department may get."""
    return f"c{number:03d}"


def own_category(name: str) -> str:
    """The id of the one that is this department's alone."""
    return f"own-{name}"


def routed(submission: SubmissionReceived) -> bool:
    """Whether routing dispatches it by itself."""
    return (submission.category or "").startswith("own-")


def hours(number: int) -> float | None:
    """Every tenth category is to be answered within a day, the others when policies say."""
    return None if number % 10 else QUICK_HOURS
