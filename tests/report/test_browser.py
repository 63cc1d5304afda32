"""A browser without a network shows the page whole, at desk and phone width."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from resilience.report.run import write_report
from tests.report import sample
from tests.report.page_reader import Node, read_page

NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER = next((found for name in NAMES if (found := shutil.which(name))), None)
pytestmark = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")

# Measures the page from outside it: a frame of phone width, and what lies wider than it.
MEASURE = """<!DOCTYPE html><html><head><title>m</title></head><body>
<iframe src="report.html" style="width:390px;height:800px;border:0"></iframe>
<script>addEventListener("load", () => {
  const page = document.querySelector("iframe").contentDocument;
  const wide = [...page.querySelectorAll("body *")].filter(e => !e.closest(".scroll") && !e.closest("svg")
    && e.getBoundingClientRect().right > 391).map(e => e.tagName + "." + e.className);
  document.body.dataset.wide = JSON.stringify(wide);
  document.body.dataset.scroll = page.documentElement.scrollWidth;
  const bars = [...page.querySelectorAll(".strip svg")].map(e => Math.round(e.getBoundingClientRect().width));
  document.body.dataset.strips = JSON.stringify(bars);
});</script></body></html>
"""


def dom(page: Path, folder: Path, *more: str) -> Node:
    command = [
        str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
        "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
        "--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={folder}", *more, "--dump-dom", page.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, timeout=120, check=True)
    return read_page(done.stdout.decode("utf-8"))


def test_the_rendered_page_has_the_numbers_of_the_content(tmp_path: Path) -> None:
    content = sample.content()
    write_report(content, tmp_path / "report.html", "de")
    tree = dom(tmp_path / "report.html", tmp_path / "profile")
    assert tree.one(id="peak-people").text == "65.460"
    assert tree.one(id="peak-people").data == [content.headline.peak_people]
    assert tree.one(id="person-hours").data == [content.headline.person_hours]
    assert tree.one(id="verdict").text == "nicht bestanden"
    rows = tree.one("table", id="services").one("tbody").all("tr")
    assert [row.data for row in rows] == [[s.person_hours, s.peak_people] for s in content.services]
    drawn = [f for f in tree.all("figure") if "data-level" in f.attributes]
    assert len(drawn) == len(content.courses)
    assert all(f.all("path", class_="line") for f in drawn)


def test_a_phone_need_not_scroll_sideways(tmp_path: Path) -> None:
    write_report(sample.content(), tmp_path / "report.html", "de")
    (tmp_path / "measure.html").write_text(MEASURE, encoding="utf-8")
    allow = "--allow-file-access-from-files"
    body = dom(tmp_path / "measure.html", tmp_path / "profile", allow).one("body").attributes
    assert body["data-wide"] == "[]"
    assert float(body["data-scroll"]) <= 390
    assert set(body["data-strips"].strip("[]").split(",")) == {"358"}


def test_a_printed_page_unfolds_what_is_folded_away(tmp_path: Path) -> None:
    """How high a folded part is on screen and on paper: only the paper shows what is in it."""
    write_report(sample.content(), tmp_path / "report.html", "de")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "<details>" in page
    heights = []
    for media in ("print", "screen"):
        style = page.replace("@media print", f"@media {'screen' if media == 'print' else 'print'}")
        style = style.replace("style-src 'unsafe-inline'", "style-src 'unsafe-inline'; script-src 'unsafe-inline'")
        measure = (
            "<script>document.body.dataset.high = "
            "JSON.stringify([...document.querySelectorAll('details > :last-child')].map(e => e.checkVisibility("
            "{contentVisibilityAuto: true}) ? e.getBoundingClientRect().height : 0))</script></body>"
        )
        (tmp_path / f"{media}.html").write_text(style.replace("</body>", measure), encoding="utf-8")
        body = dom(tmp_path / f"{media}.html", tmp_path / f"profile-{media}").one("body").attributes
        heights.append([float(high) for high in body["data-high"].strip("[]").split(",")])
    paper, screen = heights
    assert len(paper) == len(screen) > 1
    assert all(high > 20 for high in paper)
    assert not any(screen)
