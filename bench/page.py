"""The page under load: 1,000 departments and five years of days in the store, facts coming in, in a real browser."""

import gzip
import importlib.util
import multiprocessing
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from confluent_kafka import Producer
from rich.progress import Progress

from deploy.local.servers import Servers
from services.contracts.topics import CASES
from services.metrics.api.page import BUILT

from . import ours, stage
from .asking import KEY
from .city import City
from .measure import median

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WATCH = Path(__file__).with_name("watch.js")
FACTS_PER_SECOND = 200
"""That come in while the page is looked at: more than it needs for ten pictures a second."""
FIRST_MS = 120_000
VIEWS = {
    "总览 overview": ("overview", "article.figure .value"),
    "部门 departments, a table of 1,000": ("departments", "table.ranking tbody td"),
    "查询 explore, a year of days by 1,000 departments": (
        "explore?rate=handled&group_by=department&by=day&from=2025-01-01&to=2026-01-01",
        ".chart canvas",
    ),
    "查询 explore, a table of 1,000": (
        "explore?rate=handled&group_by=department&show=table&from=2025-01-01&to=2026-01-01",
        "main tbody td",
    ),
}
"""Where each is, and what its first figure is found by."""


def missing() -> str | None:
    """What this machine lacks for it."""
    if importlib.util.find_spec("playwright") is None:
        return "playwright, which drives the browser"
    return None if chromium() else "chromium (`make browser` installs Debian's)"


def chromium() -> str | None:
    """Its path."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def measure(
    servers: Servers, city: City, facts: int, seconds: int, rounds: int, progress: Progress
) -> dict[str, Any] | None:
    """A row for each view, medians of the rounds, of a store with so many `facts` of the city's; sizes of what is sent.
    None, loudly, where there is no browser."""
    if lacking := missing():
        progress.console.print(f"THE PAGE IS NOT MEASURED HERE: it needs {lacking}")
        return None
    from playwright.sync_api import sync_playwright

    task = progress.add_task("page", total=rounds * len(VIEWS))
    found: dict[str, list[dict[str, float]]] = {name: [] for name in VIEWS}
    with ours.running(servers, "metrics"), sync_playwright() as playwright:
        ours.wait_ready(ours.PORT)
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox", "--disable-gpu"])
        with coming_in(servers, city, facts):
            for _ in range(rounds):
                for name, (path, figure) in VIEWS.items():
                    found[name].append(_look(browser, path, figure, seconds))
                    progress.advance(task)
        browser.close()
    rows = [{"view": name, **_medians(looks)} for name, looks in found.items()]
    return {"views": rows, "sizes": sizes(), "seconds": seconds}


def _medians(looks: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(median([look[name] for look in looks]), 1) for name in looks[0]}


def _look(browser: "Browser", path: str, figure: str, seconds: int) -> dict[str, float]:
    """A view opened with nothing in the browser's cache, then watched while pictures come in."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, locale="zh-CN")
    try:
        base = f"http://127.0.0.1:{ours.PORT}"
        context.request.post(f"{base}/v1/session", data={"key": KEY})
        context.add_init_script(path=WATCH)
        context.add_init_script(f"watchFor({figure!r})")
        page = context.new_page()
        page.goto(f"{base}/#/{path}")
        page.evaluate(f"shownWithin({FIRST_MS})")  # not by polling, which the page's own policy forbids
        page.evaluate("watchFrames()")
        page.wait_for_timeout(seconds * 1_000)
        told: dict[str, float] = page.evaluate("toldFrames()")
        return told | {"heap_mb": _heap(page)}
    finally:
        context.close()


def _heap(page: "Page") -> float:
    """Megabytes of scripts' objects, without what is to be collected."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    return float(used) / 1e6


def sizes() -> dict[str, dict[str, int]]:
    """Kind → bytes of the desk's page as it is, and compressed."""
    page = BUILT.joinpath("index.html").read_text(encoding="utf-8")
    there = [one for one in BUILT.iterdir() if one.name in page or one.name == "index.html"]
    found: dict[str, dict[str, int]] = {}
    for one in there:
        body, kind = one.read_bytes(), one.name.rpartition(".")[2]
        told = found.setdefault(kind, {"bytes": 0, "compressed": 0})
        told["bytes"] += len(body)
        told["compressed"] += len(gzip.compress(body, mtime=0))
    return found


@contextmanager
def coming_in(servers: Servers, city: City, before: int) -> Iterator[None]:
    """Facts go on where the first `before` ended, in each partition, as long as the block runs. RuntimeError where they
    do not come."""
    context = multiprocessing.get_context("spawn")
    began, ended, share = context.Event(), context.Event(), before // city.partitions
    sender = context.Process(target=_send, args=(servers.kafka_bootstrap, city, share, began, ended), daemon=True)
    sender.start()
    try:
        if not began.wait(ours.START_SECONDS):
            raise RuntimeError("no facts come in")
        yield
    finally:
        ended.set()
        sender.join()
    if sender.exitcode:
        raise RuntimeError("facts stopped coming in")


def _send(bootstrap: str, city: City, share: int, began: Any, ended: Any) -> None:
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True, "linger.ms": 5, "log_level": 2})
    sources = [islice(stage.facts(city, partition, 1), share, None) for partition in range(city.partitions)]
    firsts = [next(source) for source in sources]  # which makes all those that were sent before, and takes its time
    coming = [chain([first], source) for first, source in zip(firsts, sources, strict=True)]
    began.set()
    at, sent = time.monotonic(), 0
    while not ended.is_set():
        for partition, source in enumerate(coming):
            key, value, headers = next(source)
            producer.produce(CASES.name, value, key.encode(), partition=partition, headers=headers)
        sent += len(coming)
        producer.poll(0)
        time.sleep(max(0.0, at + sent / FACTS_PER_SECOND - time.monotonic()))
    producer.flush()
