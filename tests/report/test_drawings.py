"""Timelines and map: bars and places where the numbers put them, nothing said by colour alone."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.report.run.charts import SMALL, WIDE, Band, course_chart, gantt, rank_class
from resilience.report.run.compose import town_map_of
from resilience.report.run.content import MapComponent, MapDistrict, ModeSpan, ModeTimeline, TownMap
from resilience.report.run.town_map import CLASSES, Projection, class_bounds, class_of, scale_length_m, town_map
from resilience.report.run.views import bands_of, fault_keys
from resilience.words.terms import mode_words
from simulator.contracts.event import Event, EventKind
from simulator.contracts.history import History
from simulator.contracts.registry import registry
from simulator.contracts.words import Verbatim
from tests.report import sample
from tests.support.towns import component, link, town

START = datetime(2026, 1, 14, 12)
HOSPITAL = registry().types["hospital"].modes


def timeline(*spans: tuple[str, float, float], kind: str = "hospital") -> ModeTimeline:
    modes = registry().types[kind].modes
    titles = tuple(mode_words(kind, mode) for mode in modes)
    return ModeTimeline("h", kind, Verbatim("Clinic"), modes, titles, tuple(ModeSpan(*span) for span in spans))


def test_bars_lie_where_the_modes_were_and_say_which() -> None:
    row = timeline(("mains", 0.0, 3600.0), ("generator", 3600.0, 7200.0), ("none", 7200.0, 14400.0))
    root = ElementTree.fromstring(gantt([row], START, 0.0, 14400.0, (), "de"))
    bars = [g for g in root.iter("g") if (g.get("class") or "").startswith("m")]
    places = [(float(r.get("x", "")), float(r.get("width", ""))) for g in bars for r in g.iter("rect")]
    assert places == [(4.0, 173.0), (177.0, 173.0), (350.0, 346.0)]  # 692 units for 14,400 s
    assert [g.get("class") for g in bars] == ["m0", "m2", "m3"]
    assert [g.findtext("text") for g in bars] == ["Netz", "Notstrom", "nichts"]
    assert bars[1].findtext("title") == "Clinic: Notstrom, 13:00–14:00"


def test_seconds_of_a_mode_are_seen_in_a_day() -> None:
    row = timeline(("mains", 0.0, 100.0), ("battery", 100.0, 112.0), ("mains", 112.0, 86400.0))
    root = ElementTree.fromstring(gantt([row], START, 0.0, 86400.0, (), "en"))
    battery = next(g for g in root.iter("g") if g.get("class") == "m1")
    assert float(next(battery.iter("rect")).get("width", "")) == 1.0


@pytest.mark.parametrize(
    ("kind", "ranks"),
    [
        ("hospital", ["m0", "m1", "m2", "m2", "m3"]),
        ("signal", ["m0", "m1", "m2", "m2", "m3", "m2"]),
        ("generator", ["m0", "m1", "m2", "m3", "m3"]),
        ("town-hall", ["m0", "m1", "m3"]),
    ],
)
def test_modes_rank_by_what_is_left_of_the_duty(kind: str, ranks: list[str]) -> None:
    row = timeline(kind=kind)
    assert [rank_class(row, mode) for mode in row.modes] == ranks


def test_the_map_keeps_angles_and_has_north_up() -> None:
    project = Projection.around([(100.0, 200.0), (1100.0, 700.0)])
    (x0, y0), (x1, y1), (x2, y2) = (project.at(*p) for p in ((100.0, 200.0), (100.0, 700.0), (1100.0, 200.0)))
    assert x1 == x0 and y1 < y0, "north is up"
    assert y2 == y0 and x2 > x0, "east is right"
    assert (y0 - y1) / 500 == pytest.approx((x2 - x0) / 1000), "one scale for both directions"


@given(st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e7)), min_size=1, max_size=30))
def test_classes_of_person_hours_hold_every_district(hours: list[float]) -> None:
    bounds = class_bounds(hours)
    for value in hours:
        found = class_of(value, bounds)
        assert (found == 0) == (value <= 0)
        if found:
            assert value <= bounds[found - 1] * (1 + 1e-9)
            assert found == 1 or value > bounds[found - 2]
    assert len(bounds) in (0, CLASSES)


@given(st.floats(1e-4, 10.0))
def test_the_scale_bar_is_round_and_fits(scale: float) -> None:
    length = scale_length_m(scale)
    assert 59.9 <= length * scale <= 150.001
    assert float(f"{length:.0e}") == pytest.approx(length)


def test_what_failed_is_crossed_out_and_no_label_hides_another() -> None:
    districts = tuple(MapDistrict(f"d{i}", f"District {i}", 100, 0.0, 0.0, (), 10.0 * i) for i in range(8))
    components = (
        MapComponent("p", Verbatim("Pump"), "pump", 0.0, 0.0, ((0.0, 3600.0),)),
        MapComponent("q", Verbatim("Pump 2"), "pump", 500.0, 900.0),
        MapComponent("j", Verbatim("junction"), "junction", 100.0, 100.0),
    )
    drawing = town_map(TownMap(districts, components), "en")
    root = ElementTree.fromstring(drawing.svg)
    assert len(root.findall(".//path[@class='cross']")) == 1
    assert len(list(root.iter("use"))) == 2, "a junction has no shape of its own"
    names = root.findall(".//text[@class='place']")
    assert len(names) + drawing.unnamed == 8 and drawing.unnamed > 0
    assert names[0].text == "District 7", "the worst off comes first"
    heights = sorted(float(n.get("y", "")) for n in names)
    assert all(b - a >= 26 for a, b in itertools.pairwise(heights))


def test_a_map_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="district or a component"):
        town_map(TownMap((), ()), "en")


def test_all_drawings_share_one_time_axis() -> None:
    course = sample.content().courses[0]
    for frame in (WIDE, SMALL):
        band = Band("A", 0.25 * 86400, 0.5 * 86400)
        root = ElementTree.fromstring(course_chart(course, START, 0.0, 86400.0, [band], frame, "en"))
        box = next(r for r in root.iter("rect") if r.get("class") == "band")
        plot = frame.width - frame.left - frame.right
        assert float(box.get("x", "")) == pytest.approx(frame.left + plot / 4, abs=0.06)
        assert float(box.get("width", "")) == pytest.approx(plot / 4, abs=0.06)


def test_faults_of_the_same_time_share_a_letter() -> None:
    fault = sample.content().faults[0]
    later = replace(fault, entry="later", begin_s=30000.0, end_s=None)
    never = replace(fault, entry="never", begin_s=None, end_s=None)
    keys = fault_keys([never, later, fault, replace(fault, entry="twin")])
    assert [(k.key, [f.entry for f in k.faults]) for k in keys] == [
        ("A", ["blackout", "twin"]),
        ("B", ["later"]),
        ("C", ["never"]),
    ]
    assert bands_of(keys, 86400.0) == (Band("A", fault.begin_s, fault.end_s), Band("B", 30000.0, 86400.0))
    many = fault_keys([replace(fault, entry=f"entry-{i}", begin_s=float(i)) for i in range(28)])
    assert many[-1].key == "AB" and not any(key.scattered for key in many)


def test_one_letter_stands_for_all_that_an_entry_breaks_one_after_the_other() -> None:
    """A storm that breaks a hundred things is no hundred bands of grey upon grey."""
    fault = sample.content().faults[0]
    broken = [replace(fault, begin_s=100.0 * i, end_s=None if i == 30 else 50000.0 + i) for i in range(1, 100)]
    keys = fault_keys([*broken, replace(fault, entry="never", begin_s=None, end_s=None)])
    assert [(key.key, len(key.faults), key.begin_s, key.end_s) for key in keys] == [
        ("A", 99, 100.0, None),
        ("B", 1, None, None),
    ]
    assert [key.scattered for key in keys] == [True, False]
    assert bands_of(keys, 86400.0) == (Band("A", 100.0, 86400.0),)


def test_flags_of_faults_do_not_overlap() -> None:
    course = sample.content().courses[0]
    bands = [Band(chr(65 + i), 40000.0 + i, 50000.0) for i in range(5)]
    root = ElementTree.fromstring(course_chart(course, START, 0.0, 86400.0, bands, WIDE, "en"))
    flags = [g.find("rect") for g in root.iter("g") if g.get("class") == "flag"]
    places = [(float(r.get("x", "")), float(r.get("width", ""))) for r in flags if r is not None]
    assert len(places) == 5
    assert all(a + w <= b for (a, w), (b, _) in itertools.pairwise(places))


def test_a_local_substation_of_which_the_log_says_nothing_is_not_drawn() -> None:
    feed = link("power", "b1", "p")
    city = town([component("b1", "bus"), component("b2", "bus"), component("p", "pump")], [feed])
    events = (Event(0, 10_000, EventKind.LINK_DOWN, feed.id, ""), Event(1, 40_000, EventKind.LINK_UP, feed.id, ""))
    drawn = town_map_of(city, History(0, 100_000, {}, events, ()), {})
    assert drawn is not None
    assert {c.id: c.failed_s for c in drawn.components} == {"b1": 30.0, "p": 0.0}
