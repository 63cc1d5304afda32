"""Debian's Chromium under remote control, without a network."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((found for name in NAMES if (found := shutil.which(name))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

DESK, PHONE = (1280, 900), (390, 844)
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=BROWSER, args=list(FLAGS), timeout=120_000)
        yield browser
        browser.close()


def offline_page(browser: Browser, size: tuple[int, int] = DESK, scripted: bool = True) -> tuple[Page, list[str]]:
    """A page that has no network, and a list that grows by whatever it complains of or asks for from elsewhere."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]}, offline=True, java_script_enabled=scripted, locale="en-GB"
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
    page.on("request", lambda request: None if request.url.startswith("file:") else trouble.append(request.url))
    return page, trouble
