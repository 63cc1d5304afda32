"""The workbench in a real browser: found, clicked, told of; by keyboard, on a phone, never leaving this machine."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from simulator.contracts.words import PSEUDO
from tests.browser import DESK, PHONE, chromium, needs_browser
from tests.workbench.conftest import Bench, started

pytestmark = needs_browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


def opened(browser: Browser, bench: Bench, size: tuple[int, int] = DESK, lang: str = "en") -> tuple[Page, list[str]]:
    """The page of the workbench, and a list that grows by what it complains of or asks of another machine."""
    page = browser.new_context(viewport={"width": size[0], "height": size[1]}, locale="en-GB").new_page()
    page.set_default_timeout(60_000)
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.on("console", lambda said: trouble.append(said.text) if said.type in ("error", "warning") else None)
    ours = f"127.0.0.1:{bench.port}"
    page.on(
        "request",
        lambda asked: trouble.append(asked.url) if urlsplit(asked.url).netloc not in (ours, "") else None,
    )
    page.goto(f"{bench.address}&lang={lang}")
    page.locator("html[data-ready]").wait_for()
    return page, trouble


def serious(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html']}" for one in found if one["impact"] in ("serious", "critical")]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_thing_is_found_and_told_of_by_keyboard(browser: Browser, bench: Bench, size: tuple[int, int]) -> None:
    page, trouble = opened(browser, bench, size)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#find")).to_be_focused()
    page.keyboard.type("hospital")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen h3").first).to_have_attribute("data-chosen", "hospital-1")
    expect(page.locator("#chosen")).to_contain_text("required")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "nothing is cut off sideways"
    assert serious(page) == []
    assert not trouble, trouble


def test_a_click_on_the_map_chooses_what_lies_there(browser: Browser, bench: Bench) -> None:
    page, trouble = opened(browser, bench)
    drawn = page.locator('#map [data-thing="tank-T"]').bounding_box()
    assert drawn is not None
    page.mouse.click(drawn["x"] + drawn["width"] / 2, drawn["y"] + drawn["height"] / 2)
    offered = page.locator('#chosen [data-pick="tank-T"]')
    told = page.locator('#chosen [data-chosen="tank-T"]')
    expect(offered.or_(told)).to_be_visible()
    assert not trouble, trouble


def test_layers_are_taken_off_the_map(browser: Browser, bench: Bench) -> None:
    page, _trouble = opened(browser, bench)
    tank = page.locator('#map [data-thing="tank-T"]')
    assert tank.is_visible()
    page.locator('#layers input[data-layer="water"]').uncheck()
    assert not tank.is_visible()


def test_the_whole_way_from_a_break_to_a_comparison(browser: Browser, bench: Bench) -> None:
    """Break the main pump, ask for something, run, read the report, run again otherwise, compare, save."""
    page, trouble = opened(browser, bench)
    page.locator("#find").fill("pump-u")
    page.locator('[data-pick="pump-u"]').click()
    page.locator('[data-form="break"] [data-add]').click()
    expect(page.locator("#entries")).to_contain_text("main pump")
    page.locator("#requiring summary").click()
    page.locator("#must-add").click()
    expect(page.locator("#musts li")).to_have_count(3)
    page.get_by_label("title", exact=True).fill("<b onclick=alert(1)>Pump & more</b>")
    page.get_by_label("length", exact=True).fill("soon")
    expect(page.locator("#what-if-said .problems")).to_contain_text("run.duration")
    assert page.locator("#run").is_disabled()
    assert serious(page) == []
    page.get_by_label("length", exact=True).fill("9h")
    page.locator("#run").click()
    first = page.locator('[data-job="0001"]')
    expect(first).to_have_attribute("data-state", "done", timeout=300_000)
    expect(first).to_contain_text("<b onclick=alert(1)>Pump & more</b>")
    assert page.locator("#runs b").count() == 0, "words stay words"
    page.locator("#entries button").first.click()
    page.locator("#run").click()
    expect(page.locator('[data-job="0002"]')).to_have_attribute("data-state", "done", timeout=300_000)
    page.locator('[data-compare="0002"]').click()
    expect(page.locator('[data-job="0003"]')).to_have_attribute("data-state", "done", timeout=120_000)
    page.locator('[data-report="0001"]').click()
    expect(page.frame_locator("#report").locator("#verdict")).to_be_visible()
    page.locator('[data-report="0003"]').click()
    expect(page.frame_locator("#report").locator("table").first).to_be_visible()
    page.get_by_label("Save as").fill("Quiet")
    page.locator("#save").click()
    expect(page.locator("#save-said")).to_contain_text("quiet.yaml")
    assert (bench.folder / "what-ifs" / "quiet.yaml").is_file()
    assert serious(page) == []
    other, more = opened(browser, bench, PHONE)
    expect(other.locator("[data-job]")).to_have_count(3)
    other.locator("#open-which").select_option("own/quiet")
    other.locator("#open").click()
    expect(other.get_by_label("title", exact=True)).to_have_value("<b onclick=alert(1)>Pump & more</b>")
    assert other.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not trouble and not more, trouble + more


def test_a_page_goes_on_with_the_next_server(browser: Browser, small_town: Path, tmp_path: Path) -> None:
    first = started(small_town, tmp_path)
    page, _trouble = opened(browser, first)
    page.get_by_label("title", exact=True).fill("What I have typed")
    first.stop(signal.SIGKILL)
    expect(page.locator("#gone")).to_be_visible(timeout=30_000)
    second = started(small_town, tmp_path, "--port", str(first.port))
    expect(page.locator("#gone")).to_be_hidden(timeout=30_000)
    expect(page.get_by_label("title", exact=True)).to_have_value("What I have typed")
    page.reload()
    expect(page.get_by_label("title", exact=True)).to_have_value("What I have typed")
    second.stop()


def test_the_page_says_nothing_in_one_language_only(browser: Browser, bench: Bench) -> None:
    page, _trouble = opened(browser, bench, lang=PSEUDO)
    shown = page.locator("h1 small, h2, #side button, #side p, .bar button, label").all_inner_texts()
    assert [one for one in shown if one.strip() and "⟦" not in one and one not in ("+", "−")] == []
    page.get_by_text("Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("h1")).to_contain_text("Werkbank")
