"""Many tabs of one browser: one stream for all of them, and none while nobody looks."""

import re
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from tests.e2e.chromium import CHROMIUM, SECONDS, card
from tests.e2e.deployment import Deployment, until

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: THE PAGE IS NOT TESTED HERE (make browser)")
HIDE = """hidden => {
    Object.defineProperty(document, 'hidden', {configurable: true, get: () => hidden});
    document.dispatchEvent(new Event('visibilitychange'));
}"""


class Tabs:
    """Seven of one profile; `streams` are those that are open, each with its tab."""

    def __init__(self, context: BrowserContext, shown: Deployment) -> None:
        self.streams: dict[Request, Page] = {}
        self.most = 0
        context.on("request", self._opened)
        context.on("requestfailed", self._closed)
        context.on("requestfinished", self._closed)
        first = context.new_page()
        first.goto(f"{shown.url('metrics')}/#key={shown.key('dashboard')}")
        expect(card(first, "办结率")).to_be_visible(timeout=SECONDS)
        self.pages = [first]
        for _ in range(6):
            page = context.new_page()
            page.goto(shown.url("metrics"))
            expect(card(page, "办结率")).to_be_visible(timeout=SECONDS)
            self.pages.append(page)

    def _opened(self, one: Request) -> None:
        if "/v1/rates/stream" in one.url:
            self.streams[one] = one.frame.page
            self.most = max(self.most, len(self.streams))

    def _closed(self, one: Request) -> None:
        self.streams.pop(one, None)

    def holder(self) -> Page:
        """The tab with the stream, once there is one stream alone."""

        def alone() -> bool:
            self.pages[-1].wait_for_timeout(50)  # events come while the browser is waited for
            return len(self.streams) == 1

        until(alone)
        return next(iter(self.streams.values()))


@pytest.fixture
def tabs(shown: Deployment, browser: Browser) -> Iterator[Tabs]:
    context = browser.new_context(locale="zh-CN")
    yield Tabs(context, shown)
    context.close()


def received(page: Page) -> int:
    box = page.locator(".today dl > div").filter(has_text="登记数").get_by_role("button")
    return int(re.sub(r"\D", "", box.inner_text()))


def push(shown: Deployment) -> None:
    ticket = {
        "channel": "hotline",
        "source_id": uuid.uuid4().hex,
        "title": "路灯不亮",
        "text": "三号楼前的路灯不亮了",
        "category": "street-light",
        "reported_at": datetime.now(UTC).isoformat(),
    }
    assert shown.call("POST", "intake", "/v1/tickets", "source:hotline", json=ticket).status_code == 202


def all_show(pages: list[Page], count: int) -> None:
    for page in pages:
        box = page.locator(".today dl > div").filter(has_text="登记数").get_by_role("button")
        expect(box).to_have_text(re.compile(rf"^{count:,}\b"), timeout=SECONDS)


def test_seven_tabs_are_live_over_one_stream_and_hand_it_on(shown: Deployment, tabs: Tabs) -> None:
    holder, before = tabs.holder(), received(tabs.pages[0])
    assert tabs.most == 1, "no tab opened one of its own"
    push(shown)
    all_show(tabs.pages, before + 1)
    tabs.pages.remove(holder)
    holder.close()
    tabs.streams = {one: page for one, page in tabs.streams.items() if page is not holder}
    assert tabs.holder() in tabs.pages
    push(shown)
    all_show(tabs.pages, before + 2)


def test_a_tab_of_another_period_is_live_as_well_without_a_stream(shown: Deployment, tabs: Tabs) -> None:
    holder = tabs.holder()
    other = next(page for page in tabs.pages if page is not holder)
    other.get_by_label("全部", exact=True).check(force=True)
    expect(card(other, "办结率").locator("h3")).to_contain_text("全部时间", timeout=SECONDS)
    assert tabs.holder() is holder
    before = received(other)
    push(shown)
    all_show([other, holder], before + 1)
    expect(card(holder, "办结率").locator("h3")).not_to_contain_text("全部时间")
    assert tabs.holder() is holder


def test_no_stream_is_open_while_nobody_looks_and_one_is_once_somebody_does(shown: Deployment, tabs: Tabs) -> None:
    before = received(tabs.pages[0])
    for page in tabs.pages:
        page.evaluate(HIDE, True)

    def none() -> bool:
        tabs.pages[-1].wait_for_timeout(50)
        return not tabs.streams

    until(none)
    push(shown)
    tabs.pages[4].evaluate(HIDE, False)
    assert tabs.holder() is tabs.pages[4]
    all_show([tabs.pages[4]], before + 1)
    tabs.pages[2].evaluate(HIDE, False)
    all_show([tabs.pages[2]], before + 1)
    assert tabs.holder() is tabs.pages[4]


def test_whose_lead_is_taken_away_closes_its_stream(shown: Deployment, tabs: Tabs) -> None:
    holder = tabs.holder()
    thief = next(page for page in tabs.pages if page is not holder)
    # held by nobody who streams, as by a tab that hangs
    thief.evaluate("() => void navigator.locks.request('mingshao-stream', {steal: true}, () => new Promise(() => {}))")

    def none() -> bool:
        thief.wait_for_timeout(50)
        return not tabs.streams

    until(none)
    before = received(holder)
    push(shown)
    # after twenty seconds of silence one of the others takes the lead; the rest follow it
    all_show(tabs.pages, before + 1)
    tabs.holder()
