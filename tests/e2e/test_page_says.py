"""What the page says of its figures: of which period they are, up to when they count, which cases missed them, and what
to do where there are none."""

import json
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.chromium import CHROMIUM, SECONDS, card, keep, violations
from tests.e2e.deployment import Deployment
from tests.e2e.replaying import replay

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: THE PAGE IS NOT TESTED HERE (make browser)")


def ask(shown: Deployment, path: str, **question: str) -> Any:
    answer = shown.call("GET", "metrics", path, "dashboard", params=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


def every_case(shown: Deployment, rate: str, side: str) -> list[Any]:
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while True:
        page = ask(shown, f"/v1/rates/{rate}/receipt", side=side, limit="1000", **cursor)
        found += page["cases"]
        if page["next"] is None:
            return found
        cursor = {"cursor": page["next"]}


def changed(told: Any, change: Callable[[Any], None]) -> Any:
    change(told)
    return told


def changed_stream(context: BrowserContext, shown: Deployment, change: Callable[[Any], None]) -> None:
    """The stream has the picture of now, changed so: what the page makes of it is asked."""
    headers = {"Authorization": f"Bearer {shown.key('dashboard')}"}
    with httpx.stream("GET", f"{shown.url('metrics')}/v1/rates/stream", headers=headers, timeout=30) as answer:
        data = next(line for line in answer.iter_lines() if line.startswith("data: {"))
    picture = changed(json.loads(data.removeprefix("data: ")), change)
    body = f"event: rates\nid: 0:1\ndata: {json.dumps(picture)}\n\n"
    context.route(
        re.compile("/v1/rates/stream"),
        lambda route: route.fulfill(status=200, content_type="text/event-stream", body=body),
    )


def test_the_red_number_is_what_is_due_and_open_and_opens_exactly_that(shown: Deployment, page: Page) -> None:
    for rate, standing in (("overdue_open", "open"), ("answered_late", None)):
        answer = ask(shown, "/v1/rates", rate=rate)
        count, name = answer["rows"][0]["value"], answer["name"]
        cases = every_case(shown, rate, "numerator")
        assert len(cases) == count
        assert standing is None or {case["standing"] for case in cases} == {standing}
        box = page.locator(".overdue dl > div").filter(has_text=name)
        expect(box).to_contain_text(f"{count:,}", timeout=SECONDS)
        box.get_by_role("button").click()
        receipt = page.get_by_role("dialog", name="凭据")
        expect(receipt.locator(".verdict")).to_contain_text("核对一致", timeout=SECONDS)
        expect(receipt.locator(".cases > li")).to_have_count(min(100, count), timeout=SECONDS)
        page.keyboard.press("Escape")
    expect(page.locator(".overdue .warn")).to_have_count(1)
    keep(page, "overdue")


@pytest.mark.parametrize(
    ("rate", "name", "missed"),
    [("on_time", "按时办结率", "未按时"), ("satisfied", "满意率", "不满意"), ("handled", "办结率", "未办结")],
)
def test_what_missed_a_share_is_listed_by_its_name(
    shown: Deployment, page: Page, rate: str, name: str, missed: str
) -> None:
    row = ask(shown, "/v1/rates", rate=rate)["rows"][0]
    rest = row["denominator"] - row["numerator"]
    assert rest > 0
    cases = every_case(shown, rate, "rest")
    assert len(cases) == rest
    assert all(case["numerator"] < case["denominator"] for case in cases)
    link = card(page, name).locator(".rest")
    expect(link).to_contain_text(re.compile(rf"{missed}\s*{rest:,}\s*件"), timeout=SECONDS)
    link.click()
    receipt = page.get_by_role("dialog", name="凭据")
    expect(receipt.get_by_label(re.compile(f"^{missed}"))).to_be_checked(timeout=SECONDS)
    expect(receipt.locator(".cases > li")).to_have_count(min(100, rest), timeout=SECONDS)


def test_a_period_stands_beside_each_figure_and_is_named_by_itself(shown: Deployment, page: Page) -> None:
    now = datetime.now(UTC).astimezone()
    for label in page.locator(".pills span").all_inner_texts():
        assert label not in ("今年", "本月"), "what is kept or printed must say which"
    page.get_by_label(re.compile(r"^\d{4}年$")).check(force=True)
    expect(card(page, "办结率").locator("h3")).to_contain_text(
        re.compile(rf"({now.year - 1}|{now.year})年 · 按登记日"), timeout=SECONDS
    )
    page.get_by_label("全部", exact=True).check(force=True)
    expect(card(page, "办结率").locator("h3")).to_contain_text("全部时间", timeout=SECONDS)
    page.goto(f"{shown.url('metrics')}/#/explore?by=month")
    expect(page.get_by_label("粒度").locator("option")).to_have_text(
        ["逐日", "逐周", "逐月", "逐年", "逐时"], timeout=SECONDS
    )


def test_overview_and_public_board_begin_with_the_same_period(shown: Deployment, browser: Browser) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(f"{shown.url('metrics')}/#key={shown.key('dashboard')}")
    period = ask(shown, "/v1/public")["period"]["zh"]
    expect(card(page, "办结率").locator("h3")).to_contain_text(period, timeout=SECONDS)
    page.goto(f"{shown.url('metrics')}/public")
    expect(page.locator(".board").first).to_contain_text(period, timeout=SECONDS)
    context.close()


def test_the_end_of_a_line_that_cannot_be_compared_yet_is_dashed_and_said_so(
    shown: Deployment, page: Page, tmp_path: Path
) -> None:
    at = [datetime.now(UTC) - timedelta(days=days) for days in (3, 2, 1)]
    body = {"channel": "hotline", "title": "路灯不亮", "text": "三号楼前的路灯不亮了", "category": "street-light"}
    tickets = [{**body, "source_id": uuid.uuid4().hex, "reported_at": one.isoformat()} for one in at]
    steps = [{"kind": "ticket", "key": "source:hotline", "body": ticket} for ticket in tickets]
    replay(shown, steps, tmp_path / "fresh.jsonl")
    line = card(page, "办结率").locator(".trend-box")
    # a line that is level has no height to be seen by
    expect(line.locator("path.young")).to_have_count(1, timeout=SECONDS)
    expect(line).to_contain_text("虚线：还没有都到期")
    expect(line).to_contain_text("近 30 天")


def test_while_counting_is_behind_every_view_says_up_to_when(shown: Deployment, page: Page) -> None:
    def behind(told: Any) -> None:
        told |= {"complete": False, "counted_up_to": "2026-03-01T10:21:00+08:00", "behind_seconds": 95.0}

    changed_stream(page.context, shown, behind)
    page.reload()
    for view in ("overview", "departments", "map", "explore"):
        page.goto(f"{shown.url('metrics')}/#/{view}")
        expect(page.locator(".behind")).to_contain_text("统计截至 10:21:00", timeout=SECONDS)
        expect(page.locator(".behind")).to_contain_text("落后 2 分钟")
    keep(page, "behind")
    assert not violations(page, "behind")
    page.context.route("**/v1/public", lambda route: route.fulfill(json=changed(ask(shown, "/v1/public"), behind)))
    page.goto(f"{shown.url('metrics')}/public")
    expect(page.locator(".behind")).to_contain_text("统计截至 10:21:00", timeout=SECONDS)


@pytest.mark.parametrize(
    ("numerator", "denominator", "said"),
    [(2_499, 2_500, "99.96%"), (1, 2_500, "0.04%"), (5, 5, "100%"), (0, 5, "0.0%")],
)
def test_a_share_reads_as_all_only_where_it_is_all(
    shown: Deployment, page: Page, numerator: int, denominator: int, said: str
) -> None:
    def nearly(told: Any) -> None:
        for answer in told["answers"]:
            for row in answer["rows"] if answer["rate"] == "handled" else ():
                row |= {"numerator": numerator, "denominator": denominator, "value": numerator / denominator}

    changed_stream(page.context, shown, nearly)
    page.reload()
    expect(card(page, "办结率").locator(".value")).to_have_text(said, timeout=SECONDS)


def test_a_page_without_any_case_says_how_to_push_the_first(shown: Deployment, page: Page) -> None:
    def empty(told: Any) -> None:
        told |= {"position": dict.fromkeys(told["position"], 0), "complete": True}

    changed_stream(page.context, shown, empty)
    page.reload()
    expect(page.locator(".empty")).to_contain_text("从第一件开始", timeout=SECONDS)
    expect(page.locator(".empty")).to_contain_text("/v1/tickets")
    keep(page, "empty")
    assert not violations(page, "empty")


def test_what_is_not_there_is_said_in_words(shown: Deployment, page: Page) -> None:
    page.goto(f"{shown.url('metrics')}/#/departments/no-such")
    expect(page.locator("main")).to_contain_text(re.compile(r"没有这个部门：\s*no-such"), timeout=SECONDS)
    page.goto(f"{shown.url('metrics')}/#/explore?rate=handled&from=0000")
    expect(page.get_by_role("alert")).to_contain_text("请改一改再问", timeout=SECONDS)


def test_a_link_s_key_leaves_the_address_also_of_who_is_signed_in(shown: Deployment, page: Page) -> None:
    key = shown.key("dashboard")
    for link in (f"/#key={key}", f"/?key={key}", f"/#/map&key={key}"):
        page.goto("about:blank")
        page.goto(shown.url("metrics") + link)
        expect(page.locator("nav")).to_be_visible(timeout=SECONDS)
        assert key not in page.url
    page.evaluate("key => { location.hash = `key=${key}`; }", key)
    expect(page.locator("nav")).to_be_visible(timeout=SECONDS)
    page.wait_for_function("!location.href.includes('key=')")


def test_in_large_print_letters_and_buttons_are_large_and_stay_so(shown: Deployment, page: Page) -> None:
    page.get_by_role("button", name="大字版").click()
    page.reload()
    expect(page.get_by_role("button", name="大字版")).to_have_attribute("aria-pressed", "true", timeout=SECONDS)
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") >= 24, "18 pt"
    for button in page.get_by_role("button", name=re.compile("大字版|English|退出")).all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 60
    keep(page, "large")
    assert not violations(page, "large")


@pytest.mark.parametrize("size", ["usual", "large"])
def test_on_a_phone_no_view_is_wider_than_the_screen(shown: Deployment, page: Page, size: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("size => localStorage.setItem('large', size === 'large' ? 'yes' : 'no')", size)
    for view in ("/#/overview", "/#/departments", "/#/map", "/#/explore", "/public"):
        page.goto("about:blank")
        page.goto(shown.url("metrics") + view)
        expect(page.locator("main table, main .figure, main canvas, main .board").first).to_be_visible(timeout=SECONDS)
        keep(page, f"phone-{size}-{re.sub('[^a-z]', '', view)}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, view
        if view != "/public":
            assert not violations(page, f"phone {size} {view}")
