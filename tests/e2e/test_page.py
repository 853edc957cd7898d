"""The page in a real browser: what it shows is what the API says, and everything on it can be asked about.

Where there is no chromium these tests are skipped, loudly.
"""

import re
import time
import uuid
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, cast

import httpx
import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.chromium import CHROMIUM, SECONDS, card, keep, plain, violations
from tests.e2e.deployment import Deployment, until
from tests.e2e.test_alerts import judge

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: THE PAGE IS NOT TESTED HERE (make browser)")
VIEWS = ("overview", "departments", "map", "explore")


def ask(shown: Deployment, **question: str) -> Any:
    answer = shown.call("GET", "metrics", "/v1/rates", "dashboard", params=question)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_the_door_says_what_is_wrong_and_lets_in_with_a_key(shown: Deployment, browser: Browser) -> None:
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(shown.url("metrics"))
    page.get_by_label("看板钥匙").fill("no-such-key")
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("alert")).to_contain_text("不认识", timeout=SECONDS)
    page.get_by_label("看板钥匙").fill(shown.key("source:hotline"))
    page.get_by_role("button", name="进入").click()
    expect(page.get_by_role("alert")).to_contain_text("不能看数字", timeout=SECONDS)
    keep(page, "door")
    page.get_by_label("看板钥匙").fill(shown.key("dashboard"))
    page.get_by_role("button", name="进入").click()
    expect(page.locator("nav")).to_be_visible(timeout=SECONDS)
    assert page.evaluate("document.cookie") == "", "no script can read the session"
    page.reload()
    expect(page.locator("nav")).to_be_visible(timeout=SECONDS)
    copied = {one["name"]: one["value"] for one in context.cookies()}
    page.route("**/v1/session", lambda route: route.fulfill(status=503, json={"code": "unavailable"}))
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_role("alert").filter(has_text="未能退出")).to_be_visible(timeout=SECONDS)
    page.unroute("**/v1/session")
    assert httpx.get(f"{shown.url('metrics')}/v1/session", cookies=copied).status_code == 200
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_label("看板钥匙")).to_be_visible(timeout=SECONDS)
    assert httpx.get(f"{shown.url('metrics')}/v1/session", cookies=copied).status_code == 401, "copies end as well"
    context.close()


def test_the_figures_are_the_api_s_and_move_by_themselves(shown: Deployment, page: Page) -> None:
    for rate in ("handled", "replied", "on_time", "satisfied"):
        answer = ask(shown, rate=rate)
        (row,) = answer["rows"]
        # once the picture of all times is there: the first one is of this year
        parts = re.compile(rf"{row['numerator']:,}\s/\s{row['denominator']:,}\b")
        expect(card(page, answer["name"])).to_contain_text(parts, timeout=SECONDS)
    before = ask(shown, rate="handled")["rows"][0]["denominator"]
    ticket = {
        "channel": "hotline",
        "source_id": uuid.uuid4().hex,
        "title": "路灯不亮",
        "text": "三号楼前的路灯不亮了",
        "category": "street-light",
        "reported_at": datetime.now(UTC).isoformat(),
    }
    began = time.monotonic()
    assert shown.call("POST", "intake", "/v1/tickets", "source:hotline", json=ticket).status_code == 202
    shows = card(page, ask(shown, rate="handled")["name"])
    expect(shows).to_contain_text(re.compile(rf"/ {before + 1:,}\b"), timeout=SECONDS)
    print(f"a pushed ticket was on the page after {time.monotonic() - began:.2f} s")
    keep(page, "overview")


def test_a_figure_opens_its_receipt_its_cases_and_their_moves(shown: Deployment, page: Page) -> None:
    card(page, "办结率").get_by_role("button").first.click()
    receipt = page.get_by_role("dialog", name="凭据")
    expect(receipt.locator(".verdict")).to_contain_text("核对一致", timeout=SECONDS)
    row = ask(shown, rate="handled")["rows"][0]
    assert f"{row['numerator']} / {row['denominator']}" in plain(receipt.locator(".verdict").inner_text())
    expect(receipt.locator(".cases > li")).to_have_count(min(100, row["numerator"]), timeout=SECONDS)
    receipt.locator(".cases > li > button").first.click()
    expect(receipt.locator(".steps li").first).to_contain_text("登记", timeout=SECONDS)
    keep(page, "receipt")
    receipt.get_by_label(re.compile("^不计")).check(force=True)
    expect(receipt.locator(".cases > li").first).to_contain_text("不是有效件", timeout=SECONDS)
    with page.expect_download() as download:
        receipt.get_by_role("link", name="XLSX").click()
    sheet = openpyxl.load_workbook(BytesIO(download.value.path().read_bytes())).worksheets[0]
    assert [cell.value for cell in sheet[1]][:2] == ["编号", "标题"]
    receipt.get_by_role("button", name="关闭").click()
    expect(receipt).not_to_be_visible()


def test_an_alert_comes_by_itself_opens_its_receipt_and_goes(shown: Deployment, page: Page) -> None:
    alerts, name = page.locator("section.alerts"), f"seen-{uuid.uuid4().hex[:8]}"
    rule = {"kind": "count_above", "rate": "handled", "part": "denominator", "period": "all", "threshold": 0}
    row = {"name": f"件数 {name}", "name_en": f"Cases {name}", "rule": rule}
    expect(alerts).to_be_visible(timeout=SECONDS)
    expect(alerts).not_to_contain_text(name)
    assert shown.call("PUT", "routing", f"/v1/directory/alert/{name}", json=row).status_code == 200
    until(lambda: name in str(judge(shown)["standing"]))
    line = alerts.locator(".standing li").filter(has_text=f"件数 {name}")
    expect(line).to_contain_text("办结率 · 分母", timeout=SECONDS)
    expect(alerts.get_by_role("heading").first).to_contain_text("条预警")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=cast(Any, scheme))
        keep(page, f"alerts-{scheme}")
        assert not violations(page, f"alerts, {scheme}")
    line.get_by_role("button").click()
    expect(page.get_by_role("dialog").locator(".verdict")).to_contain_text("核对一致", timeout=SECONDS)
    page.keyboard.press("Escape")
    assert shown.call("DELETE", "routing", f"/v1/directory/alert/{name}").status_code == 200
    until(lambda: name not in str(judge(shown)["standing"]))
    expect(line).to_have_count(0, timeout=SECONDS)


def test_departments_are_ranked_found_and_looked_at(shown: Deployment, page: Page) -> None:
    page.get_by_role("link", name="部门").click()
    rows = page.locator("table.ranking tbody tr")
    answer = ask(shown, rate="handled", group_by="department")
    expect(rows).to_have_count(sum(row["group"]["department"] != "none" for row in answer["rows"]), timeout=SECONDS)
    page.get_by_role("button", name="按时办结率", exact=True).click()
    expect(page.get_by_role("columnheader", name=re.compile("^按时办结率"))).to_have_attribute(
        "aria-sort", "descending"
    )
    keep(page, "departments")
    page.get_by_label("查找").fill("城市")
    assert 0 < rows.count() < len(answer["rows"])
    name = rows.first.get_by_role("link").inner_text()
    rows.first.get_by_role("link").click()
    expect(page.get_by_role("heading", name=re.compile(name))).to_be_visible(timeout=SECONDS)
    expect(card(page, "办结率")).to_be_visible(timeout=SECONDS)
    keep(page, "department")


def test_the_map_has_every_grid_and_its_ground_opens_a_receipt(shown: Deployment, page: Page) -> None:
    page.get_by_role("link", name="地图").click()
    grids = shown.call("GET", "metrics", "/v1/places", "dashboard").json()["grids"]
    expect(page.locator("path.ground")).to_have_count(len(grids), timeout=SECONDS)
    expect(page.locator("path.ground:not(.blank)").first).to_be_visible(timeout=SECONDS)
    boxes = [box for one in page.locator("path.ground").all()[:10] if (box := one.bounding_box())]
    assert all(10 < box["width"] < 700 and 10 < box["height"] < 600 for box in boxes), "no grid is the whole world"
    keep(page, "map")
    page.locator("path.ground:not(.blank)").first.click()
    expect(page.get_by_role("dialog").locator(".verdict")).to_contain_text("核对一致", timeout=SECONDS)
    page.keyboard.press("Escape")
    page.get_by_label("社区").check(force=True)
    expect(page.locator(".map tbody tr").first).to_contain_text("社区", timeout=SECONDS)


def test_what_is_explored_is_in_the_address_and_can_be_taken_along(
    shown: Deployment, page: Page, browser: Browser
) -> None:
    page.get_by_role("link", name="查询").click()
    page.get_by_label("指标").select_option("on_time")
    page.locator("select[name=group_by]").select_option("department")
    page.get_by_label("显示").select_option("table")
    answer = ask(shown, rate="on_time", group_by="department")
    expect(page.locator("tbody tr")).to_have_count(len(answer["rows"]), timeout=SECONDS)
    shows = {row.inner_text().split("\t")[0].strip() for row in page.locator("tbody tr").all()}
    assert shows == {row["labels"]["department"]["zh"] for row in answer["rows"]}
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 XLSX").click()
    assert (
        openpyxl.load_workbook(BytesIO(download.value.path().read_bytes())).worksheets[0].max_row
        == len(answer["rows"]) + 1
    )
    keep(page, "explore-table")
    again = page.context.new_page()
    again.goto(page.url)
    expect(again.get_by_label("指标")).to_have_value("on_time", timeout=SECONDS)
    expect(again.locator("tbody tr")).to_have_count(len(answer["rows"]), timeout=SECONDS)
    again.close()
    page.get_by_label("起").fill("2024-03-01")
    page.get_by_label("止").fill("2024-06-01")
    page.get_by_label("显示").select_option("chart")
    page.get_by_label("粒度").select_option("week")
    expect(page.locator(".chart canvas")).to_be_visible(timeout=SECONDS)
    keep(page, "explore")


def test_a_long_table_is_drawn_whole(shown: Deployment, page: Page) -> None:
    rows = ask(shown, rate="handled", group_by="category,grid")["rows"]
    assert len(rows) > 100, "more than one piece"
    page.goto(f"{shown.url('metrics')}/#/explore?rate=handled&group_by=category&then_by=grid&show=table")
    expect(page.locator("tbody tr")).to_have_count(len(rows), timeout=SECONDS)


def test_a_link_that_is_wrong_says_so(shown: Deployment, page: Page) -> None:
    page.goto(f"{shown.url('metrics')}/#/explore?rate=no_such")
    expect(page.get_by_role("alert")).to_contain_text("没有这个指标： no_such", timeout=SECONDS)
    page.goto(f"{shown.url('metrics')}/#/explore?rate=handled&from=yesterday")
    expect(page.get_by_role("alert")).to_contain_text("2026-03-01", timeout=SECONDS)


def test_the_other_language_and_a_lost_connection_are_said(page: Page) -> None:
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("link", name="Departments")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "en"
    keep(page, "overview-english")
    page.get_by_role("button", name="中文").click()
    expect(page.locator(".link")).to_have_attribute("data-state", "live", timeout=SECONDS)
    page.context.set_offline(True)
    page.get_by_label("近 7 天").check(force=True)  # asks for another stream
    expect(page.locator(".link")).to_have_attribute("data-state", "down", timeout=SECONDS)
    expect(page.locator(".link")).to_contain_text("连接中断")
    page.context.set_offline(False)
    expect(page.locator(".link")).to_have_attribute("data-state", "live", timeout=SECONDS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_keeps_anybody_out(shown: Deployment, page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    found: list[str] = []
    for view in (*VIEWS, "public"):
        if view == "public":
            page.goto(f"{shown.url('metrics')}/public")
            expect(page.locator(".board").first).to_be_visible(timeout=SECONDS)
        else:
            page.goto(f"{shown.url('metrics')}/#/{view}")
            expect(page.locator("main table, main .figure, main canvas").first).to_be_visible(timeout=SECONDS)
        page.wait_for_load_state("networkidle") if view == "public" else page.wait_for_timeout(500)
        keep(page, f"{view}-{scheme}")
        found += violations(page, view)
    assert not found, "\n".join(found)


def test_the_public_board_shows_nothing_small(shown: Deployment, browser: Browser) -> None:
    context = browser.new_context(locale="zh-CN", viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto(f"{shown.url('metrics')}/public")
    expect(page.locator(".board")).to_have_count(4, timeout=SECONDS)
    told = shown.call("GET", "metrics", "/v1/public", None).json()
    sizes = [row["n"] for board in told["boards"] for row in board["departments"]]
    assert all(size >= told["least"] for size in sizes)
    keep(page, "public")
    context.close()
