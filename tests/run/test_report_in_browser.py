"""The report of a real run in a real browser without a network: its figures, a click, the run played through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from resilience.report.run import write_report
from simulator.contracts.city import City
from simulator.contracts.registry import registry
from tests.browser import DESK, PHONE, chromium, needs_browser, offline_page
from tests.report import sample
from tests.run.conftest import Run

pytestmark = needs_browser
HOSPITAL = "hospital-1"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


def opened(browser: Browser, report: Path, size: tuple[int, int] = DESK, scripted: bool = True) -> Page:
    page, trouble = offline_page(browser, size, scripted)
    page.goto(report.as_uri())
    assert not trouble, trouble
    return page


def click_place(page: Page, place: str) -> None:
    """Click on a place, again where others lie upon it: each click takes the next one of those."""
    drawn = page.locator(f'.map [data-place="{place}"]')
    drawn.scroll_into_view_if_needed()
    box = drawn.bounding_box()
    assert box is not None
    for _ in range(12):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        if page.locator("#place").input_value() == place:
            return
    raise AssertionError(f"no click reached {place}")


def test_its_figures_are_those_of_the_verdict(browser: Browser, main_run: Run) -> None:
    page = opened(browser, main_run.folder / "report.html")
    verdict = main_run.verdict
    assert page.locator("#verdict").get_attribute("data-verdict") == verdict["value"]
    rows = page.locator("#target-actual tbody tr")
    shown = {}
    for i in range(rows.count()):
        row = rows.nth(i)
        name = row.locator("th").evaluate("cell => cell.firstChild.textContent")
        shown[name] = (row.get_attribute("class"), row.locator("td").nth(2).inner_text())
    assert len(shown) == len(verdict["findings"]) == rows.count()
    for finding in verdict["findings"]:
        state, actual = shown[finding["title"]["en"]]
        assert state == finding["value"]
        assert (actual == "–") == (finding["limit"] is None or finding["actual"]["value"] is None), finding["id"]
    measured: list[Any] = page.locator("#metric-table tbody td.n").evaluate_all(
        "cells => cells.map(cell => cell.querySelector('data')?.value ?? null)"
    )
    assert len(measured) == len(verdict["metrics"]) > 10
    for value, metric in zip(measured, verdict["metrics"], strict=True):
        assert (None if value is None else float(value)) == metric["value"], metric["id"]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_a_click_shows_a_place(browser: Browser, main_run: Run, demo: City, size: tuple[int, int]) -> None:
    page = opened(browser, main_run.folder / "report.html", size)
    click_place(page, HOSPITAL)
    told = page.locator("#place-detail").inner_text()
    hospital = demo.components[HOSPITAL]
    assert hospital.owner in told and demo.districts[hospital.district].title in told
    worst = min(value for at, value in main_run.levels[HOSPITAL] if at >= 0)
    assert f"worst value: {100 * worst:.0f}%" in told
    assert page.locator("#place").input_value() == HOSPITAL, "the list says the same"
    page.locator("#place").select_option("d5")
    assert f"{demo.districts['d5'].people:,}" in page.locator("#place-detail").inner_text()


def test_the_run_can_be_played_through_with_the_keyboard(browser: Browser, main_run: Run, demo: City) -> None:
    page = opened(browser, main_run.folder / "report.html")
    slider = page.locator("#when")
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(30):  # a minute a step
        page.keyboard.press("ArrowRight")
    assert page.locator("#when-said").inner_text() == "17:30"
    low = []
    for level in demo.levels.values():
        value = [value for at, value in main_run.levels[level.id] if at <= 1800][-1]
        better = registry().measures[level.measure].higher_is_better
        if value < level.minimum - 1e-9 if better else value > level.minimum + 1e-9:
            low.append(level.id)
    assert low
    said = page.locator("#now-said").inner_text()
    assert re.search(rf"services below the required level: {len(low)}\b", said), said
    districts = {demo.levels[name].subject for name in low} & set(demo.districts)
    lacking = page.locator(".map .district.lacking").evaluate_all("all => all.map(one => one.dataset.place)")
    assert set(lacking) == districts
    page.locator("#whole").check()
    assert page.locator("#when-said").inner_text() == "the whole run"
    assert page.locator(".map .district.lacking").count() == 0


def test_a_layer_can_be_taken_off_the_map(browser: Browser, main_run: Run) -> None:
    page = opened(browser, main_run.folder / "report.html")
    pumps = page.locator('.map [data-domain="dom-water"]')
    assert pumps.first.is_visible()
    page.locator('input[data-layer="dom-water"]').uncheck()
    assert not pumps.first.is_visible()
    assert page.locator('.map [data-domain="dom-energy"]').first.is_visible()


def test_another_run_is_set_beside_it(browser: Browser, main_run: Run, quiet: Run) -> None:
    page = opened(browser, main_run.folder / "report.html")
    page.locator("#other-run").set_input_files(quiet.folder / "report.html")
    verdicts = page.locator("#compared table").first.locator("tr").nth(1).locator("td").all_inner_texts()
    assert verdicts == [main_run.verdict["value"], quiet.verdict["value"]]
    assert page.locator("#compared tr.differs").count() > 3
    page.locator("#other-run").set_input_files(main_run.folder / "report.html")
    expect(page.locator("#compared tr.differs")).to_have_count(0)
    page.locator("#other-run").set_input_files(main_run.folder / "run.json")
    page.locator("#compared [role=alert]").wait_for()


def test_without_a_script_everything_is_there_but_what_it_would_do(browser: Browser, main_run: Run) -> None:
    page = opened(browser, main_run.folder / "report.html", scripted=False)
    assert page.locator("#verdict").is_visible() and page.locator(".map").is_visible()
    for part in page.locator("[data-scripted]").all():
        assert not part.is_visible()


def test_on_paper_there_is_nothing_to_click(browser: Browser, main_run: Run) -> None:
    page = opened(browser, main_run.folder / "report.html")
    page.emulate_media(media="print")
    assert not page.locator(".controls").is_visible() and not page.locator("#compare").is_visible()
    assert page.locator(".map").is_visible()


AT_NIGHT = pytest.mark.nightly
"""The other size in each language: every word is looked at once in the default run, and every size."""


@pytest.mark.parametrize(
    ("lang", "size"),
    [
        pytest.param("en", PHONE, id="en-phone"),
        pytest.param("de", DESK, id="de-desk"),
        pytest.param("en", DESK, id="en-desk", marks=AT_NIGHT),
        pytest.param("de", PHONE, id="de-phone", marks=AT_NIGHT),
    ],
)
def test_nobody_is_shut_out(browser: Browser, tmp_path: Path, size: tuple[int, int], lang: str) -> None:
    """axe-core finds nothing serious, with everything unfolded and a place chosen."""
    write_report(sample.content(), tmp_path / "report.html", lang)
    page = opened(browser, tmp_path / "report.html", size)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.locator("#place").select_option(index=1)
    page.locator("#other-run").set_input_files(tmp_path / "report.html")
    page.locator("#compared table").first.wait_for()
    found = Axe().run(page).response
    serious = [rule for rule in found["violations"] if rule["impact"] in ("serious", "critical")]
    assert not serious, [(rule["id"], rule["nodes"][0]["html"]) for rule in serious]
    assert len(found["passes"]) > 30
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
