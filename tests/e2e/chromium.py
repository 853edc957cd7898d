"""Debian's chromium, driven; and how what it shows is looked at. MINGSHAO_SCREENSHOTS=folder keeps what was seen."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.deployment import ROOT

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
"""None where there is none."""
ALONE = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
"""Nothing is asked of anybody else."""
SECONDS = 30_000
"""Milliseconds that something on the page may take."""
AXE = ROOT / "services" / "metrics" / "dashboard" / "node_modules" / "axe-core" / "axe.min.js"


@contextmanager
def launched() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
        yield made
        made.close()


def keep(page: Page, name: str) -> None:
    if folder := os.environ.get("MINGSHAO_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=name != "overview-dark")


def card(page: Page, name: str) -> Any:
    return page.locator("article.figure").filter(
        has=page.get_by_role("heading", name=re.compile(f"^{re.escape(name)}"))
    )


def plain(text: str) -> str:
    return text.replace(",", "").replace("\xa0", " ")


def violations(page: Page, view: str) -> list[str]:
    """What axe finds that would keep somebody out."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    told = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{view}: {one['id']} {[node['html'][:120] for node in one['nodes'][:3]]}"
        for one in told["violations"]
        if one["impact"] in ("serious", "critical")
    ]
