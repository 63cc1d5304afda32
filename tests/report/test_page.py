"""The page is whole, safe, the same every time, and its numbers are the content's."""

from __future__ import annotations

import math
import os
import re
import subprocess
import sys
from base64 import b64encode
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import resilience.report.run
from resilience.judge.losses import Headline, LevelCourse
from resilience.report.run import ReportContent, render, write_report
from resilience.report.run.charts import COLUMN, SMALL, WIDE, Frame
from resilience.report.run.page import STEPS, quota, thinned
from resilience.report.run.views import page_view
from simulator.contracts.words import Said, Text
from tests.report import sample
from tests.report.page_reader import Node, corners, read_page

CONTENT = sample.content()
PAGES = {lang: render(CONTENT, lang) for lang in ("en", "de")}
TREES = {lang: read_page(page) for lang, page in PAGES.items()}
ROOT = Path(__file__).resolve().parents[2]
LANGS = pytest.mark.parametrize("lang", ["en", "de"])


def empty() -> ReportContent:
    """A run of a town without districts, levels, faults, sensors and places."""
    parts = "clauses versions checks courses faults timelines redundancies services districts cascade thresholds"
    gone: dict[str, Any] = dict.fromkeys((*parts.split(), "assumptions", "metrics"), ())
    nothing = Headline(0, None, 0.0, None, False, 0.0)
    return replace(CONTENT, **gone, headline=nothing, town=None, telemetry=None, digest="")


@LANGS
def test_every_drawing_is_well_formed(lang: str) -> None:
    drawings = re.findall(r"<svg.*?</svg>", PAGES[lang], flags=re.DOTALL)
    assert len(drawings) > 70
    for drawing in drawings:
        ElementTree.fromstring(drawing)


@LANGS
def test_nothing_is_loaded_from_anywhere(lang: str) -> None:
    page, tree = PAGES[lang], TREES[lang]
    assert not re.search(r"(?:https?:)?//[\w.]", re.sub(r"xmlns=\S+", "", page))
    assert not re.search(r"@import|@font-face|url\((?!#)", page)
    for node in tree.all():
        assert node.tag not in {"iframe", "object", "embed", "img", "link", "base", "form"}
        assert "src" not in node.attributes and "style" not in node.tag[1:]
        assert node.attributes.get("href", "#").startswith("#")
        assert not [name for name in node.attributes if name.startswith("on")]
    policy = tree.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    assert policy.startswith("default-src 'none'")
    figures, script = tree.all("script")
    assert figures.attributes == {"type": "application/json", "id": "page-data"}, "data, which no browser runs"
    assert script.attributes == {}
    text = page.rpartition("<script>")[2].partition("</script>")[0]
    allowed = f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
    assert f"script-src {allowed};" in policy, "this script and no other may run"
    assert not re.search(r"fetch|XMLHttpRequest|WebSocket|import\(|eval|innerHTML|document\.write", text)


@LANGS
def test_ids_are_unique_and_every_reference_leads_somewhere(lang: str) -> None:
    ids = [node.attributes["id"] for node in TREES[lang].all() if "id" in node.attributes]
    assert len(ids) == len(set(ids))
    referred = {node.attributes["href"][1:] for node in TREES[lang].all() if "href" in node.attributes}
    named = [node.attributes.get("aria-labelledby") for node in TREES[lang].all()]
    referred |= {name for name in named if name is not None}
    referred |= set(re.findall(r"url\(#([\w-]+)\)", PAGES[lang]))
    assert referred <= set(ids)


@LANGS
def test_the_page_is_made_for_everyone(lang: str) -> None:
    tree = TREES[lang]
    assert tree.one("html").attributes["lang"] == lang
    assert len(tree.all("h1")) == 1 and len(tree.all("main")) == 1
    ranks = [int(node.tag[1]) for node in tree.all() if re.fullmatch(r"h[1-6]", node.tag)]
    assert all(b <= a + 1 for a, b in pairwise(ranks)), "a heading skips a level"
    for table in tree.all("table"):
        assert table.all("caption") and table.all("th", scope="col") and table.all("th", scope="row")
    for svg in tree.all("svg"):
        assert svg.attributes.get("aria-hidden") == "true" or len(svg.attributes.get("aria-label", "")) > 10
    order = [s.attributes["id"] for s in tree.all("section") if "id" in s.attributes]
    head, tail = "question answer levels redundancy-timeline map target-actual affected", "cascade why redundancies"
    assert order == f"{head} {tail} robust executed telemetry metrics assumptions compare reproduce".split()


def test_the_languages_show_the_same_things() -> None:
    def skeleton(node: Node) -> list[Any]:
        return [node.tag, [skeleton(child) for child in node.children if child.tag not in {"text", "rect", "g"}]]

    assert skeleton(TREES["en"].one("main")) == skeleton(TREES["de"].one("main"))
    assert TREES["en"].one("main").data == TREES["de"].one("main").data
    assert TREES["en"].one("h1").text == CONTENT.title.en and TREES["de"].one("h1").text == CONTENT.title.de


@LANGS
def test_the_figures_that_matter_are_the_contents(lang: str) -> None:
    tree, head = TREES[lang], CONTENT.headline
    assert tree.one(id="verdict").attributes["data-verdict"] == "fail"
    assert tree.one(class_="sentence").text == CONTENT.answer.of(lang)
    assert tree.one(class_="question").text == CONTENT.question.of(lang)
    assert tree.one(id="peak-people").data == [head.peak_people]
    assert tree.one(id="person-hours").data == [head.person_hours]
    assert tree.one(id="recovery").data == [head.recovery_s]
    worst = next(c for c in CONTENT.courses if c.id == head.worst_level)
    assert tree.one(id="worst").data == [worst.worst]
    shown = tree.one(id="person-hours").text
    assert int(re.sub(r"\D", "", shown)) == round(head.person_hours)


@LANGS
def test_the_tables_are_the_contents(lang: str) -> None:
    tree = TREES[lang]
    rows = tree.one("table", id="services").one("tbody").all("tr")
    assert [r.data for r in rows] == [[s.person_hours, s.peak_people] for s in CONTENT.services]
    rows = tree.one("table", id="districts").one("tbody").all("tr")
    for row, district in zip(rows, CONTENT.districts, strict=True):
        hours = [h for h in district.person_hours if h is not None]
        assert row.data == [district.people, *hours, sum(hours)]
    changes = tree.one("table", id="mode-changes").one("tbody").all("tr")
    spans = [s for t in CONTENT.timelines if len(t.spans) > 1 for s in t.spans]
    assert sorted(r.data[0] for r in changes) == sorted(s.end_s - s.begin_s for s in spans)
    telemetry = CONTENT.telemetry
    assert telemetry is not None
    for one in fields(telemetry):
        assert tree.one(id=f"telemetry-{one.name}").data == [getattr(telemetry, one.name)]
    steps = tree.all("li", class_="step")
    assert [int(s.attributes["data-depth"]) for s in steps] == [s.depth for s in CONTENT.cascade]


@LANGS
def test_every_level_is_drawn_once_with_its_own_values(lang: str) -> None:
    figures = {f.attributes["data-level"]: f for f in TREES[lang].all("figure") if "data-level" in f.attributes}
    assert figures.keys() == {course.id for course in CONTENT.courses}
    for course in CONTENT.courses:
        frame = WIDE if "strip" in figures[course.id].attributes["class"] else SMALL
        _check_curve(course, figures[course.id], frame)


def _check_curve(course: LevelCourse, figure: Node, frame: Frame) -> None:
    """Every corner lies on the course, and the lowest and highest values are reached."""
    left, right, top, bottom = frame.left, frame.width - frame.right, frame.top, frame.height - frame.bottom
    drawn = [p for stroke in corners(figure.one("path", class_="line").attributes["d"]) for p in stroke]
    assert (drawn[0][0], drawn[-1][0]) == (left, right)
    shown = [v for at, v in zip(course.times_s, course.values, strict=True) if at >= 0.0]
    labels = [t.text.strip(" %").replace(",", ".") for t in figure.all("text", class_="tick", text_anchor="end")]
    highest = max(float(label) for label in labels if re.fullmatch(r"[\d.]+", label))
    to_value = (highest / 100 if course.unit == "share" else highest) / (bottom - top)
    values = [(bottom - y) * to_value for _, y in drawn]
    near = 0.06 * to_value
    assert min(values) == pytest.approx(min(shown), abs=near) and max(values) == pytest.approx(max(shown), abs=near)
    seconds_a_unit = (CONTENT.end_s - CONTENT.begin_s) / (right - left)
    for (x, _), value in zip(drawn, values, strict=True):
        at = (x - left) * seconds_a_unit
        reach = (COLUMN + 0.1) * seconds_a_unit
        inside = [i for i, t in enumerate(course.times_s) if at - reach <= t <= at + reach]
        before = max((i for i, t in enumerate(course.times_s) if t <= at - reach), default=0)
        assert any(abs(course.values[i] - value) <= near for i in [before, *inside])


def hostile(value: Any, name: str = "") -> Any:
    """The same content with markup in every text."""
    bad = "<script>alert('x')</script>\"'&{{ 7*7 }}"
    if isinstance(value, Text):
        return Said({"de": value.de + bad, "en": value.en + bad})
    if type(value) is str:
        keep = name in {"measure", "unit", "kind", "modes", "mode", "worst_level", "id"}
        return value if keep else value + bad
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: hostile(getattr(value, f.name), f.name) for f in fields(value)})
    if isinstance(value, tuple):
        return tuple(hostile(item, name) for item in value)
    return value


@LANGS
def test_hostile_names_stay_words(lang: str) -> None:
    page = render(hostile(CONTENT), lang)
    tree = read_page(page)
    assert page.count("<script") == page.count("</script") == 2 == len(tree.all("script")), "the page's own"
    assert page.rpartition("<script>")[2] == PAGES[lang].rpartition("<script>")[2]
    assert "49" not in tree.one("h1").text and "{{ 7*7 }}" in tree.one("h1").text
    assert "<script>alert('x')</script>" in tree.one("h1").text
    for drawing in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        ElementTree.fromstring(drawing)


def test_the_same_content_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    code = (
        "import sys\nfrom pathlib import Path\nfrom tests.report.sample import content\n"
        "from resilience.report.run import write_report\nwrite_report(content(), Path(sys.argv[1]), 'de')\n"
    )
    for seed in ("1", "77"):
        environment = os.environ | {"PYTHONHASHSEED": seed}
        subprocess.run([sys.executable, "-c", code, str(tmp_path / seed)], check=True, cwd=ROOT, env=environment)
        assert (tmp_path / seed).read_bytes() == PAGES["de"].encode()


@LANGS
def test_a_run_of_nothing_is_a_page_too(lang: str) -> None:
    tree = read_page(render(empty(), lang))
    assert tree.one(id="peak-people").data == [0.0]
    assert len(tree.one("main").all("section")) >= 13


PARTS = ("faults", "timelines", "redundancies", "courses", "districts", "services", "checks", "cascade")


@LANGS
@pytest.mark.parametrize("field", PARTS)
def test_each_part_may_be_missing(lang: str, field: str) -> None:
    changed: dict[str, Any] = {field: ()}
    if field == "courses":
        changed["headline"] = replace(CONTENT.headline, worst_level=None)
    if field == "services":
        changed["districts"] = tuple(replace(d, person_hours=()) for d in CONTENT.districts)
    read_page(render(replace(CONTENT, **changed), lang))


def test_a_level_nobody_recorded_and_one_with_a_gap_are_shown_as_such() -> None:
    first, second = (c for c in CONTENT.courses if c.measure == "power-supply" and c.id.endswith(("-d1", "-d2")))
    nothing = replace(first, times_s=(), values=(), worst=math.nan, worst_at_s=math.nan, low_s=0.0, person_hours=0.0)
    gap = replace(second, times_s=(0.0, 3600.0, 7200.0), values=(1.0, math.nan, 0.5))
    head = replace(CONTENT.headline, worst_level=None)
    tree = read_page(render(replace(CONTENT, courses=(nothing, gap), headline=head)))
    assert "no data" in tree.one("figure", data_level=nothing.id).text
    assert not tree.one("figure", data_level=nothing.id).all("path", class_="line")
    assert tree.one("figure", data_level=gap.id).one("path", class_="line").attributes["d"].count("M") == 2


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="de and en"):
        render(CONTENT, "fr")


def test_a_noisy_day_of_sixty_levels_stays_small(tmp_path: Path) -> None:
    times = tuple(float(t) for t in range(0, 86400, 30))
    noisy = tuple(
        replace(c, times_s=times, values=tuple(((i * 7919 + k * 104729) % 1000) / 1000 for i in range(len(times))))
        for k, c in enumerate(CONTENT.courses)
    )
    assert len(noisy) >= 60
    write_report(replace(CONTENT, courses=noisy), tmp_path / "report.html")
    assert (tmp_path / "report.html").stat().st_size < 1_520_000


def test_the_worst_levels_are_in_sight_and_the_rest_is_folded() -> None:
    for group in page_view(CONTENT, "en").groups:
        lost = [d.course.person_hours for d in (*group.worst, *group.rest)]
        assert lost == sorted(lost, reverse=True)
        assert len(group.worst) == min(3, group.low)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize(
    ("ink", "ground"),
    [
        ("ink", "paper"), ("soft", "paper"), ("soft", "panel"), ("blue", "paper"), ("green", "paper"), ("red", "paper"),
        ("amber", "paper"), ("green", "green-ground"), ("red", "red-ground"), ("amber", "amber-ground"),
        ("soft", "red-ground"), ("soft", "green-ground"), ("soft", "amber-ground"), ("paper", "ink"),
    ],
)  # fmt: skip
def test_words_can_be_read_by_everyone(ink: str, ground: str) -> None:
    style = (Path(resilience.report.run.__file__).parent / "page.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#\w+)", style))
    light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5, "WCAG 2 AA asks for 4.5 to 1"


def test_a_thinned_course_keeps_what_was_worst() -> None:
    base = CONTENT.courses[0]
    times = tuple(float(t) for t in range(0, 86400, 30))
    values = tuple(1.0 - (i == 1000) - 0.5 * (i % 97 == 0) for i in range(len(times)))
    for higher in (True, False):
        course = replace(base, times_s=times, values=values, higher_is_better=higher)
        steps = thinned(course, 86400.0, 288)
        assert len(steps) <= 289
        assert (min if higher else max)(value for _, value in steps) == (min if higher else max)(values)
    few = replace(base, times_s=(0.0, 60.0), values=(1.0, math.nan))
    assert [at for at, _ in thinned(few, 86400.0, 2)] == [0.0, 60.0]


def test_levels_share_the_steps_that_a_page_carries() -> None:
    base = CONTENT.courses[0]
    courses = [replace(base, times_s=(0.0,) * n, values=(1.0,) * n) for n in (3, 10, 9000, 8000)]
    assert quota(courses) == (STEPS - 13) // 2
    assert quota(courses[:2]) >= 10
    assert quota([]) == STEPS


def test_when_an_effect_was_seen_is_told_whether_or_not_the_scenario_says_what_is_to_be_seen() -> None:
    (fault,) = CONTENT.faults
    assert fault.begin_s is not None and fault.evidence_s == fault.begin_s + 300.0
    blind = replace(CONTENT, faults=(replace(fault, evidence_s=None),))
    shown = {re.sub(r"<[^>]+>", "", row) for row in re.findall(r"<td>.*?</td>", render(blind, "en"))}
    assert "never" in shown and "not asked for" not in render(blind, "en")
