"""What is asked of figures: a year by 1,000 departments, what the page asks, a receipt; each beside MongoDB's own time.

Five years of cells stand in the store, and after them some weeks whose facts came through the log, with their evidence.
"""

from contextlib import ExitStack
from typing import Any

from rich.progress import Progress

from deploy.local.servers import Servers
from services.contracts.topics import CASES
from services.metrics.adapters import evidence_store

from . import asking, filling, ours, page, stage
from .asking import Asker, Question
from .city import City, department
from .replaying import Store
from .stage import mongo

DEPARTMENTS = 1_000
WEEKS = 9
"""Of the log: long enough that March's cases were answered in it."""
FACTS_EACH = 11
"""Of a case over its life, about."""
SECONDS = 20.0
"""For one question, unless `asking.FEWEST` take longer."""
METRICS, EVIDENCE = "metrics", "metrics.evidence"
CELLS = Store(filling.DATABASE, filling.COLLECTION)
KEPT = Store(evidence_store.DATABASE, evidence_store.CASES)
YEAR = {"from": "2025-01-01", "to": "2026-01-01"}
MARCH = {"from": "2026-03-01", "to": "2026-04-01"}
MAIN = "handled,replied,on_time,satisfied"
COLUMNS = "handled,on_time,satisfied,resolved,returned,redone"
QUESTIONS = (
    Question(
        asks="办结率 handled, a year by 1,000 departments",
        path="/v1/rates",
        query={"rate": "handled", "group_by": "department", **YEAR},
        stores=[CELLS],
    ),
    Question(
        asks="按时办结率 on time (by the hour due), a year by 1,000 departments",
        path="/v1/rates",
        query={"rate": "on_time", "group_by": "department", **YEAR},
        stores=[CELLS],
    ),
    Question(
        asks="six rates by 1,000 departments, five years (the page's table)",
        path="/v1/rates/several",
        query={"rates": COLUMNS, "group_by": "department"},
        stores=[CELLS],
    ),
    Question(
        asks="a year day by day, the eight largest of 1,000 departments (the page's chart)",
        path="/v1/rates/series",
        query={"rate": "handled", "group_by": "department", "by": "day", "most": "8", **YEAR},
        stores=[CELLS],
    ),
    Question(
        asks="one department month by month, five years",
        path="/v1/rates/series",
        query={"rate": "handled", "department": department(0), "by": "month", "from": "2021-01-01"},
        stores=[CELLS],
    ),
    Question(
        asks="four rates by channel, five years (as the page's overview)",
        path="/v1/rates/several",
        query={"rates": MAIN, "group_by": "channel"},
        stores=[CELLS],
    ),
    Question(
        asks="a receipt's first page: the largest department's month",
        path="/v1/rates/handled/receipt",
        query={"department": department(0), **MARCH},
        stores=[CELLS, KEPT],
    ),
)


def measure(
    servers: Servers, facts: int, each: int, most: int, seconds: int, rounds: int, progress: Progress
) -> dict[str, Any]:
    """`asked`: a row for each question; `page`: a row for each view, None without a browser."""
    city, told = stand(servers, facts, each, progress)
    asked = ask(servers, most, progress)
    looked = page.measure(servers, city, facts, seconds, rounds, progress)
    return {"asked": asked, "page": looked, "departments": city.departments, **told}


def ask(servers: Servers, most: int, progress: Progress) -> list[dict[str, Any]]:
    """Milliseconds over all requests of one connection, one after the other."""
    task = progress.add_task("queries", total=len(QUESTIONS))
    found = list[dict[str, Any]]()
    with ExitStack() as stack:
        pids = {"mongod": servers.mongod_pid}
        for number, service in enumerate((METRICS, EVIDENCE)):
            (pids[service],) = stack.enter_context(ours.running(servers, service, first_port=ours.PORT + number))
            ours.wait_ready(ours.PORT + number)
        client, asker = stack.enter_context(mongo(servers)), Asker(ours.PORT)
        for question in QUESTIONS:
            found.append(asking.measure(client, asker, question, pids, most, SECONDS))
            progress.advance(task)
    return found


def stand(servers: Servers, facts: int, each: int, progress: Progress) -> tuple[City, dict[str, int]]:
    """Fill the store: `facts` through the log, counted by metrics and evidence; then five years of cells. The city, and
    how much it is."""
    city = City(departments=DEPARTMENTS, per_day=facts // FACTS_EACH // (7 * WEEKS))
    stage.fill(servers.kafka_bootstrap, CASES, stage.facts, city, facts, progress)
    goal = dict.fromkeys(range(city.partitions), facts // city.partitions)
    for service, database in ((METRICS, filling.DATABASE), (EVIDENCE, evidence_store.DATABASE)):
        ours.drain(servers, service, goal, "last_seq", database=database)
    cases = filling.fill(servers, city, each, progress)
    return city, {"facts": facts, "cases": cases, "sheets": filling.sheets(servers)}
