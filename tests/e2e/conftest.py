"""One deployment for all tests of this folder, and a browser for those of the page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import free_port_base
from tests.e2e.agreement import settled
from tests.e2e.chromium import SECONDS, launched
from tests.e2e.deployment import Deployment
from tests.e2e.replaying import SEED, replay
from tests.recount.history import generate, reference_street


@pytest.fixture(scope="package")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    made = Deployment(home=tmp_path_factory.mktemp("street"), port_base=free_port_base())
    try:
        made.up()
        yield made
    finally:
        made.mingshao("down")


@pytest.fixture(scope="module")
def shown(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    """With a history to look at."""
    steps = generate(reference_street(), seed=SEED + 2, cases=200)
    replay(deployment, steps, tmp_path_factory.mktemp("page") / "history.jsonl")
    settled(deployment)
    return deployment


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as made:
        yield made


@pytest.fixture
def page(shown: Deployment, browser: Browser) -> Iterator[Page]:
    """Signed in, all periods, Chinese; nothing may be asked of anybody else, and no script may fail."""
    context = browser.new_context(viewport={"width": 1600, "height": 1000}, locale="zh-CN", accept_downloads=True)
    opened = context.new_page()
    failed: list[str] = []
    opened.on("pageerror", lambda error: failed.append(str(error)))
    opened.on("request", lambda one: None if one.url.startswith(shown.url("metrics")) else failed.append(one.url))
    opened.goto(f"{shown.url('metrics')}/#key={shown.key('dashboard')}")
    expect(opened.locator("nav")).to_be_visible(timeout=SECONDS)
    assert shown.key("dashboard") not in opened.url
    opened.get_by_label("全部", exact=True).check(force=True)
    yield opened
    context.close()
    assert not failed
